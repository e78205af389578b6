"""Every (operation × kill point × fault) that can differ from another one. The points are those that the operation
reaches, found by playing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from catalog import killpoints
from sandbox.client import SandboxControl
from tests.chaos import faults
from tests.chaos.faults import Fault
from tests.chaos.operations import OPERATIONS, Operation, plain
from tests.chaos.playing import witness
from tests.chaos.steps import LOOK, Schedule, Step, wait

# What AWS leaves open. Rotated by operation, kill point and fault, so that each of them meets every set.
SWITCH_SETS = (
    {},
    {"token_repeat": "empty"},
    {"token_mismatch": "ignored", "stop_again": "accepted"},
    {"throughput_delete_creating": "conflict", "billing_from": "in_service"},
    {"model_delete_with_throughput": "conflict", "throughput_name_clash": "accepted", "perplexity": False},
    {"model_name_clash": "accepted", "failed_throughput_billed": False},
    {"token_repeat": "empty", "token_mismatch": "validation", "throughput_delete_creating": "conflict",
     "model_delete_with_throughput": "conflict", "stop_again": "accepted"},
)  # fmt: skip
# The commits of later looks meet one in so many of the faults each, in turns.
SHARE = 2
_INTENTS = ("intent_written", "intent_committed")
_COMMITS = ("before_commit", "committed")
# A worker that has nothing left to do: only who comes at the same time can matter.
_IDLE = "before_ack"
_OF_CALLS = ("answer", "script", "lag", "account")


@dataclass(frozen=True)
class Place:
    """The ``nth`` reach of a point in one step of an operation's story. ``again``: an earlier look reached it, too."""

    step: int
    point: str
    nth: int = 1
    again: bool = False

    def __str__(self) -> str:
        return f"{self.point}#{self.nth}@{self.step}" if self.point else "no kill"


NOWHERE = Place(0, "")


def places(control: SandboxControl) -> dict[str, list[Place]]:
    """By operation: where its intent and its looks can be harmed. Of points that looks reach over and over only
    commits count again: something has changed there."""
    found = {}
    for operation in OPERATIONS.values():
        _, world = witness(control, plain(operation))
        found[operation.name] = [NOWHERE, *_places(world.moments[1 : 1 + len(operation.story)])]
    unreached = unreached_in(found)
    if unreached:
        raise RuntimeError(
            f"No operation's story comes by {', '.join(unreached)}: nobody would be killed there."
        )
    return found


def unreached_in(found: dict[str, list[Place]]) -> list[str]:
    """Kill points of the product at which no story can be harmed."""
    reached = {place.point for points in found.values() for place in points}
    return [point for point in killpoints.POINTS if point not in reached]


def _places(moments: list) -> Iterator[Place]:
    seen: set[str] = set()
    for number, moment in enumerate(moments):
        if moment.step.kind == "wait":
            continue
        for point in dict.fromkeys(moment.end.reached):
            again = point in seen
            if point == "sql" or (again and point not in (*_COMMITS, *_INTENTS)):
                continue
            seen.add(point)
            yield Place(number, point, again=again)


def pairs(found: dict[str, list[Place]]) -> Iterator[Schedule]:
    for number, operation in enumerate(OPERATIONS.values()):
        for turn, place in enumerate(found[operation.name]):
            for rank, fault in enumerate(faults.of(operation, turn, place.point)):
                if not can_differ(operation, place, fault) or (place.again and (rank + turn) % SHARE):
                    continue
                yield pair(operation, place, fault, SWITCH_SETS[(rank + turn + number) % len(SWITCH_SETS)])


def can_differ(operation: Operation, place: Place, fault: Fault) -> bool:
    """Is this pair any other than one without its kill, or without its fault?"""
    if fault.is_at_the_point or not fault.kind:
        return bool(place.point) or not fault.is_at_the_point
    if operation.is_given_up_after(place.point) and fault.is_of(operation.call):
        return False  # nothing is bought any more
    if place.point == _IDLE or (operation.is_silent and fault.kind in _OF_CALLS):
        return False
    if place.step or operation.calls_at_once:
        return True
    # Nothing has been asked of the platform yet: killed here, whoever repeats it meets what "no kill" meets.
    return place.point not in _INTENTS


def pair(operation: Operation, place: Place, fault: Fault, switches: dict) -> Schedule:
    steps: list[Step] = list(operation.story)
    if not place.point:
        steps += operation.afterwards
    else:
        steps[place.step] = steps[place.step].harmed(fault.harm, place.point, place.nth, fault.meanwhile)
    if place.point == _IDLE:
        steps.insert(place.step + 1, LOOK)  # what was not acknowledged is delivered again
    elif place.step == len(steps) - 1:
        steps += [wait(91), LOOK]  # the next look that finds what this one had claimed
    return Schedule(
        f"{operation.name} / {place} / {fault.name}",
        (*fault.armed, *fault.around(steps)),
        {**operation.switches, **switches, **fault.switches},
        operation.before,
        is_pair=True,
        fault=fault.kind,
    )
