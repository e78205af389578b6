"""What can go wrong in a pair, by name: a change of the schedule at the kill point, around it, or on the platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.operations import Operation
from tests.chaos.steps import CUT, KILL, LOOK, PAUSE, TWICE, Step, behind, wait

LAG = 120.0
WRONG_ANSWERS = (
    "throttle", "error500", "html503", "timeout", "closed", "html200", "empty200", "lacking_key",
    "expired", "denied", "quota",
)  # fmt: skip
REFUSALS = ("expired", "denied", "quota")  # whoever is turned away at the door has made nothing
SPOILT_ANSWERS = ("cut200", "empty_list", "short_list")  # the call is carried out, always
# Behind these points the call's answer has been understood; killed at those, the first look makes nothing.
ANSWERED = ("accepted", "stop_accepted", "delete_accepted")
BEFORE_IT_IS_MADE = ("claimed", "before_send")
_OF_S3 = ("throttle", "error500", "html503", "timeout", "closed", "empty200", "denied")


@dataclass(frozen=True)
class Fault:
    """``armed``: steps before the story. ``harm``: what happens at the kill point instead of a kill; with
    ``meanwhile``, what a second worker does there. ``around``: changes the finished story. ``kind``: how to tell
    whether it was met (``meeting``)."""

    name: str
    kind: str
    armed: tuple[Step, ...] = ()
    harm: str = KILL
    meanwhile: Step | None = None
    switches: Mapping[str, Any] = field(default_factory=dict)
    around: Callable[[list[Step]], list[Step]] = list

    @property
    def is_at_the_point(self) -> bool:
        """Without a kill point there is nothing of it."""
        return self.harm != KILL

    def is_of(self, call: str) -> bool:
        """Does it wait for this very call?"""
        return any(step.kind == "script" or step.fields.get("operation") == call for step in self.armed)


def of(operation: Operation, turn: int = 0, point: str = "") -> list[Fault]:
    """Every fault that this operation can meet together with a harm at ``point``. In turns a wrong answer hides a call
    that was carried out, and one that was not."""
    return [
        Fault("none", ""),
        *_wrong_answers(operation.at(point), turn, point in ANSWERED),
        *_of_all_calls(operation),
        *_at_the_point(operation),
        *_of_delivery(),
        *_of_others(operation, point),
    ]


def _wrong_answers(operation: Operation, turn: int, taken: bool) -> list[Fault]:
    found = []
    for number, kind in enumerate(WRONG_ANSWERS):
        if kind == "quota" and not operation.makes:
            continue  # no other call has one
        if operation.changes_the_platform and kind not in REFUSALS and (number + turn) % 2 and not taken:
            found.append(_answer(f"{kind}, carried out", _wrong(kind, operation.call, applied=True)))
        else:
            # Twice in a row, but a person who is turned away asks once more only.
            times = 1 if operation.calls_at_once or operation.act.fields.get("artifacts") or taken else 2
            found.append(_answer(kind, _wrong(kind, operation.call, times=times)))
    found += [_answer(kind, _wrong(kind, _list_or_call(kind, operation))) for kind in SPOILT_ANSWERS]
    if operation.act.fields.get("artifacts"):
        found += [
            _answer(f"S3: {kind}", *_wrong_in_s3(kind, turn + number)) for number, kind in enumerate(_OF_S3)
        ]
    times = 1 if operation.calls_at_once else 3
    return [*found, _answer("any call fails", _wrong("error500", "*", times=times))]


def _of_all_calls(operation: Operation) -> list[Fault]:
    # What goes on after the model is gone takes a look more: they must have our own credentials.
    given_back = _account_given_back if operation.act.fields.get("artifacts") else list
    found = [
        Fault("lists lag", "lag", switches=_lag("list")),
        Fault("get does not find it", "lag", switches=_lag("get")),
        Fault("both lag", "lag", switches=_lag("list") | _lag("get")),
        Fault("another account's credentials", "account", (_account(other=True),), around=given_back),
    ]
    if operation.makes:
        found.append(
            Fault("the name is taken", "script", (Step("script", "name_in_use", fields={"times": 2}),))
        )
    return found


def _at_the_point(operation: Operation) -> list[Fault]:
    return [
        Fault("database lost", "point", harm=CUT),
        Fault("overtaken by a worker", "point", harm=PAUSE, meanwhile=LOOK),
        Fault("overtaken by an admin", "point", harm=PAUSE, meanwhile=operation.against),
    ]


def _of_delivery() -> list[Fault]:
    return [
        Fault("delivered twice", "delivery", around=_twice),
        Fault("nudge lost", "delivery", around=_without_first_look),
        Fault("clock steps back", "delivery", around=_clock_steps),
    ]


def _of_others(operation: Operation, point: str) -> list[Fault]:
    removes, says = _somebody_removes(operation), behind("says", operation.act.on, word="Degraded")
    makes = _somebody_makes(operation)
    put = _when(operation, point)
    found = [
        Fault("removed behind our back", "others", around=lambda steps: put(steps, removes)),
        Fault("made behind our back", "others", around=lambda steps: _first(steps, makes)),
    ]
    # Words are of what serves a model, and of trainings.
    if operation.name in ("create", "stop") or not (operation.is_on_a_job or operation.name == "delete"):
        found.append(Fault("a word nobody knows", "others", around=lambda steps: put(steps, says)))
    return found


def _answer(name: str, *armed: Step) -> Fault:
    return Fault(name, "answer", armed)


def _wrong(kind: str, operation: str, **fields: Any) -> Step:
    return Step("fault", kind, fields={"operation": operation, **fields})


def _wrong_in_s3(kind: str, turn: int) -> list[Step]:
    """In turns the list fails, the deletion, and the deletion although it was carried out."""
    operation, applied = (("ListObjectsV2", False), ("DeleteObjects", False), ("DeleteObjects", True))[
        turn % 3
    ]
    carried_out = {"applied": True} if applied and kind not in REFUSALS else {}
    return [_wrong(kind, operation, platform="s3", **carried_out)]


def _lag(what: str) -> dict[str, float]:
    return {f"{what}_lag_seconds": LAG}


def _list_or_call(kind: str, operation: Operation) -> str:
    """A cut answer is of the call itself; only lists can be shortened."""
    if kind == "cut200":
        return operation.call
    on_a_job = operation.is_on_a_job and not operation.act.fields.get("artifacts")
    if on_a_job:
        return "ListModelCustomizationJobs"
    return "ListCustomModelDeployments" if operation.is_on_a_deployment else "ListProvisionedModelThroughputs"


def _twice(steps: list[Step]) -> list[Step]:
    """Every look that is not harmed is two workers' at the same time."""
    return [TWICE if step == LOOK else step for step in steps]


