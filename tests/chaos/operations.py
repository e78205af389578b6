"""The twelve operations of admins: how each story begins, what is done, and which call carries it out."""

from __future__ import annotations

from dataclasses import dataclass

from tests.chaos.steps import DISCOVER, LOOK, Schedule, Step, act, behind, wait

TRAINED = Step("train", on="m0")
# Long enough for every lag: a story may begin under a platform that shows what it has made two minutes later.
_NEW = (TRAINED, wait(130))
_SERVED = (*_NEW, act("provision"), LOOK, wait(150), LOOK)
_DEPLOYED = (*_NEW, act("deploy"), LOOK, wait(150), LOOK)
_RUNNING = (act("create", "j0"), LOOK, wait(130), LOOK)


@dataclass(frozen=True)
class Operation:
    """``call``: the platform's operation that matters most for it. ``against``: what another admin does meanwhile.
    ``then``: what the same admin does a moment later."""

    name: str
    act: Step
    before: tuple[Step, ...]
    call: str
    against: Step
    then: tuple[Step, ...] = ()

    @property
    def changes_the_platform(self) -> bool:
        return not self.call.startswith(("List", "Get"))

    @property
    def story(self) -> tuple[Step, ...]:
        """The action and the looks that carry it out; the last one finds what a killed worker had claimed."""
        return (self.act, LOOK, wait(6), *self.then, LOOK, wait(91), LOOK)


_THROUGHPUTS, _JOBS = "ListProvisionedModelThroughputs", "ListModelCustomizationJobs"
_ENABLE = act("enable")
_STRANGER = (behind("makes", "f0", noun="job"), wait(130), DISCOVER)
_STOPPED = (*_RUNNING, act("stop", "j0"), LOOK, wait(130), LOOK, wait(1), LOOK)

OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("create", act("create", "j0"), (), "CreateModelCustomizationJob", act("stop", "j0")),
        Operation("stop", act("stop", "j0"), _RUNNING, "StopModelCustomizationJob", act("archive", "j0")),
        Operation("provision", act("provision"), _NEW, "CreateProvisionedModelThroughput", act("remove")),
        Operation(
            "provision and remove",
            act("provision"),
            _NEW,
            "CreateProvisionedModelThroughput",
            act("remove"),
            then=(act("remove"),),
        ),
        Operation("deploy", act("deploy"), _NEW, "CreateCustomModelDeployment", act("undeploy")),
        Operation("extend", act("extend"), _SERVED, _THROUGHPUTS, act("remove")),
        Operation(
            "remove", act("remove"), (*_SERVED, _ENABLE), "DeleteProvisionedModelThroughput", act("provision")
        ),
        Operation(
            "undeploy", act("undeploy"), (*_DEPLOYED, _ENABLE), "DeleteCustomModelDeployment", act("enable")
        ),
        Operation("enable", act("enable"), _SERVED, _THROUGHPUTS, act("remove")),
        Operation("disable", act("disable"), (*_SERVED, _ENABLE), _THROUGHPUTS, act("remove")),
        Operation("delete", act("delete"), _NEW, "DeleteCustomModel", act("provision")),
        Operation(
            "delete what serves",
            act("delete"),
            (*_NEW, behind("makes", noun="throughput"), wait(130)),
            _THROUGHPUTS,
            act("provision"),
        ),
        Operation("adopt", act("adopt", "f0"), _STRANGER, "GetModelCustomizationJob", act("adopt", "f0")),
        Operation("archive", act("archive", "j0"), _STOPPED, _JOBS, act("create", "j0")),
    )
}


def plain(operation: Operation) -> Schedule:
    """The operation without any harm: what it reaches is where it can be harmed."""
    return Schedule(f"plain:{operation.name}", operation.story, {}, operation.before)
