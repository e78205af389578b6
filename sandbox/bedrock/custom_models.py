"""GetCustomModel, ListCustomModels, DeleteCustomModel.

Source: botocore's service model bedrock/2023-04-20. ``baseModelName`` is the empty string, as in a recorded answer of
November 2023. The words for an unknown model are not recorded.
"""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import arguments, pages, serving, settling
from sandbox.bedrock.jobs import metrics
from sandbox.errors import PlatformError, not_found
from sandbox.store import Record
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World


def get(world: "World", request: Request, identifier: str) -> dict[str, Any]:
    arguments.read("GetCustomModel", request, identifier)
    with world.owned.lock:
        now = settling.settle(world)
        model = find(world, identifier)
        answer = _base(model, now) | {
            "jobName": model["job_name"],
            "jobArn": model["job_arn"],
            **model["given"],
            **metrics(model["metrics"]),
        }
        return {name: value for name, value in answer.items() if value is not None}


def list_models(world: "World", request: Request, _: str) -> dict[str, Any]:
    given = arguments.read("ListCustomModels", request, "")
    with world.owned.lock:
        moment = pages.as_of(world, settling.settle(world))
        models = [
            model
            for model in pages.chosen(world.owned.custom_models, given, moment)
            if _is_there(model, moment) and _wanted(model, given, moment)
        ]
        return pages.page(models, given, "modelSummaries", lambda model: summary(world, model, moment))


def delete(world: "World", request: Request, identifier: str) -> dict[str, Any]:
    arguments.read("DeleteCustomModel", request, identifier)
    with world.owned.lock:
        now = settling.settle(world)
        model = find(world, identifier)
        if model["deleted"] is not None:
            raise PlatformError(400, "ConflictException", "The custom model is being deleted.")
        serving.refuse_deletion_of_served(world, model["arn"], now)
        remove(world, model)
    return {}


def remove(world: "World", model: Record) -> None:
    """The record stays, with its date of death, for lists that lag and so that nothing is made twice."""
    gone = model | {"deleted": world.clock.timestamp() + world.switches["model_deleting_seconds"]}
    world.owned.custom_models.put(model["arn"], gone)
    world.owned.tags.delete(model["arn"])


def find(world: "World", identifier: str) -> Record:
    """By name or ARN; of several with one name the newest."""
    due, now = pages.find_due(world), world.clock.timestamp()
    for model in reversed(list(world.owned.custom_models)):
        named = identifier in (model["name"], model["arn"])
        if named and model["created"] <= due and _is_there(model, now):
            return model
    raise not_found("Could not find the custom model for the model identifier you provided.")


def summary(world: "World", model: Record, moment: float) -> dict[str, Any]:
    return _base(model, moment) | {"baseModelName": "", "ownerAccountId": world.account}


def status_of(model: Record, moment: float) -> str:
    return "Active" if moment >= model["active_at"] else "Creating"


def _base(model: Record, moment: float) -> dict[str, Any]:
    return {
        "modelArn": model["arn"],
        "modelName": model["name"],
        "creationTime": model["created_iso"],
        "baseModelArn": model["base_arn"],
        "customizationType": "FINE_TUNING",
        "modelStatus": status_of(model, moment),
    }


def _is_there(model: Record, moment: float) -> bool:
    return model["deleted"] is None or bool(model["deleted"] > moment)


def _wanted(model: Record, given: dict[str, Any], moment: float) -> bool:
    return (
        given.get("baseModelArnEquals", model["base_arn"]) == model["base_arn"]
        and given.get("foundationModelArnEquals", model["base_arn"]) == model["base_arn"]
        and given.get("modelStatus") in (None, status_of(model, moment))
        and given.get("isOwned", True)  # models that other accounts share are not played
    )
