"""Every (operation × kill point × fault): the points are those that the operation reaches, found by playing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from sandbox.client import SandboxControl
from tests.chaos import faults
from tests.chaos.faults import Fault
from tests.chaos.operations import OPERATIONS, Operation, plain
from tests.chaos.playing import witness
from tests.chaos.steps import Schedule, Step

# What AWS leaves open. Pair number n is played under set n modulo their number, so that every operation meets each.
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


@dataclass(frozen=True)
class Place:
    """The ``nth`` reach of a point in one step of an operation's story."""

    step: int
    point: str
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.point}#{self.nth}@{self.step}" if self.point else "no kill"


NOWHERE = Place(0, "")


def places(control: SandboxControl) -> dict[str, list[Place]]:
    """By operation: where its intent and its looks can be harmed. Points reached in every look count once."""
    found = {}
    for operation in OPERATIONS.values():
        _, world = witness(control, plain(operation))
        found[operation.name] = [NOWHERE, *_places(world.moments[1 : 1 + len(operation.story)])]
    return found


def _places(moments: list) -> Iterator[Place]:
    seen: set[str] = set()
    for number, moment in enumerate(moments):
        if moment.step.kind == "wait":
            continue
        for point in dict.fromkeys(moment.end.reached):
            if point == "sql" and number == 0:
                # Some actions have no points of their own: kill them before their last statement, too.
                yield Place(0, "sql", moment.end.reached.count("sql"))
            elif point != "sql" and (point not in seen or number == 0):
                seen.add(point)
                yield Place(number, point)


def pairs(found: dict[str, list[Place]]) -> Iterator[Schedule]:
    for operation in OPERATIONS.values():
        numbers = count()
        for turn, place in enumerate(found[operation.name]):
            for fault in faults.of(operation, turn):
                if fault.is_at_the_point and not place.point:
                    continue
                switches = SWITCH_SETS[next(numbers) % len(SWITCH_SETS)]
                yield pair(operation, place, fault, switches)


def pair(operation: Operation, place: Place, fault: Fault, switches: dict) -> Schedule:
    steps: list[Step] = list(operation.story)
    if place.point:
        steps[place.step] = steps[place.step].harmed(fault.harm, place.point, place.nth, fault.meanwhile)
    return Schedule(
        f"{operation.name} / {place} / {fault.name}",
        (*fault.armed, *fault.around(steps)),
        {**switches, **fault.switches},
        operation.before,
    )
