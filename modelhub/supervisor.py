"""Child processes that are kept alive together and end together. Standard library only, to stay small.

Every child leads a session of its own, so that its own children can be found and ended with it. A guardian, forked
before the first child, reads our list of children from a pipe: when we are killed with SIGKILL the pipe breaks and
the guardian ends them all. (PR_SET_PDEATHSIG would miss the children's children and works on Linux alone.)
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 8.0  # seconds a child has to end by itself; the workers' tasks are short and safe to repeat
LONG_ENOUGH = 60.0  # a child that lived this long had a good start: its earlier deaths are forgotten
MAX_DEATHS = 5
MAX_PAUSE = 15.0
MAX_LOG = 5_000_000
TAIL_LINES = 15
TICK = 0.1


class KeepsDying(Exception):
    """A child died again and again; ``str()`` says which, with the end of its log."""


@dataclass
class Child:
    """One program, its log, and how often it has died since it last lived long enough."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    start_at: float = field(default=0.0)

    def spawn(self, now: float) -> int:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 (the commands are our own)
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_at = now
        return self.process.pid

    def tail(self) -> str:
        return "\n".join(f"  {line}" for line in last_lines(self.log))


def last_lines(log: Path, count: int = TAIL_LINES) -> list[str]:
    """The end of a log file, without reading all of it."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 10_000))
        return file.read().decode(errors="replace").splitlines()[-count:]


def fresh_log(folder: Path, name: str) -> Path:
    """Return the log file of ``name``; one that has grown big is emptied first."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    if log.exists() and log.stat().st_size > MAX_LOG:
        log.unlink()
    log.touch()
    return log


class Supervisor:
    """Starts children, starts them again when they die, and ends all of them."""

    def __init__(self, say: Callable[[str], None], now: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._now = now
        self._children: list[Child] = []
        self._guardian, self._pipe = _start_guardian()

    def start(self, child: Child) -> None:
        self._children.append(child)
        self._spawn(child)

    def look_after(self) -> None:
        """Notice dead children and start them again when their pause is over; call it every ``TICK``."""
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                self._note_death(child, child.process)
            if child.process is None and self._now() >= child.start_at:
                self._spawn(child)

    def stop(self) -> None:
        """End every child with all its descendants, and the guardian."""
        leaders = [child.process.pid for child in self._children if child.process]
        for leader in leaders:
            signal_quietly(os.kill, leader, signal.SIGTERM)
        end_groups(leaders, PATIENCE, self._reap)
        for child in self._children:
            if child.process is not None:
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(2)
                self._tell_guardian(-child.process.pid)
        os.close(self._pipe)
        os.waitpid(self._guardian, 0)

    def _spawn(self, child: Child) -> None:
        self._tell_guardian(child.spawn(self._now()))

    def _note_death(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        signal_quietly(os.killpg, process.pid, signal.SIGKILL)  # what it left behind
        self._tell_guardian(-process.pid)
        child.process = None
        child.deaths = 1 if self._now() - child.started_at > LONG_ENOUGH else child.deaths + 1
        ended = f"{child.name} ended ({_how(process.returncode)})"
        if child.deaths >= MAX_DEATHS:
            raise KeepsDying(
                f"{ended} {child.deaths} times in a row. The end of {child.log}:\n{child.tail()}"
            )
        pause = min(MAX_PAUSE, 2.0 ** (child.deaths - 1))
        child.start_at = self._now() + pause
        self._say(f"{ended}: starting it again in {pause:.0f} s; see {child.log}")

    def _tell_guardian(self, number: int) -> None:
        os.write(self._pipe, f"{number}\n".encode())

    def _reap(self) -> None:
        for child in self._children:
            if child.process is not None:
                child.process.poll()


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _start_guardian() -> tuple[int, int]:
    """Fork the guardian; return its process id and our end of the pipe."""
    theirs, ours = os.pipe()
    pid = os.fork()
    if pid:
        os.close(theirs)
        return pid, ours
    os.close(ours)
    os.setsid()  # Ctrl-C in the terminal is for the supervisor
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with open(theirs, encoding="ascii") as lines:  # noqa: PTH123 (a descriptor, not a path)
        alive = _still_running(lines)
    for leader in alive:
        signal_quietly(os.kill, leader, signal.SIGTERM)
    end_groups(alive, PATIENCE / 2, lambda: None)
    os._exit(0)


def _still_running(lines: Iterable[str]) -> list[int]:
    """Follow "123" (started) and "-123" (ended) until the pipe breaks."""
    alive: list[int] = []
    for line in lines:
        number = int(line)
        if number > 0:
            alive.append(number)
        elif -number in alive:
            alive.remove(-number)
    return alive


def end_groups(groups: Sequence[int], patience: float, reap: Callable[[], None]) -> None:
    """Wait until the process groups are empty; SIGKILL what is left when the patience is over.

    The leaders have been asked before: they end their own children in order. Orphans are asked here.
    """
    deadline = time.monotonic() + patience
    while (left := [group for group in groups if _reaches(os.killpg, group)]) and time.monotonic() < deadline:
        for orphans in (group for group in left if not _reaches(os.kill, group)):
            signal_quietly(os.killpg, orphans, signal.SIGTERM)
        time.sleep(TICK / 2)
        reap()
    for group in left:
        signal_quietly(os.killpg, group, signal.SIGKILL)
    reap()


def _reaches(send: Callable[[int, int], None], pid: int) -> bool:
    try:
        send(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def signal_quietly(send: Callable[[int, int], None], pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        send(pid, number)
