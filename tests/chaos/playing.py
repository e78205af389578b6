"""One schedule from its beginning to its verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sandbox.client import SandboxControl
from tests.chaos import evidence, meeting, settling
from tests.chaos.evidence import Evidence
from tests.chaos.forking import Outcome
from tests.chaos.invariants import judge
from tests.chaos.steps import Schedule, Step, wait
from tests.chaos.world import World

# What every schedule begins with; a schedule's own switches come on top.
USUAL = {"training_seconds": 200.0}
MORE_LOOKS = 2


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
    before = meeting.before(world, schedule)
    left = _tell(world, schedule.steps)
    if schedule.is_pair:
        _strike_late(world, left)
    meeting.count(world, schedule, before)
    passes = settling.settle(world)
    return evidence.collect(world, switches, passes), world


def _tell(world: World, steps: Iterable[Step]) -> list[Step]:
    """Carry out the story. A harm that did not come by its point is handed on to the next step that can take it: a
    fault that delays a look must not mean that nobody is killed. Those that are left over are returned."""
    handed_on: list[Step] = []
    for step in steps:
        heir = next((each for each in handed_on if step.takes(each)), None)
        if heir:
            handed_on.remove(heir)
            step = step.harmed(heir.harm, heir.point, heir.nth, heir.meanwhile)
        events = len(world.moments[-1].rows["events"])
        end = world.do(step)
        if step.harm and not _struck(end):
            handed_on.append(_rest_of(step, end))
        if step.kind == "act" and _struck(end) and events == len(world.moments[-1].rows["events"]):
            world.do(
                replace(step, harm="", point="", meanwhile=None)
            )  # as whoever sees that nothing has happened
    return handed_on


def _strike_late(world: World, harmed: list[Step]) -> None:
    """Faults have put off what the harm waits for: some more looks."""
    for _ in range(MORE_LOOKS):
        harmed = [step for step in harmed if step.kind == "look"]
        harmed = _tell(world, (wait(91), *harmed)) if harmed else []


def _rest_of(step: Step, end: Outcome) -> Step:
    """``nth`` counts on, from step to step."""
    passed = end.reached.count(step.point) if step.point != "sql" else 0
    return replace(step, nth=max(1, step.nth - passed))


def _struck(end: Outcome) -> bool:
    return end.harmed or end.end == "killed"
