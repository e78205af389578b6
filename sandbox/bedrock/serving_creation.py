"""CreateProvisionedModelThroughput and CreateCustomModelDeployment.

Source: botocore's service model bedrock/2023-04-20: a deployment's model must be Active and its name unique in account
and region; nothing of the kind is said of throughputs.
"""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import (
    arguments,
    custom_models,
    foundation_models,
    idempotency,
    serving,
    serving_scripts,
    settling,
)
from sandbox.bedrock.serving_life import is_there
from sandbox.bedrock.tags import check_new
from sandbox.errors import validation
from sandbox.store import Record
from sandbox.wire import Request, Response

if TYPE_CHECKING:
    from sandbox.world import World

THROUGHPUT, DEPLOYMENT = "CreateProvisionedModelThroughput", "CreateCustomModelDeployment"
COMMITMENT_DAYS = {"OneMonth": 30, "SixMonths": 180}  # ours: AWS does not say how long its months are


def throughput(world: "World", request: Request, _: str) -> dict[str, Any] | Response:
    given = arguments.read(THROUGHPUT, request, "")
    with world.owned.lock:
        now = settling.settle(world)
        repeated = idempotency.repeat(world, request, THROUGHPUT, given, "provisionedModelArn")
        if repeated is not None:
            return repeated
        record = _throughput(world, given, request.caller, now)
        _start(world, request, THROUGHPUT, given, record, 201)
        return {"provisionedModelArn": record["arn"]}


def deployment(world: "World", request: Request, _: str) -> dict[str, Any] | Response:
    given = arguments.read(DEPLOYMENT, request, "")
    with world.owned.lock:
        now = settling.settle(world)
        repeated = idempotency.repeat(world, request, DEPLOYMENT, given, "customModelDeploymentArn")
        if repeated is not None:
            return repeated
        record = _deployment(world, given, request.caller, now)
        _start(world, request, DEPLOYMENT, given, record, 202)
        return {"customModelDeploymentArn": record["arn"]}


def model_of(world: "World", identifier: str) -> tuple[str, str]:
    """The ARNs of the model and of its base; only base ids have dots, and only some of them offer throughput."""
    if "." not in identifier or ":custom-model/" in identifier:
        model = custom_models.find(world, identifier)
        return model["arn"], model["base_arn"]
    base = foundation_models.find(world, identifier)
    if "PROVISIONED" not in (base.get("inferenceTypesSupported") or []):
        raise validation("The provided model does not support provisioned throughput.")
    arn = f"arn:aws:bedrock:{world.region}::foundation-model/{base['modelId']}"
    return arn, arn


def _throughput(world: "World", given: dict[str, Any], caller: str, now: float) -> Record:
    model_arn, base_arn = model_of(world, given["modelId"])
    name, units = given["provisionedModelName"], given["modelUnits"]
    _check(world, "throughput", name, given)
    _check_units(world, units, now)
    term = given.get("commitmentDuration")
    record = serving.new(world, "throughput", name, caller, given.get("clientRequestToken"), now) | {
        "model_arn": model_arn,
        "base_arn": base_arn,
        "units": units,
        "commitment": term,
        "expires": now + COMMITMENT_DAYS[term] * 86400 if term else None,
    }
    return _with_mishap(world, record)


def _deployment(world: "World", given: dict[str, Any], caller: str, now: float) -> Record:
    model = custom_models.find(world, given["modelArn"])
    if custom_models.status_of(model, now) != "Active":
        raise validation("The custom model must be in the Active state.")
    name = given["modelDeploymentName"]
    _check(world, "deployment", name, given)
    record = serving.new(world, "deployment", name, caller, given.get("clientRequestToken"), now) | {
        "model_arn": model["arn"],
        "base_arn": model["base_arn"],
        "description": given.get("description"),
    }
    return _with_mishap(world, record)


def _check(world: "World", noun: str, name: str, given: dict[str, Any]) -> None:
    check_new(given.get("tags", []), name)
    serving_scripts.refuse(world.owned.serving_scripts, noun, name)
    serving.refuse_taken_name(world, noun, name)


def _check_units(world: "World", units: int, now: float) -> None:
    """Failed ones count too: they hold their units until they are deleted (assumed)."""
    limit = world.switches["throughput_limit_units"]
    held = sum(record["units"] for record in world.owned.throughputs if is_there(record, now))
    if limit and held + units > limit:
        raise serving_scripts.over_quota("throughput")


def _with_mishap(world: "World", record: Record) -> Record:
    scripts, noun, name = world.owned.serving_scripts, record["noun"], record["name"]
    failure = serving_scripts.failure(scripts, noun, name, record["created"])
    return record | {"failure": failure, "ready": None} if failure else record


def _start(
    world: "World", request: Request, operation: str, given: dict[str, Any], record: Record, status: int
) -> None:
    with world.store.together():
        birth = serving.start(world, record, given.get("tags", []))
        idempotency.remember(world, operation, given, record["arn"], status)
    request.notes["created"] = birth
