"""Choosing how the platforms behave where AWS leaves it open."""

from typing import TYPE_CHECKING, Any

from sandbox.control.refusal import Refusal
from sandbox.switches import SWITCHES
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World


def listing(world: "World", request: Request) -> dict[str, Any]:
    """Every switch with its value, default, choices and meaning."""
    described = {
        name: {"value": world.switches[name], "default": switch.default, "about": switch.about}
        | ({"choices": list(switch.choices)} if switch.choices else {})
        for name, switch in SWITCHES.items()
    }
    return {"switches": described}


def change(world: "World", request: Request) -> dict[str, Any]:
    """Body: name and value of any switches; null is the default again."""
    try:
        world.switches.set(dict(request.json()))
    except ValueError as problem:
        raise Refusal(400, str(problem)) from problem
    return world.switches.all()


def reset(world: "World", request: Request) -> dict[str, Any]:
    """All switches back to their defaults."""
    world.switches.clear()
    return world.switches.all()
