"""Seeded random histories: admins, workers, somebody else, faults and kills, all mixed. One seed, one history."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.chaos.faults import LAG, SPOILT_ANSWERS, WRONG_ANSWERS
from tests.chaos.pairs import SWITCH_SETS
from tests.chaos.steps import CUT, DISCOVER, KILL, LOOK, PAUSE, TWICE, Schedule, Step, act, behind, wait

SHORTEST, LONGEST = 10, 25
MODELS = ("m0", "m1")  # trained long ago; jobs make j0 and j1, f0 and f1 are made behind our back
_ON_MODELS = {
    "provision": 6, "deploy": 3, "enable": 5, "remove": 5, "undeploy": 2, "disable": 2, "extend": 2, "delete": 2,
}  # fmt: skip
_ON_JOBS = {"create": 5, "stop": 3, "archive": 2, "provision": 2, "enable": 1, "remove": 1, "delete": 1}
_OPERATIONS = (
    "*", "CreateProvisionedModelThroughput", "CreateCustomModelDeployment", "CreateModelCustomizationJob",
    "DeleteProvisionedModelThroughput", "DeleteCustomModelDeployment", "DeleteCustomModel",
    "StopModelCustomizationJob", "GetModelCustomizationJob", "GetProvisionedModelThroughput",
    "ListProvisionedModelThroughputs", "ListModelCustomizationJobs", "ListCustomModels",
)  # fmt: skip
_OF_S3 = ("DeleteObjects", "ListObjectsV2", "GetObject", "HeadObject")
# Written out, not taken from the product: a seed that was printed must go on meaning the same history.
_OF_ACTIONS = ("intent_written", "intent_committed", "sql")
_OF_ADOPTION = ("before_commit", "committed", "sql")
_OF_DISCOVERY = ("before_commit", "committed", "before_ack", "sql")
_OF_LOOKS = (
    "intent_written", "intent_committed", "claimed", "before_send", "accepted", "before_commit", "committed",
    "before_stop", "stop_accepted", "before_delete", "delete_accepted", "before_artifacts", "before_ack",
)  # fmt: skip
_WAITS = (1, 5, 6, 30, 61, 91, 130, 400, 3700)


def history(seed: int) -> Schedule:
    dice = random.Random(f"history/{seed}")
    switches = dict(dice.choice(SWITCH_SETS))
    for lag in ("get_lag_seconds", "list_lag_seconds"):
        if dice.random() < 0.2:
            switches[lag] = LAG
    steps: list[Step] = []
    length = dice.randint(SHORTEST, LONGEST)
    while len(steps) < length:
        steps += _scene(dice)
    before = (*(Step("train", on=name) for name in MODELS), wait(130))
    return Schedule(str(seed), tuple(steps[:length]), switches, before)


def _scene(dice: random.Random) -> list[Step]:
    scenes: dict[Callable[[random.Random], list[Step]], int] = {
        _somebody_acts: 40, _worker_looks: 22, _time_passes: 14, _platform_fails: 14, _others: 6, _clock: 2, _script: 2,
    }  # fmt: skip
    return dice.choices(list(scenes), list(scenes.values()))[0](dice)


def _somebody_acts(dice: random.Random) -> list[Step]:
    """An action, and more often than not the worker's look that it asks for (else the nudge was lost)."""
    steps = [_harmed(dice, _act(dice), 0.2)]
    if dice.random() < 0.65:
        steps.append(_harmed(dice, LOOK, 0.4))
    return steps


def _act(dice: random.Random) -> Step:
    kind = dice.random()
    if kind < 0.65:
        return act(_weighted(dice, _ON_MODELS), dice.choice(MODELS), **_terms(dice))
    if kind < 0.91:
        what = _weighted(dice, _ON_JOBS)
        results = {"artifacts": dice.random() < 0.7} if what == "delete" else {}
        return act(what, dice.choice(("j0", "j1")), **results)
    if kind < 0.95:
        return act("adopt", dice.choice(MODELS), noun=dice.choice(("throughput", "deployment")))
    return act("adopt", dice.choice(("f0", "f1")))


def _terms(dice: random.Random) -> dict[str, int]:
    return {"hours": dice.choice((1, 8))}


def _weighted(dice: random.Random, weights: dict[str, int]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


def _worker_looks(dice: random.Random) -> list[Step]:
    kind = dice.random()
    if kind < 0.15:
        return [TWICE]
    return [_harmed(dice, DISCOVER if kind < 0.35 else LOOK, 0.25)]


def _time_passes(dice: random.Random) -> list[Step]:
    return [wait(dice.choice(_WAITS)), *([LOOK] if dice.random() < 0.5 else [])]


def _platform_fails(dice: random.Random) -> list[Step]:
    if dice.random() < 0.1:
        kind = dice.choice(("denied", "throttle", "error500", "timeout", "closed", "empty200"))
        return [Step("fault", kind, fields={"platform": "s3", "operation": dice.choice(_OF_S3)})]
    kind = dice.choice((*WRONG_ANSWERS, *SPOILT_ANSWERS, "denied", "short_list"))
    fields = {"operation": dice.choice(_OPERATIONS), "times": dice.randint(1, 3)}
    if kind in WRONG_ANSWERS and kind not in ("expired", "denied", "quota"):
        fields["applied"] = dice.random() < 0.5
    return [Step("fault", kind, fields=fields)]


def _others(dice: random.Random) -> list[Step]:
    noun = dice.choice(("throughput", "deployment"))
    return [
        dice.choice(
            (
                behind("removes", dice.choice(MODELS), noun=noun),
                behind("fails", dice.choice(MODELS), noun=noun),
                behind("makes", dice.choice(MODELS), noun=noun),
                behind("makes", dice.choice(("f0", "f1")), noun="job"),
                behind("makes", dice.choice(("f0", "f1")), noun="model"),
                behind("removes", dice.choice(MODELS), noun="model"),
                behind("stops", dice.choice(("j0", "j1"))),
            )
        )
    ]


def _clock(dice: random.Random) -> list[Step]:
    return [Step("skew", seconds=dice.choice((-40, -10, 20, 0)))]


def _script(dice: random.Random) -> list[Step]:
    kind = dice.choice(("quota", "name_in_use", "fail"))
    return [Step("script", kind, fields={"after": 30} if kind == "fail" else {})]


def _harmed(dice: random.Random, step: Step, chance: float) -> Step:
    if dice.random() >= chance:
        return step
    harm = dice.choices((KILL, CUT, PAUSE), (6, 2, 3))[0]
    if dice.random() < 0.2:
        point, nth = "sql", dice.randint(1, 30)
    else:
        point, nth = dice.choice(_points(step)), dice.choice((1, 1, 1, 2))
    meanwhile = (_act(dice) if dice.random() < 0.5 else LOOK) if harm == PAUSE else None
    return step.harmed(harm, point, nth, meanwhile)


def _points(step: Step) -> tuple[str, ...]:
    if step.kind == "act":
        return _OF_ADOPTION if step.what == "adopt" else _OF_ACTIONS
    return _OF_DISCOVERY if step.kind == "discover" else _OF_LOOKS
