"""The thinking step of reconcile: what one look means for one job. Pure: no clock, no database, no platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from customization.observation import RemoteJob
from customization.states import SETTLED, JobState, check_delay, may_move, retry_delay, state_of

# A platform that does not show a job it accepted is lagging: seconds, AWS says. After this it is an alarm.
ALARM_AFTER = 8
ASSUME_ROLE_TRIES = 6
NAME_IN_USE_TRIES = 4
# A job that was accepted shows within this time; until then an unanswered Create may have made it.
SHOWS_WITHIN = timedelta(minutes=2)


class Act(StrEnum):
    """The one call that may follow a look."""

    NONE = "none"
    CREATE = "create"
    STOP = "stop"
    LOOK_CLOSER = "look closer"
    GIVE_UP = "give up"
    DISOWN = "disown"


@dataclass(frozen=True, slots=True)
class JobFacts:
    """What our row says. ``sent_at``: when a Create was last attempted; the platform may know the job since then,
    without showing it."""

    state: JobState
    token: str
    sent_at: datetime | None
    stop_wanted: bool
    attempts: int
    created_at: datetime
    output_uri: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """``state`` None: stay. ``delay`` None: settled, never look again. ``alarm``: a person should know."""

    act: Act = Act.NONE
    state: JobState | None = None
    delay: timedelta | None = None
    alarm: str = ""


def decide(job: JobFacts, seen: RemoteJob | None, now: datetime) -> Decision:
    """Choose the next state and at most one call for a job, from what the platform shows of it."""
    if job.state in SETTLED:
        return Decision()
    if seen is None:
        return _unseen(job, now)
    if is_anothers(job, seen):
        return Decision(
            act=Act.DISOWN,
            state=JobState.FAILED,
            alarm="A job of this name exists on the platform that modelhub did not request. Clone with another name.",
        )
    return _seen(job, state_of(seen.word), now)


def is_anothers(job: JobFacts, seen: RemoteJob) -> bool:
    """Is the job of our name somebody else's? Its token tells; without one, the folder it writes to."""
    if seen.token:
        return seen.token != job.token
    return bool(seen.output_uri) and seen.output_uri.rstrip("/") != job.output_uri.rstrip("/")


def _unseen(job: JobFacts, now: datetime) -> Decision:
    delay = check_delay(job.state, now - job.created_at)
    if job.state == JobState.REQUESTED:
        if job.stop_wanted:
            return _unwanted(job, now)
        # Create is idempotent by our token: asking again either finds the job or makes it, once.
        return Decision(act=Act.CREATE, delay=delay)
    alarm = ""
    if job.attempts >= ALARM_AFTER:
        alarm = "The platform has not shown this job for a while although it accepted it."
    return Decision(delay=delay, alarm=alarm)


def _unwanted(job: JobFacts, now: datetime) -> Decision:
    """A job that somebody stopped while nobody knows whether the platform has it: only look, never ask again for what
    nobody wants. One that shows later than it should is a stranger with our token: discovery brings it up."""
    if job.sent_at is None or now - job.sent_at >= SHOWS_WITHIN:
        return Decision(act=Act.GIVE_UP, state=JobState.STOPPED)
    return Decision(delay=check_delay(job.state, now - job.created_at))


def _seen(job: JobFacts, state: JobState, now: datetime) -> Decision:
    moved = state if state != job.state and may_move(job.state, state) else None
    if job.stop_wanted and job.state == JobState.STOPPING and state == JobState.UNKNOWN:
        moved = None  # what we know stays: a word nobody knows comes with each look, and so would two changes of state
    if state in SETTLED:
        # The list does not say why it failed, nor how it went: one Get does.
        return Decision(act=Act.LOOK_CLOSER, state=moved)
    delay = check_delay(state, now - job.created_at)
    if job.stop_wanted and state in (JobState.RUNNING, JobState.UNKNOWN):
        return Decision(act=Act.STOP, state=moved, delay=retry_delay(job.attempts))
    return Decision(state=moved, delay=delay)
