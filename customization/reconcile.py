"""Observe, decide, act at most once, record: what brings jobs and the platform together.

One List a tick for all jobs that are due. Whatever answer is lost, the next look finds out: the row keeps our token and
the job's name, and Create is asked again with the same token. Remote calls are made outside transactions.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from catalog.platforms.base import PlatformError
from customization.artifacts import collect
from customization.decide import ALARM_AFTER, Act, decide
from customization.gateways import bedrock
from customization.killpoints import reach
from customization.models import CustomizationJob
from customization.observation import RemoteJob
from customization.recording import fail, postpone, record
from customization.sending import send, stop

log = structlog.get_logger(__name__)

CLAIM = timedelta(seconds=90)


def reconcile_jobs(now: datetime) -> int:
    """Look at every job that is due; return how many. One broken job does not stop the others."""
    due = [job for job in CustomizationJob.due(now) if job.claim(now + CLAIM)]
    if not due:
        return 0
    reach("claimed")
    try:
        world = {seen.name: seen for seen in bedrock.list_jobs()}
    except Exception as error:
        for job in due:
            postpone(job, _trouble(error, job), now)
        return len(due)
    for job in due:
        try:
            _look_at(job, world.get(job.remote_name), now)
        except Exception as error:
            job.refresh_from_db()  # a transaction that was rolled back has left its wishes in memory
            postpone(job, _trouble(error, job), now)
    return len(due)


def _trouble(error: Exception, job: CustomizationJob) -> PlatformError:
    """What to tell of an error: the platform's words, or that we failed ourselves (the log has the details)."""
    if isinstance(error, PlatformError):
        return error
    log.error("reconcile_defect", job=job.pk, exc_info=error)
    return PlatformError(f"modelhub itself failed: {type(error).__name__}")


def _look_at(job: CustomizationJob, seen: RemoteJob | None, now: datetime) -> None:
    if job.is_settled:
        reach("before_artifacts")
        _fetch_artifacts(job)
        return
    if seen is None and (job.sent_at or job.arn):
        seen = bedrock.get_job(job.arn or job.remote_name)  # lists lag behind
    elif seen is not None and not job.arn:
        seen = bedrock.get_job(seen.arn)  # the list does not tell whose token made it
    decision = decide(job.facts, seen, now)
    if decision.act == Act.CREATE:
        send(job, now)
    elif decision.act == Act.DISOWN:
        fail(job, decision.alarm, now)
    else:
        if decision.act == Act.LOOK_CLOSER and seen is not None:
            seen = bedrock.get_job(seen.arn) or seen
        record(job, seen, decision, now)
        if decision.act == Act.STOP:
            stop(job)


def _fetch_artifacts(job: CustomizationJob) -> None:
    metrics = collect(job, last_try=job.attempts >= ALARM_AFTER)
    job.move(job.state, metrics=metrics, next_check_at=None, trouble="", alarm="", attempts=0)