def _without_first_look(steps: list[Step]) -> list[Step]:
    place = next((n for n, step in enumerate(steps) if step.kind == "look" and not step.harm), None)
    return [step for n, step in enumerate(steps) if n != place]


def _clock_steps(steps: list[Step]) -> list[Step]:
    return [steps[0], Step("skew", seconds=-30), *steps[1:]]


def _account(*, other: bool) -> Step:
    return Step("account", fields={"other": other})


def _account_given_back(steps: list[Step]) -> list[Step]:
    return _after_first_look(steps, _account(other=False))


def _first(steps: list[Step], what: Step) -> list[Step]:
    return [what, *steps]


def _when(operation: Operation, point: str) -> Callable[[list[Step], Step], list[Step]]:
    """When there is something that somebody else could do something to."""
    if operation.makes:
        return _at_the_end if point in BEFORE_IT_IS_MADE else _after_first_look
    # What the first look removes or stops, nobody else can afterwards.
    return _after_the_act if operation.changes_the_platform else _after_first_look


def _after_the_act(steps: list[Step], what: Step) -> list[Step]:
    return [steps[0], what, *steps[1:]]


def _at_the_end(steps: list[Step], what: Step) -> list[Step]:
    return [*steps, what, wait(6), LOOK]


def _after_first_look(steps: list[Step], what: Step) -> list[Step]:
    place = next(n for n, step in enumerate(steps) if step.kind == "look") + 1
    return [*steps[:place], what, *steps[place:]]


def _somebody_removes(operation: Operation) -> Step:
    on = operation.act.on
    if operation.act.fields.get("artifacts"):
        return behind("removes", on, noun="model")
    if operation.is_on_a_job:
        return behind("stops", on)
    if operation.name == "delete":
        return behind("removes", on, noun="model")
    return behind("removes", on, noun=_noun(operation))


def _somebody_makes(operation: Operation) -> Step:
    on_a_job = operation.is_on_a_job and not operation.act.fields.get("artifacts")
    return behind("makes", operation.act.on, noun="model" if on_a_job else _noun(operation))


def _noun(operation: Operation) -> str:
    return "deployment" if operation.is_on_a_deployment else "throughput"
