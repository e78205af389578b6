"""Time, at a caller's wish."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.control.refusal import Refusal
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World


def read(world: "World", request: Request) -> dict[str, Any]:
    """Sandbox time, whether it stands still, and its speed."""
    return world.clock.describe()


def change(world: "World", request: Request) -> dict[str, Any]:
    """Body: any of set (ISO time), advance (seconds), speed (factor), freeze (bool), reset (bool)."""
    wish = request.json()
    unknown = set(wish) - {"set", "advance", "speed", "freeze", "reset"}
    if unknown:
        raise Refusal(400, f"unknown fields: {', '.join(sorted(unknown))}")
    if wish.get("reset"):
        world.clock.reset()
    if "set" in wish:
        moment = datetime.fromisoformat(wish["set"])
        world.clock.set(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    if "advance" in wish:
        world.clock.advance(float(wish["advance"]))
    if "speed" in wish:
        world.clock.run_at(float(wish["speed"]))
    if "freeze" in wish:
        world.clock.freeze() if wish["freeze"] else world.clock.unfreeze()
    return world.clock.describe()
