"""Making a failing schedule short: what can be left out, with the same promise still broken, is left out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from tests.chaos.steps import Schedule, Step

SECONDS = 30.0


def shrink(schedule: Schedule, still_fails: Callable[[Schedule], bool], seconds: float = SECONDS) -> Schedule:
    """Drop halves, quarters … single steps, then harms, for at most so long."""
    deadline = time.monotonic() + seconds
    size = max(1, len(schedule.steps) // 2)
    while size and time.monotonic() < deadline:
        shorter = _without_some(schedule, size, still_fails, deadline)
        size = size // 2 if shorter == schedule else min(size, max(1, len(shorter.steps) // 2))
        schedule = shorter
    for place, step in enumerate(schedule.steps):
        if step.harm and time.monotonic() < deadline:
            plain = _with(schedule, place, replace(step, harm="", point="", meanwhile=None))
            schedule = plain if still_fails(plain) else schedule
    return schedule


def _without_some(
    schedule: Schedule, size: int, still_fails: Callable[[Schedule], bool], deadline: float
) -> Schedule:
    place = 0
    while place < len(schedule.steps) and time.monotonic() < deadline:
        shorter = replace(schedule, steps=schedule.steps[:place] + schedule.steps[place + size :])
        if still_fails(shorter):
            schedule = shorter
        else:
            place += size
    return schedule


def _with(schedule: Schedule, place: int, step: Step) -> Schedule:
    return replace(schedule, steps=(*schedule.steps[:place], step, *schedule.steps[place + 1 :]))
