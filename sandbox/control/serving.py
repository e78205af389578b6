"""Throughputs and deployments behind our back, and the platform's bill."""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import billing, deployments, serving, settling, throughputs
from sandbox.bedrock.serving_life import is_there, life_of
from sandbox.bedrock.serving_making import generated, made
from sandbox.control.refusal import Refusal
from sandbox.errors import PlatformError
from sandbox.store import Record
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World

_SHOW = {"throughput": throughputs.details, "deployment": deployments.details}
_FAILED = "Somebody made it fail."


def list_throughputs(world: "World", request: Request) -> dict[str, Any]:
    """Every throughput as GetProvisionedModelThroughput would show it now, without any lag; oldest first."""
    return {"throughputs": _listed(world, "throughput")}


def list_deployments(world: "World", request: Request) -> dict[str, Any]:
    """Every deployment as GetCustomModelDeployment would show it now, without any lag; oldest first."""
    return {"deployments": _listed(world, "deployment")}


def make_throughput(world: "World", request: Request) -> dict[str, Any]:
    """Body: name; optional model (name, ARN or base id), units, age_seconds, tags, caller, token, status, message."""
    return _make(world, "throughput", request.json())


def make_deployment(world: "World", request: Request) -> dict[str, Any]:
    """Body: name; optional model (name or ARN), age_seconds, tags, caller, token, status, message."""
    return _make(world, "deployment", request.json())


def generate_throughputs(world: "World", request: Request) -> dict[str, Any]:
    """Body: count, optional prefix, model, units, age_seconds, status. The same call twice changes nothing."""
    wish = request.json()
    with world.owned.lock:
        settling.settle(world)
        records = generated(world, int(wish.pop("count")), str(wish.pop("prefix", "synthetic")), wish)
        new = [record for record in records if record["arn"] not in world.owned.throughputs]
        world.owned.throughputs.put_all((record["arn"], record) for record in new)
        now = world.clock.timestamp()
        there = sum(is_there(record, now) for record in world.owned.throughputs)
        return {"generated": len(new), "throughputs": there}


def fail_throughput(world: "World", request: Request, name: str) -> dict[str, Any]:
    """Fails a throughput at once, whatever it was doing. Body: optional message."""
    return _fail(world, "throughput", name, request.json().get("message", _FAILED))


def fail_deployment(world: "World", request: Request, name: str) -> dict[str, Any]:
    """Fails a deployment at once. Body: optional message."""
    return _fail(world, "deployment", name, request.json().get("message", _FAILED))


def remove_throughput(world: "World", request: Request, name: str) -> dict[str, Any]:
    """Deletes the newest throughput of that name (or ARN), as somebody else would; no switch is asked."""
    return _remove(world, "throughput", name)


def remove_deployment(world: "World", request: Request, name: str) -> dict[str, Any]:
    """Deletes a deployment by name or ARN, as somebody else would."""
    return _remove(world, "deployment", name)


def bill(world: "World", request: Request) -> dict[str, Any]:
    """A line for every throughput ever: arn, name, token, model_arn, units, commitment, started_at, ended_at,
    unit_hours. Query filters by any; ``None`` stands for null."""
    rules = {
        "from_service": world.switches["billing_from"] == "in_service",
        "failed_billed": bool(world.switches["failed_throughput_billed"]),
    }
    with world.owned.lock:
        now = settling.settle(world)
        lines = []
        for record in world.owned.throughputs:
            current = record | {"model_arn": life_of(record, now).model_arn}
            lines.append(billing.line(current, now, **rules))
    unknown = set(request.query) - set(billing.NAMES)
    if unknown:
        raise Refusal(400, f"unknown filters: {', '.join(sorted(unknown))}")
    wanted = request.query.items()
    return {"lines": [line for line in lines if all(str(line[name]) == value for name, value in wanted)]}


def _listed(world: "World", noun: str) -> list[dict[str, Any]]:
    with world.owned.lock:
        now = settling.settle(world)
        there = [record for record in serving.shelf_of(world, noun) if is_there(record, now)]
        return [_SHOW[noun](record, now) for record in there]


def _make(world: "World", noun: str, wish: Record) -> dict[str, Any]:
    tags = [{"key": key, "value": value} for key, value in wish.pop("tags", {}).items()]
    with world.owned.lock:
        settling.settle(world)
        try:
            record = made(world, noun, str(wish.pop("name")), wish)
        except PlatformError as problem:
            raise Refusal(409, problem.message) from problem
        with world.store.together():
            serving.start(world, record, tags)
        return _SHOW[noun](record, world.clock.timestamp())


def _fail(world: "World", noun: str, name: str, message: str) -> dict[str, Any]:
    with world.owned.lock:
        record, now = _known(world, noun, name), world.clock.timestamp()
        if life_of(record, now).status == "Failed":
            raise Refusal(409, f"{name} is Failed")
        record = record | {"failure": {"at": now, "message": message}}
        serving.shelf_of(world, noun).put(record["arn"], record)
        return _SHOW[noun](record, now)


def _remove(world: "World", noun: str, name: str) -> dict[str, Any]:
    with world.owned.lock:
        serving.remove(world, _known(world, noun, name))
    return {"removed": name}


def _known(world: "World", noun: str, name: str) -> Record:
    settling.settle(world)
    record = serving.known(world, noun, name)
    if record is None:
        raise Refusal(404, f"no such {noun}: {name}")
    return record
