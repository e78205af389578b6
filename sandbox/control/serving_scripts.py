"""Scripting what the next throughput or deployment will meet."""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import serving_scripts
from sandbox.control.refusal import Refusal
from sandbox.store import Record
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World


def listing(world: "World", request: Request) -> dict[str, Any]:
    """Scripts still to come, oldest first."""
    return {"scripts": list(world.owned.serving_scripts)}


def add(world: "World", request: Request) -> Record:
    """Body: kind (quota, name_in_use, fail), and optionally name, noun, times, after (seconds), message."""
    try:
        with world.owned.lock:
            return serving_scripts.add(world.owned.serving_scripts, request.json())
    except ValueError as problem:
        raise Refusal(400, str(problem)) from problem


def clear(world: "World", request: Request) -> dict[str, Any]:
    """Forgets all scripts; what took its own keeps it."""
    world.owned.serving_scripts.clear()
    return {"scripts": []}
