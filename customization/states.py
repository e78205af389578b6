"""A job's states: the platform's words, ours, the moves allowed, and how soon to look again. Pure.

The platform's words: Amazon Bedrock API reference, GetModelCustomizationJob ``status``, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from catalog.facts import BuildState


class JobState(StrEnum):
    """How far a customization job has come. ``REQUESTED``: our intent; the platform may not know of it yet."""

    REQUESTED = "requested"
    RUNNING = "running"
    STOPPING = "stopping"
    COMPLETED = "completed"
    FAILED = "failed"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


SETTLED = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.STOPPED})

REMOTE_WORDS = {
    "InProgress": JobState.RUNNING,
    "Stopping": JobState.STOPPING,
    "Completed": JobState.COMPLETED,
    "Failed": JobState.FAILED,
    "Stopped": JobState.STOPPED,
}

BUILD_OF = {
    JobState.REQUESTED: BuildState.REQUESTED,
    JobState.RUNNING: BuildState.RUNNING,
    JobState.STOPPING: BuildState.STOPPING,
    JobState.COMPLETED: BuildState.BUILT,
    JobState.FAILED: BuildState.FAILED,
    JobState.STOPPED: BuildState.STOPPED,
    JobState.UNKNOWN: BuildState.UNKNOWN,
}

# From which states a job may come to another. A settled job never moves: its story is over on the platform too.
MOVES = {
    JobState.REQUESTED: frozenset(JobState) - {JobState.REQUESTED},
    JobState.RUNNING: frozenset(JobState) - {JobState.REQUESTED, JobState.RUNNING},
    # A list that lags may still show a stopping job as running: that is old news, no move.
    JobState.STOPPING: SETTLED | {JobState.UNKNOWN},
    JobState.UNKNOWN: frozenset(JobState) - {JobState.REQUESTED, JobState.UNKNOWN},
}


def state_of(word: str) -> JobState:
    """Our state for the platform's word; a word we do not know is UNKNOWN, never a success."""
    return REMOTE_WORDS.get(word, JobState.UNKNOWN)


def may_move(before: JobState, after: JobState) -> bool:
    return after in MOVES.get(before, frozenset())


# Phases as one line of the models list has room for; a phase that has not begun is not named.
_SHORT_PHASE = {"Data processing": "data"}
_PHASE_MARK = {"Completed": " ✓", "InProgress": "…"}


def progress_of(phases: Iterable[Mapping[str, Any]]) -> str:
    """Where a job is, in one line: "validation ✓, data ✓, training…"; "" while no phase has begun."""
    return ", ".join(
        _SHORT_PHASE.get(phase["name"], phase["name"].lower())
        + _PHASE_MARK.get(phase["word"], f" ({phase['word']})")
        for phase in phases
        if phase["word"] not in ("", "NotStarted")
    )


def check_delay(state: JobState, age: timedelta) -> timedelta:
    """How long until the next look: seconds while things move, a minute once a training has gone on for long."""
    if state in (JobState.REQUESTED, JobState.STOPPING):
        return timedelta(seconds=5)
    if age < timedelta(minutes=10):
        return timedelta(seconds=10)
    return timedelta(seconds=60)


def retry_delay(attempts: int, retry_after: float | None = None) -> timedelta:
    """5, 10, 20 … seconds after failed looks in a row, 5 minutes at most; longer if the platform asks for it."""
    seconds = min(300.0, 5.0 * 2 ** min(attempts, 8))
    return timedelta(seconds=max(seconds, retry_after or 0.0))
