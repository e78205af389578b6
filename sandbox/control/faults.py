"""Scripting misbehaviour."""

from typing import TYPE_CHECKING, Any

from sandbox.control.refusal import Refusal
from sandbox.store import Record
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World


def listing(world: "World", request: Request) -> dict[str, Any]:
    """Faults still to come, oldest first, with the times left."""
    return {"faults": world.faults.all()}


def add(world: "World", request: Request) -> Record:
    """Body: kind, and optionally platform, operation, times, seconds, retry_after, message, applied."""
    try:
        return world.faults.add(request.json())
    except ValueError as problem:
        raise Refusal(400, str(problem)) from problem


def clear(world: "World", request: Request) -> dict[str, Any]:
    """Forgets all faults."""
    world.faults.clear()
    return {"faults": []}


def remove(world: "World", request: Request, fault_id: str) -> dict[str, Any]:
    """Forgets one fault."""
    if not world.faults.remove(fault_id):
        raise Refusal(404, f"no such fault: {fault_id}")
    return {"removed": fault_id}
