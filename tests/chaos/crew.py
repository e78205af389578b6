"""Processes of modelhub as in production, a worker and beats, and somebody who starts again whatever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

NOTICED = 0.05  # seconds between two looks of the supervisor
PAUSE = 1.0  # seconds until it starts again what has died, as `make run` does after a first death
PATIENCE = 15.0


@dataclass
class Member:
    """One program, in a session of its own, so that its children can be found and ended with it. Its folder (the
    log, the beat's schedule) outlives its deaths."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    home: Path
    root: Path
    process: subprocess.Popen[bytes] = field(init=False)
    ordered: bool = False  # is its death our doing?
    starts_at: float = 0.0

    def spawn(self) -> None:
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.root, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )  # fmt: skip
        self.ordered, self.starts_at = False, 0.0

    def children(self) -> list[int]:
        """Its pool's processes; [] while it is dead or young."""
        pid = self.process.pid
        try:
            return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            return []

    def reap(self) -> None:
        """Nothing outlives its parent: so it is in a container, and `make run` sees to it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Crew:
    """``surprises``: whatever died without having been told to."""

    def __init__(self, folder: Path, environment: dict[str, str], root: Path, python: str) -> None:
        self.folder, self._environment, self._root, self._python = folder, environment, root, python
        self._members: dict[str, Member] = {}
        self.surprises: list[str] = []
        self._lock, self._over = threading.Lock(), threading.Event()
        self._supervisor = threading.Thread(target=self._look_after, daemon=True)
        self._supervisor.start()

    def start(self, name: str, *arguments: str) -> None:
        home = self.folder / name
        home.mkdir(exist_ok=True)
        command = [self._python, "-m", "celery", "--app", "modelhub.celery", *arguments]
        member = Member(name, command, {**self._environment, "VAR_DIR": str(home)}, home, self._root)
        with self._lock:
            member.spawn()
            self._members[name] = member

    def kill(self, name: str, *, alone: bool = False) -> None:
        """SIGKILL, with all its children at once or ``alone``: its children are then orphans until that is noticed."""
        with self._lock:
            member = self._members[name]
            member.ordered = True
            with suppress(ProcessLookupError):  # it is dead already, and waits to be started again
                (os.kill if alone else os.killpg)(member.process.pid, signal.SIGKILL)

    def dismiss(self, name: str) -> None:
        """Gone for good."""
        with self._lock:
            member = self._members.pop(name)
            member.reap()
            member.process.wait()

    def names(self) -> list[str]:
        return list(self._members)

    def children(self, name: str) -> list[int]:
        return self._members[name].children()

    def log(self, name: str) -> str:
        return (self.folder / name / "log").read_text(errors="replace")

    def stop(self) -> None:
        self._over.set()
        self._supervisor.join()
        for member in self._members.values():
            member.process.terminate()
        until = time.monotonic() + PATIENCE
        for member in self._members.values():
            with suppress(subprocess.TimeoutExpired):
                member.process.wait(max(0.1, until - time.monotonic()))
            member.reap()
            member.process.wait()

    def _look_after(self) -> None:
        while not self._over.wait(NOTICED):
            with self._lock:
                for member in self._members.values():
                    if member.process.poll() is not None:
                        self._revive(member)

    def _revive(self, member: Member) -> None:
        if not member.starts_at:
            member.reap()
            if not member.ordered:
                last = self.log(member.name)[-2000:]
                self.surprises.append(f"{member.name} died by itself ({member.process.returncode}):\n{last}")
            member.starts_at = time.monotonic() + PAUSE
        elif time.monotonic() >= member.starts_at:
            member.spawn()
