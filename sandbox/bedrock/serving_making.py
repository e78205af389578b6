"""Throughputs and deployments made behind everybody's back: as if somebody used the AWS console."""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import arguments, serving
from sandbox.bedrock.ids import short_id
from sandbox.bedrock.serving_life import READY
from sandbox.store import Record

if TYPE_CHECKING:
    from sandbox.world import World

MOST = 100_000
MODEL = "amazon.nova-2-lite-v1:0:256k"
_FIELDS = {"model", "units", "age_seconds", "caller", "token", "status", "message"}
_INPUTS = {
    "throughput": ("CreateProvisionedModelThroughput", "provisionedModelName", "modelId"),
    "deployment": ("CreateCustomModelDeployment", "modelDeploymentName", "modelArn"),
}


def made(world: "World", noun: str, name: str, wish: Record) -> Record:
    serving.refuse_taken_name(world, noun, name)
    return _record(world, noun, name, wish)


def generated(world: "World", count: int, prefix: str, wish: Record) -> list[Record]:
    if not 0 <= count <= MOST:
        raise ValueError(f"count must be between 0 and {MOST}")
    names = [f"{prefix}-{number:05d}" for number in range(count)]
    records = [_record(world, "throughput", name, wish) for name in names]
    return [record | {"arn": _arn(world, record["name"])} for record in records]


def _record(world: "World", noun: str, name: str, wish: Record) -> Record:
    unknown = set(wish) - _FIELDS
    if unknown:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    model_arn, base_arn = _model(world, str(wish.get("model") or _usual(world, noun)))
    units = wish.get("units", 1)
    _check(noun, name, model_arn, units)
    created = world.clock.timestamp() - float(wish.get("age_seconds", 0))
    record = serving.new(
        world, noun, name, str(wish.get("caller", "somebody-else")), wish.get("token"), created
    )
    record |= {"model_arn": model_arn, "base_arn": base_arn, "units": units}
    return record | _state(noun, created, wish)


def _arn(world: "World", name: str) -> str:
    """By the name alone, so that the same wish twice is one."""
    return serving.arn(world, "throughput", f"{world.region}/generated/{name}")


def _usual(world: "World", noun: str) -> str:
    """Only custom models can be deployed: somebody else's, which nobody can look up."""
    account = f"arn:aws:bedrock:{world.region}:{world.account}"
    return MODEL if noun == "throughput" else f"{account}:custom-model/{MODEL}/{short_id(noun)}"


def _model(world: "World", identifier: str) -> tuple[str, str]:
    """Leniently: also a model that was deleted or never was."""
    for model in reversed(list(world.owned.custom_models)):
        if identifier in (model["name"], model["arn"]):
            return model["arn"], model["base_arn"]
    where = f"arn:aws:bedrock:{world.region}::foundation-model/"
    if ":custom-model/" in identifier:
        return identifier, where + identifier.partition(":custom-model/")[2].rpartition("/")[0]
    base = identifier if identifier.startswith("arn:") else where + identifier
    return base, base


def _check(noun: str, name: str, model_arn: str, units: Any) -> None:
    operation, name_member, model_member = _INPUTS[noun]
    given = {name_member: name, model_member: model_arn}
    arguments.check_input(operation, given | ({"modelUnits": units} if noun == "throughput" else {}))


def _state(noun: str, created: float, wish: Record) -> Record:
    """A state that was asked for stays; otherwise time runs its course."""
    match wish.get("status"):
        case None:
            return {}
        case "Creating":
            return {"ready": None}
        case "Failed":
            message = wish.get("message") or "The resource could not be created."
            return {"ready": None, "failure": {"at": created, "message": message}}
        case word if word == READY[noun]:
            return {"ready": created}
    raise ValueError(f"status must be one of: Creating, {READY[noun]}, Failed")
