"""Writing down what a look at a job has shown: columns, changes of state with their Event, passing trouble, failure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from catalog.customs import change_custom_model
from catalog.facts import BuildState, ServingState
from catalog.platforms.base import PlatformError
from customization.decide import ALARM_AFTER, Act, Decision
from customization.killpoints import reach
from customization.models import CustomizationJob
from customization.observation import RemoteJob
from customization.states import BUILD_OF, SETTLED, JobState, retry_delay

log = structlog.get_logger(__name__)


def record(job: CustomizationJob, seen: RemoteJob | None, decision: Decision, now: datetime) -> None:
    """Write what was seen; a change of state by compare-and-swap, with the model's facts and an Event."""
    columns = _seen_columns(seen) if seen else {}
    columns["next_check_at"] = now + decision.delay if decision.delay is not None else None
    if decision.act != Act.STOP:  # how that goes is not known yet
        columns |= {"attempts": 0 if seen else job.attempts + 1, "trouble": "", "alarm": decision.alarm}
    state = decision.state
    if state is None:
        job.move(job.state, **columns)
        return
    if state in SETTLED:
        columns["ended_at"] = (seen and seen.ended_at) or now
        columns["failure"] = (seen and seen.failure) or (decision.alarm if state == JobState.FAILED else "")
        columns["next_check_at"] = (
            now if state == JobState.COMPLETED else None
        )  # the artifacts are still to be read
    # Giving up unsent holds only while it is unsent: another worker may be about to send.
    unsent = Q(sent_at=None) if decision.act == Act.GIVE_UP_UNSENT else None
    with transaction.atomic():
        if job.move(job.state, only_if=unsent, state=state, changed_at=now, **columns):
            tell_model(job, seen, now)
        reach("before_commit")
    reach("committed")


def tell_model(job: CustomizationJob, seen: RemoteJob | None, now: datetime) -> None:
    state = JobState(job.state)
    facts: dict[str, Any] = {"build": BUILD_OF[state], "build_message": job.failure[:2000]}
    if state == JobState.UNKNOWN:
        facts["build_message"] = f"the platform says “{job.remote_word}”"
    if state == JobState.COMPLETED and seen and seen.model_arn:
        facts |= {"external_id": seen.model_arn, "arn": seen.model_arn, "serving": ServingState.NOTHING}
    elif state == JobState.COMPLETED:
        facts["build"], facts["build_message"] = (
            BuildState.UNKNOWN,
            "completed, but the platform named no model",
        )
    change_custom_model(job.model, f"training {state.value}", now=now, why=job.failure[:2000], **facts)


def _seen_columns(seen: RemoteJob) -> dict[str, Any]:
    phases = [
        {
            key: value.isoformat() if isinstance(value, datetime) else value
            for key, value in asdict(phase).items()
        }
        for phase in seen.phases
    ]
    found: dict[str, Any] = {"arn": seen.arn, "remote_word": seen.word[:100], "started_at": seen.created_at}
    return found | ({"phases": phases} if phases else {})


def fail(job: CustomizationJob, why: str, now: datetime) -> None:
    with transaction.atomic():
        columns: dict[str, Any] = {
            "failure": why,
            "ended_at": now,
            "changed_at": now,
            "next_check_at": None,
            "trouble": "",
            "alarm": "",
        }
        if job.move(job.state, state=JobState.FAILED, **columns):
            tell_model(job, None, now)
        reach("before_commit")
    reach("committed")


def postpone(
    job: CustomizationJob,
    error: PlatformError,
    now: datetime,
    pause: timedelta | None = None,
    **columns: Any,
) -> None:
    """Nothing was learnt: keep the state, say why on the page, and look again later and later."""
    delay = max(pause or timedelta(), retry_delay(job.attempts, error.retry_after))
    attempts = job.attempts + 1
    alarm = f"No progress after {attempts} attempts: {error.message}" if attempts >= ALARM_AFTER else ""
    columns |= {"trouble": error.message, "alarm": alarm, "attempts": attempts, "next_check_at": now + delay}
    job.move(job.state, **columns)
    log.warning(
        "job_postponed", job=job.pk, error=error.message, code=error.code, seconds=delay.total_seconds()
    )
