"""Which OpenAI operation a request is."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.errors import PlatformError
from sandbox.openai_api import models
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World

Handler = Callable[["World", Request, str], dict[str, Any]]


def find(request: Request) -> tuple[str, Handler, str]:
    """Operation name, handler, and the id in the path. ``ft:`` ids keep their colons."""
    match request.method, request.segments:
        case "GET", ["v1", "models"]:
            return "ListModels", models.list_models, ""
        case "GET", ["v1", "models", model_id]:
            return "GetModel", models.get_model, model_id
    return "Unknown", unknown, ""


def unknown(world: "World", request: Request, _: str) -> dict[str, Any]:
    raise PlatformError(404, None, f"Invalid URL ({request.method} {request.path})")
