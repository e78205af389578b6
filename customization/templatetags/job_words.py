"""Times and phase words of jobs, for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template

register = template.Library()

_PHASE = {"NotStarted": "waiting", "InProgress": "under way", "Completed": "✓", "Stopping": "stopping",
          "Stopped": "stopped", "Failed": "failed"}  # fmt: skip


@register.filter
def phase_words(word: str) -> str:
    """The platform's phase word as people say it; an unknown word as it came."""
    return _PHASE.get(word, word)


@register.filter
def duration(seconds: float) -> str:
    """Seconds as "45 s", "12 min 5 s" or "3 h 20 min"."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


@register.filter
def moment(text: str) -> datetime:
    """A time as ``phases`` keeps it."""
    return datetime.fromisoformat(text)


@register.filter
def phase_time(phase: Mapping[str, Any]) -> str:
    """How long a phase took so far, from the platform's own times; "" when it gave none."""
    started, changed = phase.get("started_at"), phase.get("changed_at")
    if not started or not changed:
        return ""
    return duration((datetime.fromisoformat(changed) - datetime.fromisoformat(started)).total_seconds())
