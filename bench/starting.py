"""Memory and start of all that `make run` starts, against a bare Django project's runserver."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import psutil

from bench.pairs import Aim, Comparison
from bench.size import Size
from modelhub.machine import free_port

BASE = Path(__file__).resolve().parent.parent
_OPEN = build_opener(ProxyHandler({}))
MB = 1_000_000


@dataclass
class Measured:
    """One life of a program: seconds until it answered, and what it held when idle (MB, by process)."""

    ready: float
    pss: dict[str, float] = field(default_factory=dict)
    rss: dict[str, float] = field(default_factory=dict)


def compare(size: Size) -> Iterator[Comparison]:
    firsts, seconds, bare = [], [], []
    with tempfile.TemporaryDirectory(prefix="modelhub-bench-") as folder:
        project = _bare_project(Path(folder))
        for number in range(size.slow_pairs):
            var = Path(folder) / f"var-{number}"
            if number % 2:
                bare.append(_runserver(project, 2.0))
            firsts.append(_platform(var, 0))
            seconds.append(_platform(var, size.idle_seconds))
            if not number % 2:
                bare.append(_runserver(project, 2.0))
    yield _line("first start, empty database", firsts, bare, Aim(high=10, of="ours"))
    yield _line("second start", seconds, bare, Aim(high=10, of="ours"))
    yield _memory("idle memory, PSS, all processes", seconds, bare, "pss", Aim(high=400, of="ours"))
    yield _memory("idle memory, RSS, all processes", seconds, bare, "rss", None)
    for name in seconds[-1].pss:
        yield _process(name, seconds, bare)


def _line(what: str, ours: list[Measured], bare: list[Measured], aim: Aim) -> Comparison:
    pairs = [(mine.ready, other.ready) for mine, other in zip(ours, bare, strict=True)]
    return Comparison(what, "modelhub.run", "bare runserver", pairs, "s", aim)


def _memory(what: str, ours: list[Measured], bare: list[Measured], kind: str, aim: Aim | None) -> Comparison:
    sums = [
        (sum(getattr(mine, kind).values()), sum(getattr(other, kind).values()))
        for mine, other in zip(ours, bare, strict=True)
    ]
    return Comparison(what, "modelhub.run", "bare runserver", sums, "MB", aim)


def _process(name: str, ours: list[Measured], bare: list[Measured]) -> Comparison:
    pairs = [
        (mine.pss.get(name, 0.0) or 0.01, sum(other.pss.values()))
        for mine, other in zip(ours, bare, strict=True)
    ]
    return Comparison(f"idle PSS of {name}", name, "bare runserver", pairs, "MB")


def _platform(var: Path, idle: float) -> Measured:
    """``python -m modelhub.run`` until /readyz says yes; then ``idle`` seconds of rest before memory is read."""
    port = free_port()
    environment = _clean_environment() | {
        "READ_DOT_ENV": "false",
        "DEBUG": "true",
        "SECRET_KEY": "only-for-benchmarks-" + "x" * 40,
        "VAR_DIR": str(var),
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "modelhub.run"]
    return _life(command, BASE, environment, f"http://127.0.0.1:{port}/readyz", idle)


def _runserver(project: Path, idle: float) -> Measured:
    port = free_port()
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    return _life(command, project, _clean_environment(), f"http://127.0.0.1:{port}/admin/login/", idle)


def _bare_project(folder: Path) -> Path:
    """What ``django-admin startproject`` makes, migrated."""
    environment = _clean_environment()
    for command in (["-m", "django", "startproject", "bare"], ["bare/manage.py", "migrate", "-v", "0"]):
        subprocess.run([sys.executable, *command], cwd=folder, env=environment, check=True)
    return folder / "bare"


def _clean_environment() -> dict[str, str]:
    ours = ("AWS_", "OPENAI_", "DJANGO_", "DATABASE_", "CELERY_", "SANDBOX_", "VAR_", "STATIC_", "ADMIN_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"MALLOC_ARENA_MAX": "2"}  # as modelhub.run sets it: the yardstick gets the same


def _life(
    command: list[str], folder: Path, environment: Mapping[str, str], url: str, idle: float
) -> Measured:
    start = time.perf_counter()
    with _running(command, folder, environment) as process:
        _wait_for(url, process)
        measured = Measured(time.perf_counter() - start)
        if idle:
            time.sleep(idle)
            _read_memory(psutil.Process(process.pid), measured)
    return measured


@contextmanager
def _running(
    command: list[str], folder: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], limit: float = 120.0) -> None:
    deadline = time.perf_counter() + limit
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            with _OPEN.open(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"{url} did not answer within {limit:.0f} s")


def _read_memory(root: psutil.Process, measured: Measured) -> None:
    """PSS counts a page shared by n processes as 1/n each: the sum is what the machine really holds."""
    for process in (root, *root.children(recursive=True)):
        name = _name(process, root)
        memory = process.memory_full_info()
        measured.pss[name] = measured.pss.get(name, 0.0) + memory.pss / MB
        measured.rss[name] = measured.rss.get(name, 0.0) + memory.rss / MB


def _name(process: psutil.Process, root: psutil.Process) -> str:
    """Which part of the platform a process is, from its command line."""
    words = process.cmdline()
    known = {"granian": "web", "worker": "worker", "beat": "beat", "sandbox": "sandbox"}
    return next((name for word, name in known.items() if word in words), "supervisor and guardian")
