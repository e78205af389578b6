"""Processes that play schedules side by side: each with its own database, its own sandbox and its own workers."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

from tests.chaos import boot

Player = Callable[[Any, Any], Any]  # (control of the sandbox, job) → what became of it


class Fleet:
    """``play`` hands out jobs to whoever is free and yields what comes back, in the order in which it does."""

    def __init__(self, lines: list[Connection]) -> None:
        self._lines = lines

    def play(self, jobs: Iterable[Any]) -> Iterator[Any]:
        waiting, busy = iter(jobs), 0
        for line in self._lines:
            busy += _give(line, waiting)
        while busy:
            for line in wait(self._lines):
                assert isinstance(line, Connection)
                back = line.recv()
                busy -= 1
                if isinstance(back, Broken):
                    raise RuntimeError(f"A player broke down:\n{back.trace}")
                busy += _give(line, waiting)
                yield back


class Broken:
    def __init__(self, trace: str) -> None:
        self.trace = trace


def _give(line: Connection, jobs: Iterator[Any]) -> int:
    for job in jobs:
        line.send(job)
        return 1
    return 0


@contextmanager
def fleet(size: int, player: Player) -> Iterator[Fleet]:
    """``player`` is called in each process for each job; its first job comes once everything is warm."""
    with boot.databases(size) as addresses:
        lines, pids = [], []
        for address in addresses:
            ours, theirs = Pipe()
            pid = os.fork()
            if pid == 0:
                for line in (*lines, ours):
                    line.close()
                _sail(address, theirs, player)  # never returns
            theirs.close()
            lines.append(ours)
            pids.append(pid)
        try:
            yield Fleet(lines)
        finally:
            for line in lines:
                line.close()  # who hears nothing any more, goes home
            for pid in pids:
                os.waitpid(pid, 0)


def _sail(address: str, line: Connection, player: Player) -> None:
    status = 1
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for our parent, who then tells us
        _play(address, line, player)
        status = 0
    except BaseException:
        traceback.print_exc(file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(status)


def _play(address: str, line: Connection, player: Player) -> None:
    from sandbox.client import SandboxControl

    with boot.sandbox() as url:
        boot.django(address, url)
        from tests.chaos import stage, world

        control = SandboxControl(url)
        stage.build(control)
        try:
            while True:
                line.send(_one(player, control, line.recv()))
        except EOFError:
            pass
        finally:
            for worker in world.CREW:
                worker.retire()


def _one(player: Player, control: Any, job: Any) -> Any:
    try:
        return player(control, job)
    except Exception:
        return Broken(f"{job}\n{traceback.format_exc()}")
