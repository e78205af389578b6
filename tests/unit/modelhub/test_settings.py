"""Settings come from the environment; production refuses what must not be, in every process."""

import os
import re
import secrets
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# Read by the vendors' own clients, and by the container's command; no line of ours names them.
READ_BY_OTHERS = {"AWS_ENDPOINT_URL_BEDROCK", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "WEB_CONCURRENCY"}
PRODUCTION = {
    "PATH": os.environ["PATH"],
    "READ_DOT_ENV": "false",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "modelhub.example.com",
    "DATABASE_URL": "postgres://modelhub:password@127.0.0.1:1/modelhub",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "MODELHUB_INSTANCE": "modelhub-production",
}


def run(tmp_path, *command, **changes):
    environment = {**PRODUCTION, "VAR_DIR": str(tmp_path), **changes}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_settings_pass_the_deployment_check(tmp_path):
    done = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_the_deployment_check_warns_about_what_serves_one_machine_only(tmp_path):
    changes = {"DATABASE_URL": "sqlite:////tmp/x.sqlite3", "CELERY_BROKER_URL": "filesystem://localhost"}
    changes |= {"SANDBOX_URL": "http://127.0.0.1:9", "ALLOW_SANDBOX": "true"}
    done = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **changes)
    assert done.returncode != 0
    assert {f"modelhub.W00{n}" for n in (1, 2, 3)} <= set(re.findall(r"modelhub\.W\d+", done.stderr))


def test_the_deployment_check_warns_about_an_installation_without_a_name(tmp_path):
    """Two of one name in an AWS account take each other's throughputs for their own."""
    changes = {"MODELHUB_INSTANCE": ""}
    done = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **changes)
    assert done.returncode != 0
    assert set(re.findall(r"modelhub\.W\d+", done.stderr)) == {"modelhub.W004"}
    assert "Set MODELHUB_INSTANCE" in done.stderr


def test_nothing_is_said_about_the_name_while_aws_is_simulated(tmp_path):
    changes = {"MODELHUB_INSTANCE": "", "SANDBOX_URL": "http://127.0.0.1:9", "ALLOW_SANDBOX": "true"}
    done = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **changes)
    assert set(re.findall(r"modelhub\.W\d+", done.stderr)) == {"modelhub.W003"}


@pytest.mark.parametrize(
    "command",
    [("-c", "import modelhub.wsgi"), ("-m", "celery", "--app", "modelhub.celery", "beat")],
    ids=["web", "celery"],
)
def test_no_process_starts_with_a_sandbox_in_production(tmp_path, command):
    done = run(tmp_path, *command, SANDBOX_URL="http://127.0.0.1:9")
    assert done.returncode != 0
    assert "The sandbox must not serve production" in done.stderr
    assert "ALLOW_SANDBOX=true" in done.stderr


def test_a_demo_may_allow_the_sandbox_in_production(tmp_path):
    done = run(tmp_path, "-c", "import modelhub.wsgi", SANDBOX_URL="http://127.0.0.1:9", ALLOW_SANDBOX="true")
    assert done.returncode == 0, done.stderr


def test_without_a_secret_key_it_says_what_to_do(tmp_path):
    done = run(tmp_path, "manage.py", "check", SECRET_KEY="")
    assert done.stderr.strip().splitlines()[-1].startswith("SECRET_KEY is not set. Run `make setup`")


def named(file, pattern):
    return set(re.findall(pattern, (ROOT / file).read_text()))


def test_the_example_names_exactly_the_variables_that_are_read():
    read = named("modelhub/settings.py", r'env\.\w+\(\s*"(\w+)"')
    read |= named("modelhub/run.py", r'environment\.get\("(\w+)"')
    read |= named("modelhub/endpoints.py", r'"((?:AWS|OPENAI)_\w+)"')
    read |= named("docker-compose.yml", r"(?<!\$)\$\{(\w+)")
    example = named(".env.example", r"(?m)^#?([A-Z][A-Z0-9_]+)=")
    assert example - READ_BY_OTHERS == read
    assert example >= READ_BY_OTHERS


def test_every_variable_of_the_example_has_a_comment_above_it():
    lines = (ROOT / ".env.example").read_text().splitlines()
    for above, line in pairwise(lines):
        if re.match(r"#?[A-Z][A-Z0-9_]+=", line):
            assert above.startswith("#"), line
