"""Custom models behind our back, and what was ever made."""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import custom_model_birth, custom_models, settling
from sandbox.control.refusal import Refusal
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World

_FILTERS = ("kind", "token", "name", "caller", "arn")


def listing(world: "World", request: Request) -> dict[str, Any]:
    """Every custom model that is there now, without any lag; oldest first."""
    with world.owned.lock:
        now = settling.settle(world)
        there = [m for m in world.owned.custom_models if m["deleted"] is None]
        return {"custom_models": [custom_models.summary(world, model, now) for model in there]}


def make(world: "World", request: Request) -> dict[str, Any]:
    """Body: modelName; optional baseModelId, caller, tags (an object). No job, no data."""
    wish = request.json()
    tags = [{"key": key, "value": value} for key, value in wish.get("tags", {}).items()]
    with world.owned.lock:
        settling.settle(world)
        model = custom_model_birth.foreign(
            world,
            str(wish["modelName"]),
            str(wish.get("baseModelId", "amazon.nova-2-lite-v1:0:256k")),
            str(wish.get("caller", "somebody-else")),
            tags,
        )
        return custom_models.summary(world, model, world.clock.timestamp())


def remove(world: "World", request: Request, name: str) -> dict[str, Any]:
    """Deletes the newest custom model of that name, as somebody else would."""
    with world.owned.lock:
        settling.settle(world)
        found = [m for m in world.owned.custom_models if m["name"] == name and m["deleted"] is None]
        if not found:
            raise Refusal(404, f"no such custom model: {name}")
        custom_models.remove(world, found[-1])
    return {"removed": name}


def created(world: "World", request: Request) -> dict[str, Any]:
    """What was ever made, also what is gone: kind, arn, name, token, caller, at, tags. Query filters by any."""
    unknown = set(request.query) - set(_FILTERS)
    if unknown:
        raise Refusal(400, f"unknown filters: {', '.join(sorted(unknown))}")
    with world.owned.lock:
        settling.settle(world)
        births = [
            birth
            for birth in world.owned.births
            if all(str(birth[name]) == value for name, value in request.query.items())
        ]
    return {"created": births}
