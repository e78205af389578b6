"""What can go wrong in a pair, by name: a change of the schedule at the kill point, around it, or on the platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.operations import Operation
from tests.chaos.steps import CUT, KILL, LOOK, PAUSE, TWICE, Step, behind

LAG = 120.0
WRONG_ANSWERS = (
    "throttle", "error500", "html503", "timeout", "closed", "html200", "empty200", "lacking_key",
    "expired", "quota",
)  # fmt: skip
REFUSALS = ("expired", "quota")  # whoever is turned away at the door has made nothing
SPOILT_ANSWERS = ("cut200", "empty_list")  # the call is carried out, always


@dataclass(frozen=True)
class Fault:
    """``armed``: steps before the story. ``harm``: what happens at the kill point instead of a kill; with
    ``meanwhile``, what a second worker does there. ``around``: changes the finished story."""

    name: str
    armed: tuple[Step, ...] = ()
    harm: str = KILL
    meanwhile: Step | None = None
    switches: Mapping[str, Any] = field(default_factory=dict)
    around: Callable[[list[Step]], list[Step]] = list

    @property
    def is_at_the_point(self) -> bool:
        """Without a kill point there is nothing of it."""
        return self.harm != KILL


def of(operation: Operation, turn: int = 0) -> list[Fault]:
    """Every fault that this operation can meet. In turns a wrong answer hides a call that was carried out, and one
    that was not (twice in a row)."""
    found = [Fault("none")]
    for number, kind in enumerate(WRONG_ANSWERS):
        if operation.changes_the_platform and kind not in REFUSALS and (number + turn) % 2:
            found.append(Fault(f"{kind}, carried out", (_wrong(kind, operation.call, applied=True),)))
        else:
            found.append(Fault(kind, (_wrong(kind, operation.call, times=2),)))
    found += [Fault(kind, (_wrong(kind, _list_or_call(kind, operation)),)) for kind in SPOILT_ANSWERS]
    return [
        *found,
        Fault("any call fails", (_wrong("error500", "*", times=3),)),
        Fault("lists lag", switches=_lag("list")),
        Fault("get does not find it", switches=_lag("get")),
        Fault("both lag", switches=_lag("list") | _lag("get")),
        Fault("another account's credentials", (Step("account", fields={"other": True}),)),
        Fault("a word nobody knows", around=lambda steps: _after_first_look(steps, _strange_word(operation))),
        Fault("the name is taken", (Step("script", "name_in_use", fields={"times": 2}),)),
        Fault("database lost", harm=CUT),
        Fault("overtaken by a worker", harm=PAUSE, meanwhile=LOOK),
        Fault("overtaken by an admin", harm=PAUSE, meanwhile=operation.against),
        Fault("delivered twice", around=_twice),
        Fault("nudge lost", around=_without_first_look),
        Fault("clock steps back", around=_clock_steps),
        Fault(
            "removed behind our back",
            around=lambda steps: _after_first_look(steps, _somebody_removes(operation)),
        ),
        Fault("made behind our back", around=lambda steps: [_somebody_makes(operation), *steps]),
    ]


def _wrong(kind: str, operation: str, **fields: Any) -> Step:
    return Step("fault", kind, fields={"operation": operation, **fields})


def _lag(what: str) -> dict[str, float]:
    return {f"{what}_lag_seconds": LAG}


def _list_or_call(kind: str, operation: Operation) -> str:
    """A cut answer is of the call itself; only lists can be shortened."""
    if kind == "cut200":
        return operation.call
    return {"create": "ListModelCustomizationJobs", "stop": "ListModelCustomizationJobs"}.get(
        operation.name, "ListProvisionedModelThroughputs"
    )


def _twice(steps: list[Step]) -> list[Step]:
    """Every look that is not harmed is two workers' at the same time."""
    return [TWICE if step == LOOK else step for step in steps]


def _without_first_look(steps: list[Step]) -> list[Step]:
    place = next((n for n, step in enumerate(steps) if step.kind == "look" and not step.harm), None)
    return [step for n, step in enumerate(steps) if n != place]


def _clock_steps(steps: list[Step]) -> list[Step]:
    return [steps[0], Step("skew", seconds=-30), *steps[1:]]


def _after_first_look(steps: list[Step], what: Step) -> list[Step]:
    place = next(n for n, step in enumerate(steps) if step.kind == "look") + 1
    return [*steps[:place], what, *steps[place:]]


def _somebody_removes(operation: Operation) -> Step:
    on = operation.act.on
    if operation.name in ("create", "stop", "adopt", "archive"):
        return behind("stops", on)
    noun = {"deploy": "deployment", "undeploy": "deployment", "delete": "model"}.get(
        operation.name, "throughput"
    )
    return behind("removes", on, noun=noun)


def _strange_word(operation: Operation) -> Step:
    return behind("says", operation.act.on, word="Degraded")


def _somebody_makes(operation: Operation) -> Step:
    on = operation.act.on
    if operation.name in ("create", "stop", "adopt", "archive"):
        return behind("makes", on, noun="model")
    return behind(
        "makes", on, noun="deployment" if operation.name in ("deploy", "undeploy") else "throughput"
    )
