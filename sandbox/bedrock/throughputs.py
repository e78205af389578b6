"""GetProvisionedModelThroughput, ListProvisionedModelThroughputs, Update… and DeleteProvisionedModelThroughput.

Source: botocore's service model bedrock/2023-04-20. Update changes the name, or gives a custom model's throughput its
base or another custom model of the same base; it changes no units. Delete before a commitment's end is refused; the
words, and that the refusal is a ConflictException, are assumed.
"""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import arguments, custom_models, foundation_models, pages, serving, settling
from sandbox.bedrock.serving_life import life_of
from sandbox.clock import iso_of
from sandbox.errors import PlatformError, validation
from sandbox.store import Record
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World


def get(world: "World", request: Request, identifier: str) -> dict[str, Any]:
    arguments.read("GetProvisionedModelThroughput", request, identifier)
    with world.owned.lock:
        now = settling.settle(world)
        return details(find(world, identifier), now)


def list_throughputs(world: "World", request: Request, _: str) -> dict[str, Any]:
    given = arguments.read("ListProvisionedModelThroughputs", request, "")
    with world.owned.lock:
        moment = pages.as_of(world, settling.settle(world))
        records = serving.listed(world, "throughput", given, moment)
        return pages.page(records, given, "provisionedModelSummaries", lambda r: summary(r, moment))


def update(world: "World", request: Request, identifier: str) -> dict[str, Any]:
    given = arguments.read("UpdateProvisionedModelThroughput", request, identifier)
    with world.owned.lock:
        now = settling.settle(world)
        record = find(world, identifier)
        status = life_of(record, now).status
        if status != "InService":
            raise validation(f"The provisioned model can't be updated because its status is {status}.")
        name, model = given.get("desiredProvisionedModelName"), given.get("desiredModelId")
        if name is not None and name != record["name"]:
            serving.refuse_taken_name(world, "throughput", name)
            record = record | {"name": name, "renamed": now}
        if model is not None:
            record = _with_model(world, record, model, now)
        world.owned.throughputs.put(record["arn"], record)
    return {}


def delete(world: "World", request: Request, identifier: str) -> dict[str, Any]:
    arguments.read("DeleteProvisionedModelThroughput", request, identifier)
    with world.owned.lock:
        now = settling.settle(world)
        record = find(world, identifier)
        serving.refuse_deletion_while_creating(world, record, now)
        if record["expires"] is not None and now < record["expires"]:
            words = "The provisioned model can't be deleted before its commitment term is over."
            raise PlatformError(400, "ConflictException", words)
        serving.remove(world, record)
    return {}


def find(world: "World", identifier: str) -> Record:
    return serving.find(world, "throughput", identifier)


def details(record: Record, moment: float) -> dict[str, Any]:
    failure = life_of(record, moment).failure
    return summary(record, moment) | ({"failureMessage": failure} if failure else {})


def summary(record: Record, moment: float) -> dict[str, Any]:
    life, expires = life_of(record, moment), record["expires"]
    answer = {
        "provisionedModelName": record["name"],
        "provisionedModelArn": record["arn"],
        "modelArn": life.model_arn,
        "desiredModelArn": life.desired_arn,
        "foundationModelArn": record["base_arn"],
        "modelUnits": record["units"],
        "desiredModelUnits": record["units"],
        "status": life.status,
        "commitmentDuration": record["commitment"],
        "commitmentExpirationTime": iso_of(expires) if expires is not None else None,
        "creationTime": record["created_iso"],
        "lastModifiedTime": iso_of(life.modified),
    }
    return {name: value for name, value in answer.items() if value is not None}


def _with_model(world: "World", record: Record, identifier: str, now: float) -> Record:
    if record["model_arn"] == record["base_arn"]:
        raise validation("The model of a base model's provisioned throughput can't be changed.")
    if "." not in identifier or ":custom-model/" in identifier:
        model = custom_models.find(world, identifier)
        arn, base_arn = model["arn"], model["base_arn"]
    else:
        base = foundation_models.find(world, identifier)
        arn = base_arn = f"arn:aws:bedrock:{world.region}::foundation-model/{base['modelId']}"
    if base_arn != record["base_arn"]:
        raise validation("The desired model must have the same base model.")
    change = {
        "at": now,
        "done": now + float(world.switches["throughput_updating_seconds"]),
        "model_arn": arn,
    }
    return record | {"model_arn": life_of(record, now).model_arn, "change": change}
