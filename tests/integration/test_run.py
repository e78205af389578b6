"""`make run`'s program: everything under one command, ready by itself, and gone without a trace."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from modelhub.machine import answers, free_port, listens

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "modelhub.run"]


def environment(var, port, **changes):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {
        "READ_DOT_ENV": "false",
        "DEBUG": "true",
        "SECRET_KEY": "k" * 50,
        "VAR_DIR": str(var),
        "PORT": str(port),
    }
    return {**kept, **own, **changes}


def processes_of(var):
    """Ids of all processes that were started with our VAR_DIR, whoever their parent is by now."""
    mark, found = f"VAR_DIR={var}".encode(), []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def eventually(look, what, limit=30.0):
    deadline = time.monotonic() + limit
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not within {limit:.0f} s: {what}"
        time.sleep(0.05)
    return seen


class Running:
    """A supervisor in a folder of its own."""

    def __init__(self, var, **changes):
        self.var, self.port = var, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = var.with_suffix(".out")
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                COMMAND, cwd=ROOT, env=environment(var, self.port, **changes), stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def printed(self, pattern):
        return re.search(pattern, self.output.read_text(), re.MULTILINE)

    def wait_until_ready(self):
        return eventually(lambda: self.printed(r"^modelhub is ready on (\S+)$"), "the ready line", 60)

    def database(self, query):
        with sqlite3.connect(f"file:{self.var}/modelhub.sqlite3?mode=ro", uri=True) as connection:
            rows = connection.execute(query).fetchall()
        connection.close()
        return rows

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    return tmp_path_factory.mktemp("run") / "var"


@pytest.fixture(scope="module")
def running(var):
    run = Running(var)
    run.wait_until_ready()
    yield run
    if run.process.poll() is None:
        run.end()


def test_it_prints_the_address_when_it_is_ready(running):
    assert running.wait_until_ready()[1] == running.url
    assert answers(running.port, "/readyz")
    assert running.printed(r"^sandbox: Amazon Bedrock and OpenAI simulated on http://127\.0\.0\.1:\d+$")


def test_the_printed_login_lets_an_admin_in(running):
    username, password = running.printed(r"^login: (\S+) / (\S+)$").groups()
    assert username == "admin"
    cookies = CookieJar()
    browser = build_opener(HTTPCookieProcessor(cookies))
    page = browser.open(f"{running.url}/login/", timeout=10).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    form = urlencode({"username": username, "password": password, "csrfmiddlewaretoken": token}).encode()
    browser.open(Request(f"{running.url}/login/", form, {"Referer": running.url}), timeout=10)
    assert "sessionid" in {cookie.name for cookie in cookies}


def test_the_password_is_for_this_user_alone(running):
    file = running.var / "admin-password"
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_first_sync_happens_by_itself(running):
    states = "SELECT platform, state FROM catalog_syncrun ORDER BY platform"
    done = [("bedrock", "succeeded"), ("openai", "succeeded")]
    eventually(lambda: running.database(states) == done, "both platforms synced")
    assert running.database("SELECT count(*) FROM catalog_model")[0][0] > 100


def test_beat_and_worker_are_alive(running):
    eventually(
        lambda: running.database("SELECT 1 FROM modelhub_heartbeat WHERE name = 'beat'"), "a heartbeat"
    )


def test_a_second_one_in_the_same_place_gives_one_clear_line(running):
    second = subprocess.run(
        COMMAND,
        cwd=ROOT,
        env=environment(running.var, free_port()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr == (
        f"modelhub: modelhub already runs here (process {running.process.pid} on {running.url}): "
        "use that one, or stop it first.\n"
    )


def test_a_dead_child_is_started_again(running):
    sandbox = next(pid for pid in processes_of(running.var) if b"sandbox" in command_of(pid))
    os.kill(sandbox, signal.SIGKILL)
    eventually(
        lambda: running.printed(r"^sandbox ended \(signal SIGKILL\): starting it again in 1 s"), "a line"
    )
    port = int((running.var / "sandbox.port").read_text())
    eventually(lambda: listens(port), "the sandbox, on the same port")


def command_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_sigterm_ends_everything_and_the_next_start_remembers(running):
    login = running.printed(r"^login: .*$")[0]
    assert running.end() == 0
    assert processes_of(running.var) == []
    assert not (running.var / "sandbox.url").exists()

    again = Running(running.var)
    again.wait_until_ready()
    assert again.printed(r"^login: .*$")[0] == login
    assert again.database("SELECT count(*) FROM catalog_model")[0][0] > 100

    again.process.send_signal(signal.SIGKILL)
    again.process.wait()
    eventually(lambda: processes_of(running.var) == [], "nobody outlives a killed supervisor", 15)
    assert (running.var / "sandbox.url").exists(), "stale, and harmless: the next start writes its own"


def test_a_taken_port_gives_one_clear_line(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = subprocess.run(
            COMMAND, cwd=ROOT, env=environment(tmp_path, port), capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert re.fullmatch(
        rf"modelhub: port {port} is taken: choose another one, as in `make run PORT=\d+`\.\n", done.stderr
    )


def test_a_start_that_can_not_work_gives_the_reason_in_one_line(tmp_path):
    done = subprocess.run(
        COMMAND, cwd=ROOT, env=environment(tmp_path, free_port(), SECRET_KEY=""),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "SECRET_KEY is not set. Run `make setup`" in done.stderr
    assert done.stderr.count("\n") == 1
    assert processes_of(tmp_path) == []
