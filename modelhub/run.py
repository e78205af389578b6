"""``make run``: the whole platform on one machine under one command. Standard library only, to stay small.

Sandbox, web, worker and beat live and die with this process. State is kept in VAR_DIR (``var/``).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from modelhub import endpoints
from modelhub.machine import (
    LOCALHOST,
    Refusal,
    answers,
    free_port,
    listens,
    lock,
    port_number,
    read_dot_env,
    why_not_listen,
)
from modelhub.supervisor import TICK, Child, KeepsDying, Supervisor, fresh_log, last_lines

BASE_DIR = Path(__file__).resolve().parent.parent
START_LIMIT = 120.0
_TRUE = ("true", "on", "ok", "y", "yes", "1")  # as django-environ reads it


class Stopped(Exception):
    """Somebody asked us to end (Ctrl-C, SIGTERM, the terminal was closed)."""


class Run:
    """One run of the platform: what is started, with which environment, in which order."""

    def __init__(self, environment: dict[str, str], var: Path, port: int) -> None:
        self.environment = environment
        self.var = var
        self.port = port
        self.stop_asked = False
        self.supervisor = Supervisor(say)

    def ask_to_stop(self, *_signal: object) -> None:
        self.stop_asked = True

    def go(self) -> None:
        """Start everything, then look after it until somebody asks us to stop (raises Stopped)."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        try:
            sandbox_port = self._start_sandbox()
            self._prepare()
            if sandbox_port:
                self._wait(lambda: listens(sandbox_port), "sandbox")
            self._start_platform()
            self._wait(lambda: answers(self.port, "/readyz"), "web")
            say(f"modelhub is ready on http://{LOCALHOST}:{self.port}")
            say(f"Ctrl-C ends it. Logs: {_short(self.var / 'log')}")
            self._wait(lambda: False, "", limit=float("inf"))
        finally:
            self.supervisor.stop()
            (self.var / endpoints.SANDBOX_FILE).unlink(missing_ok=True)

    def _start_sandbox(self) -> int:
        """Start it where a platform has nothing real to speak to; return its port, 0 when it is not needed."""
        debug_or_allowed = any(_is_true(self.environment.get(name)) for name in ("DEBUG", "ALLOW_SANDBOX"))
        if self.environment.get("SANDBOX_URL") or not debug_or_allowed:
            return 0
        wanted = endpoints.resolve(self.environment, "http://sandbox")
        if not (wanted.aws_is_sandbox or wanted.openai_is_sandbox):
            return 0
        memory = self.var / "sandbox.port"  # addresses signed before a restart stay valid
        port = free_port(_number_in(memory))
        memory.write_text(str(port))
        state = str(self.var / "sandbox")
        self._start("sandbox", "sandbox", "--host", LOCALHOST, "--port", str(port), "--state", state)
        url = f"http://{LOCALHOST}:{port}"
        (self.var / endpoints.SANDBOX_FILE).write_text(url)  # for doctor and shell in a second terminal
        self.environment["SANDBOX_URL"] = url
        simulated = " and ".join(
            name
            for name, on in (("Amazon Bedrock", wanted.aws_is_sandbox), ("OpenAI", wanted.openai_is_sandbox))
            if on
        )
        say(f"sandbox: {simulated} simulated on {url}")
        return port

    def _prepare(self) -> None:
        log = fresh_log(self.var / "log", "prepare")
        command = [sys.executable, "manage.py", "prepare", "--login"]
        with log.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 (our own command)
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
            )
        try:
            self._wait(lambda: process.poll() is not None, "prepare")
        except BaseException:
            process.kill()
            raise
        output = process.communicate()[0].decode(errors="replace").strip()
        if process.returncode:
            reason = (last_lines(log, 1) or [f"exit code {process.returncode}"])[0]
            raise Refusal(f"the database could not be prepared: {reason} (all of it: {_short(log)})")
        if output:
            say(output)

    def _start_platform(self) -> None:
        if self.environment.get("CELERY_BROKER_URL", "filesystem:").startswith("filesystem:"):
            _forget_messages(self.var / "broker")
        # Two threads: a slow page does not hold up the next. More would cost memory, a second process 80 MB.
        server = ("--interface", "wsgi", "--host", LOCALHOST, "--port", str(self.port), "--no-ws")
        size = ("--workers", "1", "--blocking-threads", "2", "--workers-kill-timeout", "5")
        self._start("web", "granian", *server, *size, "modelhub.wsgi:application")
        celery = ("celery", "--app", "modelhub.celery")
        # Threads share the imported SDKs (60 MB); gossip, mingle and heartbeats are for many workers.
        alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        self._start("worker", *celery, "worker", "--pool", "threads", "--concurrency", "2", *alone)
        # Inside the worker it would save 45 MB, but its death there would go unnoticed; here it is started again.
        self._start("beat", *celery, "beat")

    def _start(self, name: str, module: str, *arguments: str) -> None:
        log = fresh_log(self.var / "log", name)
        command = (sys.executable, "-m", module, *arguments)
        self.supervisor.start(Child(name, command, self.environment, log))

    def _wait(self, done: Callable[[], bool], name: str, limit: float = START_LIMIT) -> None:
        deadline = time.monotonic() + limit
        while not done():
            if self.stop_asked:
                raise Stopped
            if time.monotonic() > deadline:
                raise Refusal(f"{name} did not start within {limit:.0f} s: see {_short(self.var / 'log')}")
            self.supervisor.look_after()
            time.sleep(TICK)


def main() -> int:
    """Run until somebody asks us to stop; the exit code is 0 only then."""
    try:
        environment, var, port = _circumstances()
        # Held until the process ends, whichever way it ends.
        lock(var / "run.lock", f"http://{LOCALHOST}:{port}")
        if why := why_not_listen(port):
            raise Refusal(f"port {port} {why}: choose another one, as in `make run PORT={free_port()}`.")
        Run(environment, var, port).go()
    except Stopped:
        say("modelhub has ended")
        return 0
    except (Refusal, KeepsDying) as problem:
        sys.stderr.write(f"modelhub: {problem}\n")
    return 1


def _circumstances() -> tuple[dict[str, str], Path, int]:
    environment = dict(os.environ)
    if _is_true(environment.get("READ_DOT_ENV", "true")):
        environment = {**read_dot_env(BASE_DIR / ".env"), **environment}
    var = Path(environment.get("VAR_DIR") or BASE_DIR / "var").resolve()
    var.mkdir(parents=True, exist_ok=True)
    os.chdir(BASE_DIR)
    # Fewer malloc arenas: threads otherwise keep 64 MB heaps of freed memory each.
    environment |= {"VAR_DIR": str(var), "PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"}
    return environment, var, port_number(environment.get("PORT") or "8000")


def _forget_messages(broker: Path) -> None:
    """Old nudges are worth nothing (the database is the queue), and a kill may have left a half-written file."""
    for file in broker.glob("*/*"):
        file.unlink(missing_ok=True)


def _is_true(word: str | None) -> bool:
    return (word or "").strip().lower() in _TRUE


def _number_in(file: Path) -> int:
    text = file.read_text().strip() if file.is_file() else ""
    return int(text) if text.isdecimal() else 0


def _short(path: Path) -> Path:
    return path.relative_to(BASE_DIR) if path.is_relative_to(BASE_DIR) else path


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 (this is a terminal program)


if __name__ == "__main__":
    sys.exit(main())
