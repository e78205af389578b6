"""GetCustomModelDeployment, ListCustomModelDeployments, DeleteCustomModelDeployment: on-demand use of custom models.

Source: botocore's service model bedrock/2023-04-20. Which base models allow it is not played: all do.
"""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import arguments, pages, serving, settling
from sandbox.bedrock.serving_life import life_of
from sandbox.clock import iso_of
from sandbox.store import Record
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World


def get(world: "World", request: Request, identifier: str) -> dict[str, Any]:
    arguments.read("GetCustomModelDeployment", request, identifier)
    with world.owned.lock:
        now = settling.settle(world)
        return details(find(world, identifier), now)


def list_deployments(world: "World", request: Request, _: str) -> dict[str, Any]:
    given = arguments.read("ListCustomModelDeployments", request, "")
    times = {"creationTimeAfter": "createdAfter", "creationTimeBefore": "createdBefore"}
    given |= {usual: given[here] for usual, here in times.items() if here in given}
    with world.owned.lock:
        moment = pages.as_of(world, settling.settle(world))
        records = serving.listed(world, "deployment", given, moment)
        return pages.page(records, given, "modelDeploymentSummaries", lambda r: summary(r, moment))


def delete(world: "World", request: Request, identifier: str) -> dict[str, Any]:
    arguments.read("DeleteCustomModelDeployment", request, identifier)
    with world.owned.lock:
        now = settling.settle(world)
        record = find(world, identifier)
        serving.refuse_deletion_while_creating(world, record, now)
        serving.remove(world, record)
    return {}


def find(world: "World", identifier: str) -> Record:
    return serving.find(world, "deployment", identifier)


def details(record: Record, moment: float) -> dict[str, Any]:
    answer = _base(record, moment) | {"modelDeploymentName": record["name"]}
    return answer | ({"description": record["description"]} if record["description"] else {})


def summary(record: Record, moment: float) -> dict[str, Any]:
    return _base(record, moment) | {"customModelDeploymentName": record["name"]}


def _base(record: Record, moment: float) -> dict[str, Any]:
    life = life_of(record, moment)
    answer = {
        "customModelDeploymentArn": record["arn"],
        "modelArn": life.model_arn,
        "createdAt": record["created_iso"],
        "status": life.status,
        "lastUpdatedAt": iso_of(life.modified),
        "failureMessage": life.failure,
    }
    return {name: value for name, value in answer.items() if value is not None}
