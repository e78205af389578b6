"""States of a throughput or deployment: the platform's words, ours, the moves allowed, how soon to look again. Pure.

The platform's words: Amazon Bedrock API reference, GetProvisionedModelThroughput ``status`` (Creating, InService,
Updating, Failed) and GetCustomModelDeployment ``status`` (Creating, Active, Failed), read 2026-11-22.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from catalog.facts import ServingState


class Noun(StrEnum):
    """What makes a custom model callable: rented by the unit-hour, or paid by the token."""

    THROUGHPUT = "throughput"
    DEPLOYMENT = "deployment"

    @property
    def label(self) -> str:
        return {"throughput": "provisioned throughput", "deployment": "on-demand deployment"}[self.value]


class ServeState(StrEnum):
    """``REQUESTED``: our intent; the platform may not know of it. ``REMOVING``: we want it gone; there is no such
    state on the platform, and it counts as billed. ``REFUSED``: the platform never made it."""

    REQUESTED = "requested"
    CREATING = "creating"
    IN_SERVICE = "in service"
    UPDATING = "updating"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REMOVING = "removing"
    REMOVED = "removed"
    REFUSED = "refused"


ENDED = frozenset({ServeState.REMOVED, ServeState.REFUSED})
LIVE = frozenset(ServeState) - ENDED

REMOTE_WORDS = {
    "Creating": ServeState.CREATING,
    "InService": ServeState.IN_SERVICE,
    "Active": ServeState.IN_SERVICE,
    "Updating": ServeState.UPDATING,
    "Failed": ServeState.FAILED,
}

_SEEN = frozenset(REMOTE_WORDS.values()) | {ServeState.UNKNOWN}
# A list that lags may still show "Creating" of what is in service: old news, no move. Only we say "removing".
MOVES = {
    ServeState.REQUESTED: _SEEN,
    ServeState.CREATING: _SEEN - {ServeState.CREATING},
    ServeState.IN_SERVICE: _SEEN - {ServeState.IN_SERVICE, ServeState.CREATING},
    ServeState.UPDATING: _SEEN - {ServeState.UPDATING, ServeState.CREATING},
    ServeState.FAILED: frozenset(),
    ServeState.UNKNOWN: _SEEN - {ServeState.UNKNOWN},
}

SERVING_OF = {
    ServeState.REQUESTED: ServingState.CREATING,
    ServeState.CREATING: ServingState.CREATING,
    ServeState.UPDATING: ServingState.CREATING,
    ServeState.IN_SERVICE: ServingState.READY,
    ServeState.REMOVING: ServingState.REMOVING,
    ServeState.FAILED: ServingState.FAILED,
    ServeState.REFUSED: ServingState.FAILED,
    ServeState.UNKNOWN: ServingState.UNKNOWN,
    ServeState.REMOVED: ServingState.NOTHING,
}

# How often a thing that is quietly in service is looked at: also the longest time for which our ledger may be wrong.
POLL = timedelta(seconds=60)
_SOON = timedelta(seconds=5)
_WHILE_CREATING = timedelta(seconds=10)


def state_of(word: str) -> ServeState:
    """Our state for the platform's word; a word we do not know is UNKNOWN, never a success."""
    return REMOTE_WORDS.get(word, ServeState.UNKNOWN)


def may_move(before: ServeState, after: ServeState) -> bool:
    return after in MOVES.get(before, frozenset())


def check_delay(state: ServeState) -> timedelta:
    """How long until the next look: seconds while things move, a minute while they are quiet."""
    if state in (ServeState.REQUESTED, ServeState.REMOVING):
        return _SOON
    return _WHILE_CREATING if state in (ServeState.CREATING, ServeState.UPDATING) else POLL
