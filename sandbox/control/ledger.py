"""Reading who called what."""

from typing import TYPE_CHECKING, Any

from sandbox.control.refusal import Refusal
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World

_FILTERS = {"platform", "operation", "caller", "token", "status", "fault", "request_id"}


def listing(world: "World", request: Request) -> dict[str, Any]:
    """Calls, oldest first. Query: after (seq), limit, and any of the entry's words as a filter."""
    query = dict(request.query)
    after, limit = int(query.pop("after", "0")), int(query.pop("limit", "5000"))
    unknown = set(query) - _FILTERS
    if unknown:
        raise Refusal(400, f"unknown filters: {', '.join(sorted(unknown))}")
    return {"entries": world.ledger.entries(after=after, limit=limit, **query)}


def clear(world: "World", request: Request) -> dict[str, Any]:
    """Forgets the entries; numbering goes on."""
    world.ledger.clear()
    return {"entries": []}
