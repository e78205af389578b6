"""The thinking step of reconcile for throughputs and deployments: what one look means for one row. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from customization.capacity.observation import RemoteServing
from customization.capacity.states import ENDED, ServeState, check_delay, may_move, state_of

ALARM_AFTER = 8
# What was accepted shows within this time; until then an unanswered Create may have made something.
SHOWS_WITHIN = timedelta(minutes=2)
# A wish that the platform did not take for so long is dropped: nobody expects a purchase at night for a click at noon.
WISH_EXPIRES = timedelta(hours=1)
LOST_AFTER_LOOKS = 2


class Act(StrEnum):
    """The one call that may follow a look, or what else is to be done."""

    NONE = "none"
    CREATE = "create"
    DELETE = "delete"
    GIVE_UP_UNSENT = "give up unsent"


@dataclass(frozen=True, slots=True)
class ServeFacts:
    """What our row says. ``shown``: the platform has shown it before, so its absence means that it is gone.
    ``misses``: how many looks in a row, all of them answered, did not show it."""

    state: ServeState
    sent_at: datetime | None
    shown: bool
    misses: int
    created_at: datetime
    model_arn: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """``state`` None: stay. ``delay`` None: settled, never look again. ``why``: for the Event and the page."""

    act: Act = Act.NONE
    state: ServeState | None = None
    delay: timedelta | None = None
    why: str = ""
    alarm: str = ""


def decide(row: ServeFacts, seen: RemoteServing | None, now: datetime) -> Decision:
    """Choose the next state and at most one call, from what the platform shows. ``seen`` is surely ours;
    None only after the platform itself said ResourceNotFound (or when it can't know the row)."""
    if row.state in ENDED:
        return Decision()
    if seen is None:
        return _absent(row, now)
    if row.state == ServeState.REMOVING:
        return Decision(act=Act.DELETE, delay=check_delay(row.state))
    if row.model_arn and seen.model_arn and seen.model_arn != row.model_arn:
        return _repointed(row, seen)
    state = state_of(seen.word)
    moved = state if state != row.state and may_move(row.state, state) else None
    return Decision(state=moved, delay=check_delay(moved or row.state))


def _repointed(row: ServeFacts, seen: RemoteServing) -> Decision:
    """Somebody had it serve another model: callers of this one would get that one's answers."""
    alarm = f"Somebody outside modelhub made it serve {seen.model_arn}. Remove it, or point it back."
    moved = ServeState.UNKNOWN if row.state != ServeState.UNKNOWN else None
    return Decision(state=moved, delay=check_delay(ServeState.UNKNOWN), why=alarm, alarm=alarm)


def _absent(row: ServeFacts, now: datetime) -> Decision:
    if row.sent_at is None and not row.shown:
        return _unsent(row, now)
    if row.sent_at is not None and not row.shown and now - row.sent_at < SHOWS_WITHIN:
        # Get and lists lag behind Create. To ask again with the same token either finds it or makes it, once.
        act = Act.CREATE if row.state == ServeState.REQUESTED else Act.NONE
        return Decision(act=act, delay=check_delay(row.state))
    if row.state == ServeState.REMOVING:
        return Decision(state=ServeState.REMOVED)
    if row.state == ServeState.REQUESTED:
        return _unsent(row, now)
    if row.misses + 1 < LOST_AFTER_LOOKS:
        return Decision(delay=check_delay(ServeState.REMOVING))
    return Decision(state=ServeState.REMOVED, why="removed outside modelhub")


def _unsent(row: ServeFacts, now: datetime) -> Decision:
    """The platform has nothing of it, and can't have anything under way."""
    if row.state == ServeState.REMOVING:
        return Decision(act=Act.GIVE_UP_UNSENT, state=ServeState.REMOVED, why="never sent to the platform")
    if now - row.created_at >= WISH_EXPIRES:
        why = "The platform did not take the request within an hour, so it was dropped. Nothing was bought."
        return Decision(act=Act.GIVE_UP_UNSENT, state=ServeState.REFUSED, why=why)
    return Decision(act=Act.CREATE, delay=check_delay(row.state))
