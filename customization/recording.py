"""Writing down what a look at a job has shown: columns, changes of state with their Event, failure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from catalog.customs import change_custom_model, note_progress
from catalog.facts import ServingState
from catalog.killpoints import reach
from customization.decide import Act, Decision
from customization.models import CustomizationJob
from customization.observation import RemoteJob
from customization.postponing import named_by
from customization.states import BUILD_OF, SETTLED, JobState, progress_of


def record(job: CustomizationJob, seen: RemoteJob | None, decision: Decision, now: datetime) -> None:
    """Write what was seen; a change of state by compare-and-swap, with the model's facts and an Event."""
    columns = _seen_columns(seen) if seen else {}
    columns["next_check_at"] = now + decision.delay if decision.delay is not None else None
    if decision.act != Act.STOP:  # how that goes is not known yet
        columns |= {"attempts": 0 if seen else job.attempts + 1, "trouble": "", "alarm": decision.alarm}
    if decision.state is None:
        _note(job, columns, now)
        return
    if decision.state in SETTLED:
        columns |= _end_columns(job, seen, decision, now)
    # Giving up holds only while nothing is sent again: another worker may be about to.
    unsent = Q(sent_at=job.sent_at) if decision.act == Act.GIVE_UP else None
    with transaction.atomic():
        if job.move(job.state, only_if=unsent, state=decision.state, changed_at=now, **columns):
            tell_model(job, seen, now)
        reach("before_commit")
    reach("committed")


def _note(job: CustomizationJob, columns: dict[str, Any], now: datetime) -> None:
    """Write what was seen of a job that stays as it is; the list says in words which phase it has come to."""
    before = progress_of(job.phases)
    with transaction.atomic():
        moved = job.move(job.state, **columns)
        progress = progress_of(job.phases)
        if moved and progress != before and job.state == JobState.RUNNING:
            note_progress(job.model, progress, now=now)


def _end_columns(
    job: CustomizationJob, seen: RemoteJob | None, decision: Decision, now: datetime
) -> dict[str, Any]:
    """How a job ended. What it left in S3 is still to be read, also of a stopped one: it tells what was trained."""
    return {
        "ended_at": (seen and seen.ended_at) or now,
        "failure": (seen and seen.failure) or (decision.alarm if decision.state == JobState.FAILED else ""),
        "next_check_at": now if seen else None,
    }


def tell_model(job: CustomizationJob, seen: RemoteJob | None, now: datetime, *, request_id: str = "") -> None:
    """Write the job's state into its model, with an Event; must run in the transaction that moved the job."""
    state = JobState(job.state)
    facts: dict[str, Any] = {"build": BUILD_OF[state], "build_message": job.failure[:2000]}
    if state == JobState.RUNNING:
        facts["build_message"] = progress_of(job.phases)
    elif state == JobState.UNKNOWN:
        facts["build_message"] = f"the platform says “{job.remote_word}”"
    elif state == JobState.COMPLETED and seen:
        facts |= {"external_id": seen.model_arn, "arn": seen.model_arn, "serving": ServingState.NOTHING}
    detail = {"aws_request_id": request_id} if request_id else None
    change_custom_model(
        job.model, f"training {state.value}", now=now, why=job.failure[:2000], detail=detail, **facts
    )


def _seen_columns(seen: RemoteJob) -> dict[str, Any]:
    phases = [
        {
            key: value.isoformat() if isinstance(value, datetime) else value
            for key, value in asdict(phase).items()
        }
        for phase in seen.phases
    ]
    found: dict[str, Any] = {"arn": seen.arn, "started_at": seen.created_at, "phases": phases}
    # What an answer leaves out is not known to have changed: it must not empty a column.
    return {"remote_word": seen.word[:100]} | {name: value for name, value in found.items() if value}


def fail(job: CustomizationJob, why: str, now: datetime, *, request_id: str = "") -> None:
    """End a job that the platform will never make; ``request_id`` is that of the refusal."""
    with transaction.atomic():
        columns: dict[str, Any] = {
            "failure": why,
            "ended_at": now,
            "changed_at": now,
            "next_check_at": None,
            "trouble": "",
            "alarm": "",
            **named_by(request_id),
        }
        if job.move(job.state, state=JobState.FAILED, **columns):
            tell_model(job, None, now, request_id=request_id)
        reach("before_commit")
    reach("committed")
