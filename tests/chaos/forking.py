"""Forked workers. They start from our warmed memory, open connections of their own, and work until they are killed.

As under Celery a worker does one task after the other; that one it dies in is lost with it, and the next worker is
forked when there is work again.
"""

from __future__ import annotations

import ctypes
import gc
import os
import random
import signal
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from tests.chaos import clients, hearing
from tests.chaos.fate import Fate
from tests.chaos.steps import KILL, Step

PATIENCE = 3 * clients.LATE  # who waits for the platform does not hang yet
DEAF = 0.05  # seconds that a paused worker lets another go on by itself: that one may have to wait for it
_inherited: list[Any] = []


@dataclass
class Outcome:
    """How a task ended: done, refused (``said``), killed, failed (``said``: an error that nobody expects), or hung.
    ``harmed``: the harm that was planned did befall it."""

    end: str
    said: str = ""
    value: Any = None
    harmed: bool = False
    reached: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


class Worker:
    """``start`` gives it a task, ``end`` waits for the task's outcome, ``is_paused`` for the point where it pauses."""

    pid = 0
    _line: Connection

    def start(self, step: Step, now: datetime, patience: float) -> None:
        """``patience``: seconds for which our clients wait for the platform's answer."""
        if not self.pid:
            self._fork()
        self._ended: Outcome | None = None
        self._harm = step.harm
        self._line.send((step, now, patience))

    def is_paused(self) -> bool:
        """Wait until it pauses at its point (True) or its task has ended."""
        said = self._hear()
        if isinstance(said, Outcome):
            self._ended = said
        return not isinstance(said, Outcome)

    def wait_for(self, seconds: float) -> None:
        self._line.poll(seconds)

    def resume(self) -> None:
        self._line.send("go on")

    def end(self) -> Outcome:
        said = self._ended or self._hear()
        return said if isinstance(said, Outcome) else self.end()

    def retire(self) -> None:
        """The next task starts in a fresh fork of what we are by then."""
        if self.pid:
            self._dies()

    def _hear(self) -> Any:
        try:
            if self._line.poll(PATIENCE):
                return self._line.recv()
        except (EOFError, ConnectionResetError):
            self._dies()
            return Outcome("killed", harmed=self._harm == KILL)
        self._dies()
        return Outcome("hung", f"no end after {PATIENCE:g} s")

    def _dies(self) -> None:
        os.kill(self.pid, signal.SIGKILL)  # a zombie takes no harm
        os.waitpid(self.pid, 0)
        self._line.close()
        self.pid = 0

    def _fork(self) -> None:
        self._line, theirs = Pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._line.close()
            _live(theirs)  # never returns
        theirs.close()


def _live(line: Connection) -> None:
    """The whole life of a worker. It leaves without cleaning up: what it inherited is not its own."""
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: nobody survives the harness
        gc.disable()  # it would copy every page that we share with our parent
        _leave_parents_connection()
        heard = hearing.listen()
        while True:
            step, now, patience = line.recv()
            clients.wait_for_answers(patience)
            line.send(_work(step, now, Fate(step, line), heard))
    except EOFError:
        pass
    except BaseException as error:
        line.send(Outcome("failed", f"the harness itself: {_named(error)}"))
    finally:
        os._exit(0)


def _work(step: Step, now: datetime, fate: Fate, heard: list[str]) -> Outcome:
    from django.db import close_old_connections, connection

    from catalog import killpoints
    from tests.chaos import doing

    heard.clear()
    random.seed(f"{now} {step}")  # what the product shuffles, it shuffles alike when a seed is played again
    close_old_connections()  # as Celery's Django fixup does between tasks
    end = Outcome("done")
    with killpoints.armed(fate.at), connection.execute_wrapper(fate.at_sql):
        try:
            end.value = doing.do(step, now)
        except Exception as error:
            told = _told(error)
            end = Outcome("refused", told) if told else Outcome("failed", _named(error))
    end.harmed, end.reached, end.defects = fate.struck, fate.reached, list(heard)
    return end


def _told(error: Exception) -> str:
    """What a person is told when it is one of the ways in which an action may say no; "" for a defect."""
    from catalog.platforms.base import PlatformError

    refused = type(error).__name__ == "Refused" or isinstance(error, PlatformError)
    return str(error) if refused else ""


def _leave_parents_connection() -> None:
    from django.db import connection

    _inherited.append(connection.connection)  # neither used nor closed by us
    connection.connection = None
    # Kill points ask for DEBUG; that Django then keeps the text of every statement costs more than the statement.
    type(connection).queries_logged = False


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]
