"""What all lists share: time and name filters, order, pages, and how late they are."""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from sandbox.errors import validation
from sandbox.store import Record

if TYPE_CHECKING:
    from sandbox.world import World

DEFAULT_PAGE = 100  # ours: AWS does not say


def as_of(world: "World", now: float) -> float:
    """The moment that lists show."""
    return now - float(world.switches["list_lag_seconds"])


def find_due(world: "World") -> float:
    """Resources born after this moment can't be found by name or ARN yet."""
    return world.clock.timestamp() - float(world.switches["get_lag_seconds"])


def chosen(records: Iterable[Record], given: dict[str, Any], moment: float) -> list[Record]:
    """By creation time and name (case counts, both bounds exclusive: assumed), newest first unless asked otherwise."""
    after = given.get("creationTimeAfter", float("-inf"))
    before = min(given.get("creationTimeBefore", float("inf")), float("inf"))
    part = given.get("nameContains", "")
    hits = [
        r for r in records if after < r["created"] < before and r["created"] <= moment and part in r["name"]
    ]
    backwards = given.get("sortOrder", "Descending") == "Descending"
    return sorted(reversed(hits) if backwards else hits, key=lambda r: float(r["created"]), reverse=backwards)


def page(
    records: list[Record], given: dict[str, Any], key: str, show: Callable[[Record], Any]
) -> dict[str, Any]:
    start, size = read_token(given.get("nextToken")), given.get("maxResults", DEFAULT_PAGE)
    shown = {key: [show(record) for record in records[start : start + size]]}
    return shown | ({"nextToken": write_token(start + size)} if start + size < len(records) else {})


def write_token(position: int) -> str:
    """Opaque to callers, as AWS's tokens are."""
    return base64.urlsafe_b64encode(f"from:{position}".encode()).decode()


def read_token(token: str | None) -> int:
    if token is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        if word == "from":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise validation("The provided nextToken is invalid.")
