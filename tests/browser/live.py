"""A whole modelhub of its own, as `make run` starts it: sandbox, web, worker and beat in a folder of their own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from sandbox.client import SandboxControl

ROOT = Path(__file__).resolve().parents[2]
# Debian's Chromium without its windows starts and draws in half the time; the whole one does as well.
CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START_LIMIT = 90.0
_OPENER = build_opener(ProxyHandler({}))  # a proxy variable must not catch calls to loopback


class Login(NamedTuple):
    username: str
    password: str


ADMIN = Login("ada", "ada-likes-quiet-pages")  # the superuser of the machine
COLLEAGUE = Login("boris", "boris-likes-them-too")  # group "Model admins"
VIEWER = Login("vera", "vera-only-looks-at-it")  # group "Model viewers"
NOBODY = Login("nemo", "nemo-may-see-nothing")  # no group at all

_PEOPLE = f"""
from django.contrib.auth.models import Group, User
for name, word, group in {[(*COLLEAGUE, "Model admins"), (*VIEWER, "Model viewers"), (*NOBODY, "")]!r}:
    user = User.objects.create_user(name, password=word)
    user.groups.set(Group.objects.filter(name=group))
"""


class ModelRow(NamedTuple):
    pk: int
    platform: str
    external_id: str
    name: str
    status: str

    @property
    def url(self) -> str:
        return f"/models/{self.pk}/"

    @property
    def row(self) -> str:
        """The CSS selector of its row in the list."""
        return f"#model-{self.pk}"


@dataclass
class Platform:
    """A running modelhub: where it answers, the strings of its sandbox, and what its database holds."""

    url: str
    var: Path
    environment: dict[str, str] = field(repr=False)
    _taken: set[int] = field(default_factory=set, repr=False)

    @property
    def sandbox(self) -> SandboxControl:
        return SandboxControl((self.var / "sandbox.url").read_text().strip())

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, text=True, capture_output=True, timeout=60, check=False
        )

    def create_people(self) -> None:
        done = self.manage("shell", "--no-imports", "--command", _PEOPLE)
        assert done.returncode == 0, done.stderr

    def sync(self, platform: str) -> subprocess.CompletedProcess[str]:
        return self.manage("sync_models", "--platform", platform)

    def query(self, sql: str, *values: object) -> list[tuple]:
        """Look into the database; tests change things through the doors people use."""
        with closing(sqlite3.connect(self.var / "modelhub.sqlite3", timeout=10)) as connection:
            return connection.execute(sql, values).fetchall()

    def models(self, where: str = "1", *values: object) -> list[ModelRow]:
        columns = ", ".join(ModelRow._fields).replace("pk", "id", 1)
        sql = f"SELECT {columns} FROM catalog_model WHERE {where} ORDER BY lower(name), id"
        return [ModelRow(*row) for row in self.query(sql, *values)]

    def model(self, external_id: str) -> ModelRow:
        return self.models("external_id = ?", external_id)[0]

    def yellow(self, count: int = 1) -> list[ModelRow]:
        """Models that no other test has asked for, so that tests do not get in each other's way."""
        fresh = [
            row for row in self.models("status = 'yellow' AND missed_syncs = 0") if row.pk not in self._taken
        ]
        fresh = [
            row for row in fresh if row.external_id.startswith(("anthropic.", "meta.", "amazon.", "qwen."))
        ]
        self._taken.update(row.pk for row in fresh[:count])
        assert len(fresh) >= count, "no untouched yellow models are left"
        return fresh[:count]

    def keep(self, model: ModelRow) -> None:
        """No test is given this one as an untouched yellow model."""
        self._taken.add(model.pk)

    def wait_for(self, sql: str, limit: float = 40.0) -> None:
        """Until the query finds a row."""
        deadline = time.monotonic() + limit
        while not self.query(sql):
            assert time.monotonic() < deadline, f"not within {limit:.0f} s: {sql}"
            time.sleep(0.1)


BOTH_SYNCED = (
    "SELECT 1 FROM catalog_syncrun AS a JOIN catalog_syncrun AS b ON a.platform < b.platform "
    "WHERE a.state = 'succeeded' AND b.state = 'succeeded'"
)


@contextmanager
def running(var: Path, port: int = 0) -> Iterator[Platform]:
    """Start modelhub with its state in ``var``; everything it started ends with the block."""
    port = port or _free_port()
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "OPENAI_", "DJANGO_"))
        and name not in ("DATABASE_URL", "CELERY_BROKER_URL", "SANDBOX_URL")
    }
    environment = inherited | {
        "READ_DOT_ENV": "false",
        "DEBUG": "true",
        "SECRET_KEY": "only-for-browser-tests-" + "x" * 40,
        "VAR_DIR": str(var),
        "PORT": str(port),
        "ADMIN_USERNAME": ADMIN.username,
        "ADMIN_PASSWORD": ADMIN.password,
    }
    output = var / "run.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "modelhub.run"],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        platform = Platform(f"http://127.0.0.1:{port}", var, environment)
        _wait_until_ready(platform, process, output)
        yield platform
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(platform: Platform, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while not _answers(f"{platform.url}/readyz"):
        text = output.read_text()
        assert process.poll() is None, f"modelhub ended by itself:\n{text}"
        assert time.monotonic() < deadline, f"modelhub was not ready within {START_LIMIT:.0f} s:\n{text}"
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with _OPENER.open(url, timeout=5) as response:
            return response.status == 200
    except (URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
