"""GET /v1/models and /v1/models/{id}.

Source: OpenAI API Reference, "List models" and "Retrieve model" (developers.openai.com, read
2026-11-22): ``shutdown_date`` is an optional ISO date or null.
"""

from typing import TYPE_CHECKING, Any

from sandbox.errors import PlatformError
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World


def list_models(world: "World", request: Request, _: str) -> dict[str, Any]:
    return {"object": "list", "data": [public(model) for model in world.models["openai"]]}


def get_model(world: "World", request: Request, model_id: str) -> dict[str, Any]:
    model = world.models["openai"].get(model_id)
    if model is None:
        message = f"The model '{model_id}' does not exist"
        raise PlatformError(404, "model_not_found", message, param="model")
    return public(model)


def public(model: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in model.items() if not key.startswith("_")}
