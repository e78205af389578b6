"""What befalls the services and the processes, kind by kind, and how long it then took until all was well again."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.chaos import probing
from tests.chaos.crew import Crew
from tests.chaos.services import Postgres, Redis, eventually

MOST = 30.0  # seconds until the worker must consume again, or the beat be heard
POOL = 2

# A strike does harm and returns the moment from which people wait: a service's return, or a process' death.
Strike = Callable[[], float]
Kind = tuple[str, Strike]


@dataclass
class Harm:
    """``took``: seconds by kind. ``late``: what was not well in time, in words. ``again``: tasks that were delivered
    a second time."""

    redis: Redis
    postgres: Postgres
    crew: Crew
    control: Any
    chance: random.Random
    took: dict[str, list[float]] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)
    again: int = 0

    def kinds(self, redis: int, postgres: int, children: int, workers: int, beats: int) -> list[Kind]:
        """So many of each, in turn."""
        return [
            *_in_turn(self._of_redis(), redis),
            *_in_turn(self._of_postgres(), postgres),
            *_in_turn(self._of_children(), children),
            *_in_turn(self._of_workers(), workers),
            *_in_turn([("beat killed", self._beats_die)], beats),
        ]

    def befall(self, number: int, kind: str, strike: Strike) -> None:
        began, not_well = time.monotonic(), ""
        try:
            began = strike()
        except TimeoutError as error:
            not_well = str(error)
        heard = probing.consumes(f"probe {number}", MOST * 1.5)
        seconds = heard - began if heard else MOST * 1.5
        self.took.setdefault(kind, []).append(seconds)
        print(f"  {number + 1:3}. {kind}: {seconds:.2f} s", flush=True)
        if seconds > MOST:
            not_well = not_well or f"the worker consumed nothing for {MOST:g} s"
        if not_well:
            self.late.append(f"after {kind} (no. {number + 1}): {not_well}")

    def _of_redis(self) -> list[Kind]:
        flushed = ("Redis flushed", self._after(lambda: self.redis.tell("FLUSHALL")))
        hung_up = self._after(lambda: self.redis.tell("CLIENT", "KILL", "SKIPME", "yes"))
        return [
            ("Redis killed", self._after(lambda: self._away(0))),
            flushed,
            ("Redis killed, away 1 s", self._after(lambda: self._away(1))),
            flushed,
            ("Redis hung up on all", hung_up),
            ("Redis stopped, away 4 s", self._after(lambda: self._away(4, signal.SIGTERM))),
            flushed,
        ]

    def _of_postgres(self) -> list[Kind]:
        return [
            ("PostgreSQL restarted", self._after(lambda: self.postgres.restart("fast"))),
            ("PostgreSQL crashed", self._after(lambda: self.postgres.restart("immediate"))),
        ]

    def _of_children(self) -> list[Kind]:
        return [
            ("child killed", lambda: self._children_die(self.chance.sample(self._children(), 1))),
            ("child killed in a task", self._child_dies_in_a_task),
            ("child killed while it buys", self._child_dies_while_it_buys),
            ("both children killed", lambda: self._children_die(self._children())),
        ]

    def _of_workers(self) -> list[Kind]:
        return [
            ("worker killed while it buys", self._worker_dies_while_it_buys),
            ("worker killed, all at once", lambda: self._worker_dies(alone=False)),
            ("worker killed, its parent only", lambda: self._worker_dies(alone=True)),
        ]

    @staticmethod
    def _after(what: Callable[[], None]) -> Strike:
        def strike() -> float:
            what()
            return time.monotonic()

        return strike

    def _away(self, seconds: float, word: signal.Signals = signal.SIGKILL) -> None:
        self.redis.kill(word)
        time.sleep(seconds)
        self.redis.start()

    def _children(self) -> list[int]:
        """All of the pool: one that is replaced just now is waited for."""
        eventually(lambda: len(self.crew.children("worker")) == POOL, MOST, "the pool is whole")
        return self.crew.children("worker")

    def _children_die(self, children: Sequence[int]) -> float:
        """Until the pool is whole again; another child may consume at once."""
        began = time.monotonic()
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        eventually(
            lambda: len(set(self.crew.children("worker")) - set(children)) == POOL, MOST, "a new child"
        )
        return began

    def _child_dies_in_a_task(self) -> float:
        """Its task was sent once and is not acknowledged: it has to be delivered again."""
        self._children()
        with probing.held_by_a_lock() as pid:
            began = self._children_die([pid])
        eventually(
            lambda: probing.heard(probing.HELD) > probing.LONG_AGO, MOST, "the task is delivered again"
        )
        self.again += 1
        return began

    def _child_dies_while_it_buys(self) -> float:
        self._children()
        with probing.held_while_buying(self.control) as pids:
            if not pids:
                raise TimeoutError("nobody was found buying")
            return self._children_die(pids)

    def _worker_dies_while_it_buys(self) -> float:
        """Its message stays unacknowledged in Redis for 4,000 seconds: the next tick has to make up for it."""
        with probing.held_while_buying(self.control):
            return self._worker_dies(alone=False)

    def _worker_dies(self, *, alone: bool) -> float:
        began = time.monotonic()
        self.crew.kill("worker", alone=alone)
        return began

    def _beats_die(self) -> float:
        """Every beat there is; until one is heard again."""
        from django.utils import timezone

        began = time.monotonic()
        for name in self.crew.names():
            if name.startswith("beat"):
                self.crew.kill(name)
        killed = timezone.now() + timedelta(seconds=0.5)  # what it had sent before is consumed by then
        eventually(lambda: probing.heard("beat") > killed, MOST, "the beat is heard")
        return began


def _in_turn(kinds: Sequence[Kind], count: int) -> list[Kind]:
    return [kinds[number % len(kinds)] for number in range(count)]
