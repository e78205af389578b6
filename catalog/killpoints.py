"""Named moments at which a test kills the worker. They do nothing until a test arms them, which needs DEBUG.

``intent_written`` (not yet committed) · ``intent_committed`` · ``claimed`` · ``before_send`` · ``accepted`` (the
platform's answer is in memory only) · ``before_commit`` (inside the transaction that writes what was found out) ·
``committed`` · ``before_stop`` · ``stop_accepted`` · ``before_delete`` · ``delete_accepted`` · ``before_artifacts`` ·
``before_ack`` (the task is done, the broker does not know).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

POINTS = (
    "intent_written",
    "intent_committed",
    "claimed",
    "before_send",
    "accepted",
    "before_commit",
    "committed",
    "before_stop",
    "stop_accepted",
    "before_delete",
    "delete_accepted",
    "before_artifacts",
    "before_ack",
)
_armed: list[Callable[[str], None]] = []


def reach(point: str) -> None:
    """Say that a moment has come."""
    for hook in _armed:
        hook(point)


@contextmanager
def armed(hook: Callable[[str], None]) -> Iterator[None]:
    """Call ``hook`` at every point; whatever it raises ends the work there. Raises RuntimeError without DEBUG."""
    if not settings.DEBUG:
        raise RuntimeError("Kill points are for tests: they need DEBUG.")
    _armed.append(hook)
    try:
        yield
    finally:
        _armed.remove(hook)
