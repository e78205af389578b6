"""Scripting what the next job, or the job of a name, will meet."""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import job_scripts
from sandbox.control.refusal import Refusal
from sandbox.store import Record
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World


def listing(world: "World", request: Request) -> dict[str, Any]:
    """Scripts still to come, oldest first."""
    return {"scripts": list(world.owned.scripts)}


def add(world: "World", request: Request) -> Record:
    """Body: kind, and optionally job (name), times, and for failures phase, after (seconds), message."""
    try:
        with world.owned.lock:
            return job_scripts.add(world.owned.scripts, request.json())
    except ValueError as problem:
        raise Refusal(400, str(problem)) from problem


def clear(world: "World", request: Request) -> dict[str, Any]:
    """Forgets all scripts; jobs that took theirs keep it."""
    world.owned.scripts.clear()
    return {"scripts": []}
