"""`make setup`: what is missing is said in one line, and a half-done install is noticed."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "dirname", "cat", "cmp", "rm", "cp", "mktemp", "ln", "chmod", "mkdir")
NAMES = ("python3", *(f"python3.{minor}" for minor in range(11, 15)))

# Stands for a Python: $NO_VENV and $OLD decide what it lacks; "-m venv" makes a .venv whose pip writes a line.
FAKE_PYTHON = """#!/bin/sh
case "$*" in
    *version_info\\ \\<*) [ -z "$OLD" ] ;;
    *ensurepip*) [ -z "$NO_VENV" ] ;;
    *sys.version_info*) echo 3.11 ;;
    "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *"pip install"*) echo "$*" >> installs; [ -z "$BREAK" ] ;;
    *token_urlsafe*) echo random-key ;;
esac
"""


@pytest.fixture
def checkout(tmp_path):
    """A checkout with nothing but what setup needs, and a PATH with nothing but its tools."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup", tmp_path / "scripts" / "setup")
    (tmp_path / "requirements.txt").write_text("django\n")
    (tmp_path / "requirements-dev.txt").write_text("pytest\n")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    return tmp_path


@pytest.fixture
def python(checkout):
    file = checkout / "bin" / "python3"
    file.write_text(FAKE_PYTHON)
    file.chmod(0o755)


def setup(checkout, *arguments, **changes):
    return subprocess.run(
        ["scripts/setup", *arguments], cwd=checkout, env={"PATH": str(checkout / "bin"), **changes},
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip


def installs(checkout):
    file = checkout / "installs"
    return [line.split()[-1] for line in file.read_text().splitlines()] if file.exists() else []


def test_without_any_python_it_says_so_in_one_line(checkout):
    done = setup(checkout)
    assert done.returncode == 1
    assert done.stderr == (
        "modelhub: Python 3.11 or newer is needed and was not found: apt-get install python3 python3-venv\n"
    )


@pytest.mark.usefixtures("python")
def test_an_old_python_does_not_do(checkout):
    assert "Python 3.11 or newer is needed" in setup(checkout, OLD="1").stderr


@pytest.mark.usefixtures("python")
def test_without_ensurepip_it_names_the_package(checkout):
    done = setup(checkout, NO_VENV="1")
    assert done.returncode == 1
    assert done.stderr == (
        "modelhub: python3 can't make virtual environments (no ensurepip): apt-get install python3.11-venv\n"
    )


@pytest.mark.usefixtures("python")
def test_it_installs_once_and_again_when_the_requirements_change(checkout):
    assert setup(checkout).returncode == 0
    assert setup(checkout).stdout == ""
    assert installs(checkout) == ["requirements.txt"]
    (checkout / "requirements.txt").write_text("django\ncelery\n")
    setup(checkout)
    assert installs(checkout) == ["requirements.txt", "requirements.txt"]


@pytest.mark.usefixtures("python")
def test_the_tools_of_the_tests_are_installed_only_when_asked_for(checkout):
    setup(checkout, "dev")
    setup(checkout)
    setup(checkout, "dev")
    assert installs(checkout) == ["requirements-dev.txt"]


@pytest.mark.usefixtures("python")
def test_a_half_done_install_is_noticed_and_done_again(checkout):
    done = setup(checkout, BREAK="1")
    assert done.returncode == 1
    assert "could not be installed" in done.stderr
    assert setup(checkout).returncode == 0
    assert installs(checkout) == ["requirements.txt", "requirements.txt"]


@pytest.mark.usefixtures("python")
def test_a_broken_environment_is_made_again(checkout):
    setup(checkout)
    (checkout / ".venv" / "bin" / "python").unlink()
    assert setup(checkout).returncode == 0
    assert installs(checkout) == ["requirements.txt", "requirements.txt"]


@pytest.mark.usefixtures("python")
def test_it_writes_a_private_dot_env_and_never_touches_one_that_is_there(checkout):
    setup(checkout)
    env = checkout / ".env"
    assert env.read_text().splitlines()[1:] == ["DEBUG=true", "SECRET_KEY=random-key"]
    assert env.stat().st_mode & 0o777 == 0o600
    env.write_text("DEBUG=false\n")
    setup(checkout)
    assert env.read_text() == "DEBUG=false\n"
    assert not list(checkout.glob(".env.*"))
