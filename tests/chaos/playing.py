"""One schedule from its beginning to its verdict."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from sandbox.client import SandboxControl
from tests.chaos import evidence, settling
from tests.chaos.evidence import Evidence
from tests.chaos.invariants import judge
from tests.chaos.steps import Schedule
from tests.chaos.world import World

# What every schedule begins with; a schedule's own switches come on top.
USUAL = {"training_seconds": 200.0}


@dataclass
class Verdict:
    name: str
    broken: dict[str, list[str]] = field(default_factory=dict)
    figures: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    story: list[str] = field(default_factory=list)


def play(control: SandboxControl, schedule: Schedule) -> Verdict:
    started = time.monotonic()
    seen, world = witness(control, schedule)
    figures = world.figures + Counter(
        {
            "schedules": 1,
            "births": len(seen.platform["created"]),
            "faults met": sum(1 for call in seen.platform["calls"] if call["fault"]),
            "calls": len(seen.platform["calls"]),
            "most passes": 0,
        }
    )
    broken = judge(seen)
    story = (
        [f"{m.at:%H:%M:%S} {m.label}: {m.end.end} {m.end.said}".rstrip() for m in seen.moments]
        if broken
        else []
    )
    return Verdict(schedule.name, broken, figures, time.monotonic() - started, story)


def witness(control: SandboxControl, schedule: Schedule) -> tuple[Evidence, World]:
    """Play it and bring everything to rest; what is known afterwards."""
    switches = {**USUAL, **schedule.switches}
    world = World(control)
    world.begin(switches)
    world.quietly(schedule.before)
    for step in schedule.steps:
        world.do(step)
        switches |= step.fields if step.kind == "switch" else {}
    passes = settling.settle(world)
    return evidence.collect(world, switches, passes), world
