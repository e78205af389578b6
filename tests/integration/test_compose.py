"""docker-compose.yml and Dockerfile: what they promise, and (without a Docker engine) that their commands work."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg
import pytest
import yaml
from django.conf import settings

from modelhub.machine import free_port

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
DATABASE, BROKER = "modelhub_compose", 8


def image_command():
    return json.loads(re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[1])


# --- What the files promise ---------------------------------------------------------------------------------
def test_all_six_services_are_there():
    assert set(SERVICES) == {*OURS, "postgres", "redis"}


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_what_stays_up_has_a_health_check_and_is_restarted(name):
    assert SERVICES[name]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_starts_before_the_database_is_migrated_and_the_broker_answers(name):
    assert SERVICES[name]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "redis": {"condition": "service_healthy"},
    }
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


@pytest.mark.parametrize("name", OURS)
def test_ours_run_in_production_mode_with_the_environment_of_dot_env(name):
    assert SERVICES[name]["environment"]["DEBUG"] == "false"
    assert SERVICES[name]["environment"]["DATABASE_URL"].endswith("@postgres:5432/modelhub")
    assert SERVICES[name]["environment"]["CELERY_BROKER_URL"] == "redis://redis:6379/0"
    assert SERVICES[name]["env_file"] == ".env"


def test_only_the_web_server_is_reachable_and_only_from_this_host():
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "web": ["127.0.0.1:${PORT:-8000}:8000"]
    }


def test_the_database_lives_in_a_volume():
    assert "postgres:/var/lib/postgresql/data" in SERVICES["postgres"]["volumes"]
    assert "postgres" in COMPOSE["volumes"]


def test_no_secret_is_written_down_or_given_to_the_build():
    assert "args" not in str(SERVICES["web"]["build"])
    assert not re.search(r"^(ARG|ENV)\b.*(SECRET|PASSWORD|KEY)", DOCKERFILE, re.MULTILINE)
    for line in (ROOT / "docker-compose.yml").read_text().splitlines():
        if "PASSWORD" in line:
            assert "${POSTGRES_PASSWORD:?" in line


def test_the_image_runs_as_somebody_and_holds_every_package_that_is_installed():
    assert DOCKERFILE.index("USER modelhub") < DOCKERFILE.index("CMD [")
    packages = {app.partition(".")[0] for app in settings.INSTALLED_APPS}
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    for package in sorted(name for name in packages if (ROOT / name).is_dir()):
        assert f"COPY {package} {package}" in DOCKERFILE
        assert f"!{package}/" in ignore
    assert ".env" not in [line.lstrip("!").rstrip("/") for line in ignore if line.startswith("!")]


# --- That the commands work: the same ones, with the same variables, as plain processes --------------------
@pytest.fixture(scope="module")
def servers():
    """An empty database and an empty Redis database of our own."""
    address = os.environ.get("TEST_DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
    base = re.sub(r"/[^/]*$", "", address)
    redis = re.sub(r"/\d+$", "", os.environ.get("TEST_BROKER_URL") or "redis://127.0.0.1:6379/9")
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    yield {"DATABASE_URL": f"{base}/{DATABASE}", "CELERY_BROKER_URL": f"{redis}/{BROKER}"}
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    connection.close()


@pytest.fixture(scope="module")
def environment(servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("compose")
    image = dict(
        re.findall(r"(\w+)=(\S+?)(?= \\$|$)", DOCKERFILE.partition("ENV ")[2].partition("\n\n")[0], re.M)
    )
    return {
        **image,
        **SERVICES["web"]["environment"],
        **servers,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SECRET_KEY": "k" * 60,
        "ADMIN_PASSWORD": "compose-admin",
        "VAR_DIR": str(folder / "var"),
        "STATIC_ROOT": str(folder / "static"),
        "PORT": str(free_port()),
        "WEB_CONCURRENCY": "1",
        "HOSTNAME": socket.gethostname(),
    }


def run(command, environment):
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def healthy(name, environment):
    kind, *command = SERVICES[name]["healthcheck"]["test"]
    if kind == "CMD-SHELL":
        command = ["sh", "-c", command[0].replace("$$", "$")]
    return run(command, environment).returncode == 0


def eventually(look, what, limit=30.0):
    deadline = time.monotonic() + limit
    while not look():
        assert time.monotonic() < deadline, f"not within {limit:.0f} s: {what}"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def migrated(environment):
    Path(environment["VAR_DIR"]).mkdir()
    built = run(["python", "manage.py", "collectstatic", "--noinput"], environment)
    assert built.returncode == 0, built.stderr
    done = run(SERVICES["migrate"]["command"], environment)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def up(migrated, environment, tmp_path_factory):
    """web, worker and beat, started as compose starts them."""
    logs = tmp_path_factory.mktemp("logs")
    started = {}
    for name in ("web", "worker", "beat"):
        with (logs / f"{name}.log").open("wb") as log:
            started[name] = subprocess.Popen(
                SERVICES[name].get("command") or image_command(),
                cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
    yield started, logs
    for process in started.values():
        process.terminate()
    for process in started.values():
        process.wait(30)


@pytest.mark.services
def test_migrate_ends_with_zero_and_shows_no_password(migrated):
    assert "compose-admin" not in migrated.stdout + migrated.stderr


@pytest.mark.services
def test_migrate_may_run_again(migrated, environment):
    assert run(SERVICES["migrate"]["command"], environment).returncode == 0


@pytest.mark.services
def test_web_answers_its_own_health_check(up, environment):
    eventually(lambda: healthy("web", environment), "a healthy web server")


@pytest.mark.services
def test_web_shows_the_login_page_behind_a_tls_proxy_and_its_static_files(up, environment):
    eventually(lambda: healthy("web", environment), "a healthy web server")
    address = f"http://127.0.0.1:{environment['PORT']}"
    page = (
        urlopen(Request(f"{address}/login/", headers={"X-Forwarded-Proto": "https"}), timeout=10)
        .read()
        .decode()
    )
    assert "csrfmiddlewaretoken" in page
    style = re.search(r'href="(/static/[^"]+\.css)"', page)[1]
    assert (
        urlopen(Request(f"{address}{style}", headers={"X-Forwarded-Proto": "https"}), timeout=10).status
        == 200
    )


@pytest.mark.services
def test_the_heartbeat_travels_from_beat_through_redis_and_worker_into_postgres(up, environment):
    def beaten():
        with psycopg.connect(environment["DATABASE_URL"]) as connection:
            row = connection.execute("SELECT 1 FROM modelhub_heartbeat WHERE name = 'beat'").fetchone()
        connection.close()
        return row

    eventually(beaten, "the beat's heartbeat")


@pytest.mark.services
def test_the_worker_answers_its_own_health_check(up, environment):
    eventually(lambda: healthy("worker", environment), "a healthy worker")


@pytest.mark.services
def test_beat_answers_its_own_health_check(up, environment):
    eventually(lambda: healthy("beat", environment), "a healthy beat")


@pytest.mark.services
def test_nobody_has_ended_meanwhile(up):
    started, logs = up
    for name, process in started.items():
        assert process.poll() is None, (logs / f"{name}.log").read_text()


@pytest.mark.services
def test_the_worker_starts_without_a_broker_and_waits_for_it(environment, migrated, tmp_path):
    down = {**environment, "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            SERVICES["worker"]["command"], cwd=ROOT, env=down, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        eventually(lambda: "Cannot connect to redis" in log.read_text(), "a line about the broker", 20)
        assert worker.poll() is None, log.read_text()
    finally:
        worker.kill()
        worker.wait()
