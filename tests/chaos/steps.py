"""What a schedule is made of: plain data that can be printed, shrunk and replayed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

KILL, PAUSE, CUT = "kill", "pause", "database lost"
UNITS, HOURS = (
    1,
    8,
)  # what is rented, and for how long it is rented or extended, when a step says nothing else


@dataclass(frozen=True)
class Step:
    """``kind``: act (an admin's, ``what`` on the model called ``on``), look (a tick), discover,
    wait and skew (``seconds``), fault and script (``what`` with ``fields``), behind (somebody else's doing), twice (two
    workers at once), account (of the platform).

    ``harm`` befalls an act, look or discover at the ``nth`` reach of ``point``: it is killed, loses its database
    connection, or waits there until ``meanwhile`` is over. What never comes by the point hands its harm on: see
    ``playing``.
    """

    kind: str
    what: str = ""
    on: str = ""
    seconds: float = 0.0
    fields: Mapping[str, Any] = field(default_factory=dict)
    harm: str = ""
    point: str = ""
    nth: int = 1
    meanwhile: Step | None = None

    def harmed(self, harm: str, point: str, nth: int = 1, meanwhile: Step | None = None) -> Step:
        return replace(self, harm=harm, point=point, nth=nth, meanwhile=meanwhile)

    def takes(self, other: Step) -> bool:
        """Can the harm that did not strike ``other`` befall this one instead?"""
        if self.harm:
            return False
        if self.kind == "twice":
            return other.kind == "look" and other.harm != PAUSE
        return self.kind == other.kind and self.what == other.what

    def __str__(self) -> str:
        words = [self.kind, self.what, self.on, f"{self.seconds:g} s" if self.seconds else ""]
        words += [f"{name}={value}" for name, value in self.fields.items()]
        if self.harm:
            words.append(f"[{self.harm} at {self.point} #{self.nth}]")
        if self.meanwhile:
            words.append(f"(meanwhile: {self.meanwhile})")
        return " ".join(word for word in words if word)


@dataclass(frozen=True)
class Schedule:
    """``before``: how the world is brought to where the story begins, without faults. Of a pair: of which kind its
    ``fault`` is ("" for none), to tell whether it was met."""

    name: str
    steps: tuple[Step, ...]
    switches: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[Step, ...] = ()
    is_pair: bool = False
    fault: str = ""

    @property
    def is_harmed(self) -> bool:
        return any(step.harm for step in self.steps)

    def __str__(self) -> str:
        lines = [f"{self.name}  switches: {json.dumps(dict(self.switches))}"]
        lines += [f"  before: {step}" for step in self.before]
        return "\n".join([*lines, *(f"  {number}. {step}" for number, step in enumerate(self.steps, 1))])


def act(what: str, on: str = "m0", **fields: Any) -> Step:
    return Step("act", what, on, fields=fields)


def behind(what: str, on: str = "m0", **fields: Any) -> Step:
    return Step("behind", what, on, fields=fields)


def wait(seconds: float) -> Step:
    return Step("wait", seconds=seconds)


LOOK, DISCOVER, TWICE = Step("look"), Step("discover"), Step("twice")
