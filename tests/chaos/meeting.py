"""Did what was planned for a pair come about? Whose worker was not killed, whose fault met nobody, proves little."""

from __future__ import annotations

from typing import Any, NamedTuple

from sandbox.client import SandboxControl
from tests.chaos.steps import Schedule
from tests.chaos.world import DEEDS, World

HARM, STRUCK = "pairs with a harm", "pairs whose harm struck"
FAULT, MET = "pairs with a fault", "pairs whose fault was met"


class Before(NamedTuple):
    """What was there before the story began, and is no meeting: calls of ours, and deeds of others."""

    calls: int = 0
    deeds: int = 0


def before(world: World, schedule: Schedule) -> Before:
    """Calls are counted only where ``count`` needs to know."""
    calls = len(_calls(world.control)) if schedule.fault in ("lag", "account") else 0
    return Before(calls, world.figures[DEEDS])


def count(world: World, schedule: Schedule, before: Before) -> None:
    """Note it among the world's figures, when the story is over and nothing has been settled yet."""
    if not schedule.is_pair:
        return
    if schedule.is_harmed:
        world.figures[HARM] += 1
        world.figures[STRUCK] += _struck(world)
    if schedule.fault:
        world.figures[FAULT] += 1
        world.figures[MET] += _met(world, schedule, before)


def _struck(world: World) -> bool:
    return any(moment.end.harmed or moment.end.end == "killed" for moment in world.moments)


def _met(world: World, schedule: Schedule, before: Before) -> bool:
    """By kind: an answer went wrong, a script was used up, somebody found something to do, a call was made under a lag
    or by another account. That a message comes twice, late or never, and that a clock is wrong, nobody can miss."""
    match schedule.fault:
        case "answer":
            return _left(world.control.faults()) < _planned(schedule, "fault")
        case "script":
            kept = world.control.serving_scripts() + world.control.job_scripts()
            return _left(kept) < 2 * _planned(schedule, "script")  # one of each kind is armed
        case "lag":
            made = _calls(world.control)[before.calls :]
            return any(call["operation"].startswith(("List", "Get")) for call in made)
        case "account":
            return len(_calls(world.control)) > before.calls
        case "others":
            return world.figures[DEEDS] > before.deeds
        case "point":
            return _struck(world)
    return True


def _calls(control: SandboxControl) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = control._call("GET", "counts")["calls"]
    return entries


def _left(kept: list[dict[str, Any]]) -> int:
    return sum(each["times"] for each in kept)


def _planned(schedule: Schedule, kind: str) -> int:
    return sum(step.fields.get("times", 1) for step in schedule.steps if step.kind == kind)
