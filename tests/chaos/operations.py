"""The operations of admins: how each story begins, what is done, and which call carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.chaos.steps import DISCOVER, LOOK, Schedule, Step, act, behind, wait

TRAINED = Step("train", on="m0")
# Long enough for every lag: a story may begin under a platform that shows what it has made two minutes later.
NEW = (TRAINED, wait(130))
SERVED = (*NEW, act("provision"), LOOK, wait(150), LOOK)
_DEPLOYED = (*NEW, act("deploy"), LOOK, wait(150), LOOK)
_RUNNING = (act("create", "j0"), LOOK, wait(130), LOOK)
_STOPPED = (*_RUNNING, act("stop", "j0"), LOOK, wait(130), LOOK, wait(1), LOOK)
_BUILT = (act("create", "j0"), LOOK, wait(360), LOOK, wait(1), LOOK, wait(130))
REMOVALS = ("before_delete", "delete_accepted")
_ENABLE = act("enable")
_ON_JOBS = ("create", "stop", "adopt", "archive", "delete with results")  # the others are on the model m0
_STRANGER = (behind("makes", "f0", noun="job"), wait(130), DISCOVER)
_THEIRS = (*NEW, behind("makes", noun="throughput"), wait(130))
# A lease of an hour that ends while the story waits; the warning before it has been given.
_ENDING = (*NEW, act("provision", hours=1), LOOK, wait(150), LOOK, _ENABLE, wait(3300), LOOK)


@dataclass(frozen=True)
class Operation:
    """``call``: the platform's operation that matters most for it. ``against``: what another admin does meanwhile.
    ``then``: what the same admin does a moment later. ``more``: what is still to be awaited after that. ``afterwards``:
    what ends the story where nobody is killed in it."""

    name: str
    act: Step
    before: tuple[Step, ...]
    call: str
    against: Step
    then: tuple[Step, ...] = ()
    more: tuple[Step, ...] = ()
    afterwards: tuple[Step, ...] = ()
    switches: Mapping[str, Any] = field(default_factory=dict)

    @property
    def changes_the_platform(self) -> bool:
        return not self.call.startswith(("List", "Get"))

    def at(self, point: str) -> Operation:
        """What is made and removed again: where it is removed, that is the call that matters."""
        return replace(self, call=_REMOVE) if self._is_undone and point in REMOVALS else self

    def is_given_up_after(self, point: str) -> bool:
        """Killed there, it is not made any more: its removal comes first."""
        return self._is_undone and point in ("claimed", "before_send")

    @property
    def _is_undone(self) -> bool:
        return self.then == (act("remove"),)

    @property
    def makes(self) -> bool:
        return self.call.startswith("Create")

    @property
    def calls_at_once(self) -> bool:
        """Does the admin's own action speak to the platform?"""
        return self.act.what == "adopt"

    @property
    def is_silent(self) -> bool:
        """Is the platform asked for nothing in the whole story?"""
        return self.name == "archive"

    @property
    def is_on_a_job(self) -> bool:
        return self.name in _ON_JOBS

    @property
    def is_on_a_deployment(self) -> bool:
        return self.name in ("deploy", "undeploy", "adopt deployment")

    @property
    def story(self) -> tuple[Step, ...]:
        """The action and the looks that carry it out; the last one finds what a killed worker had claimed."""
        return (self.act, LOOK, wait(6), *self.then, LOOK, wait(91), LOOK, *self.more)


_THROUGHPUTS, _JOBS = "ListProvisionedModelThroughputs", "ListModelCustomizationJobs"
_PROVISION, _REMOVE = "CreateProvisionedModelThroughput", "DeleteProvisionedModelThroughput"
# Training takes 220 seconds: its end is recorded in one look, its curves are read in the next.
_TRAINING_ENDS = (wait(150), LOOK, wait(1), LOOK)
_LONG = {"training_seconds": 300.0}  # a job that is to be stopped does not end by itself before
_ADOPT = act("adopt", "f0")
_ADOPT_RENTED, _ADOPT_DEPLOYED = act("adopt", noun="throughput"), act("adopt", noun="deployment")

OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("create", act("create", "j0"), (), "CreateModelCustomizationJob", act("stop", "j0"),
                  more=_TRAINING_ENDS),
        Operation("stop", act("stop", "j0"), _RUNNING, "StopModelCustomizationJob", act("archive", "j0"),
                  switches=_LONG),
        Operation("provision", act("provision"), NEW, _PROVISION, act("remove")),
        Operation("provision and remove", act("provision", units=2), NEW, _PROVISION, act("remove"),
                  then=(act("remove"),)),
        Operation("deploy", act("deploy"), NEW, "CreateCustomModelDeployment", act("undeploy")),
        Operation("extend", act("extend"), SERVED, _THROUGHPUTS, act("remove")),
        Operation("remove", act("remove"), (*SERVED, _ENABLE), _REMOVE, act("provision")),
        Operation("undeploy", act("undeploy"), (*_DEPLOYED, _ENABLE), "DeleteCustomModelDeployment", act("enable")),
        Operation("lease ends", Step("wait", on="m0", seconds=180), _ENDING, _REMOVE, act("extend")),
        Operation("enable", act("enable"), SERVED, _THROUGHPUTS, act("remove")),
        Operation("disable", act("disable"), (*SERVED, _ENABLE), _THROUGHPUTS, act("remove")),
        Operation("delete", act("delete"), NEW, "DeleteCustomModel", act("provision")),
        Operation("delete with results", act("delete", "j0", artifacts=True), _BUILT, "DeleteCustomModel",
                  act("provision", "j0"), more=(wait(91), LOOK, wait(6), LOOK)),
        Operation("delete what serves", act("delete"), _THEIRS, _THROUGHPUTS, act("provision")),
        # Whoever is turned away by a platform in trouble asks once more.
        Operation("adopt", _ADOPT, _STRANGER, "GetModelCustomizationJob", _ADOPT, then=(_ADOPT,)),
        Operation("adopt throughput", _ADOPT_RENTED, (*_THEIRS, DISCOVER), "GetProvisionedModelThroughput",
                  act("provision"), then=(_ADOPT_RENTED,), afterwards=(act("remove"), LOOK, wait(6), LOOK)),
        Operation("adopt deployment", _ADOPT_DEPLOYED, (*NEW, behind("makes", noun="deployment"), wait(130), DISCOVER),
                  "GetCustomModelDeployment", act("deploy"), then=(_ADOPT_DEPLOYED,)),
        Operation("archive", act("archive", "j0"), _STOPPED, _JOBS, act("create", "j0")),
    )
}  # fmt: skip


def plain(operation: Operation) -> Schedule:
    """The operation without any harm: what it reaches is where it can be harmed."""
    return Schedule(f"plain:{operation.name}", operation.story, operation.switches, operation.before)
