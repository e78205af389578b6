"""Observe, decide, act at most once, record: what brings jobs and the platform together.

One List a tick for all jobs that are due. Whatever answer is lost, the next look finds out: the row keeps our token and
the job's name, and Create is asked again with the same token. Remote calls are made outside transactions.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from celery.exceptions import SoftTimeLimitExceeded

from catalog.killpoints import reach
from catalog.platforms.base import PlatformError, TransientError
from customization.artifacts import collect, kept, look_again_at
from customization.decide import ALARM_AFTER, Act, decide
from customization.gateways import bedrock
from customization.models import CustomizationJob
from customization.observation import RemoteJob
from customization.postponing import postpone
from customization.recording import fail, record
from customization.sending import send, stop
from customization.states import JobState, state_of

log = structlog.get_logger(__name__)

CLAIM = timedelta(seconds=90)


def reconcile_jobs(now: datetime) -> int:
    """Look at every job that is due; return how many. One broken job does not stop the others."""
    due = [job for job in CustomizationJob.due(now) if job.claim(now + CLAIM)]
    if not due:
        return 0
    reach("claimed")
    try:
        # Of those that are over only the files are still to be read: Bedrock need not be asked.
        listed = [] if all(job.is_settled for job in due) else bedrock.list_jobs()
        world = {seen.name: seen for seen in listed}
    except SoftTimeLimitExceeded:
        raise  # that a worker must end says nothing of a job: its claim runs out, and another look finds it as it was
    except Exception as error:
        for job in due:
            postpone(job, _trouble(error, job), now)
        return len(due)
    for job in due:
        try:
            _look_at(job, world.get(job.remote_name), now)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            _reread(job, now + CLAIM)
            postpone(job, _trouble(error, job), now)
    return len(due)


def _reread(job: CustomizationJob, claimed: datetime) -> None:
    """A transaction that was rolled back has left its wishes in memory. A due time that this look has not written is
    somebody else's wish, and stays."""
    wished = job.next_check_at
    job.refresh_from_db()
    if job.next_check_at not in (claimed, wished):
        job.next_check_at = claimed


def _trouble(error: Exception, job: CustomizationJob) -> PlatformError:
    """What to tell of an error: the platform's words, or that we failed ourselves (the log has the details)."""
    if isinstance(error, PlatformError):
        return error
    log.error("reconcile_defect", job=job.pk, exc_info=error)
    return PlatformError(f"modelhub itself failed: {type(error).__name__}")


def _look_at(job: CustomizationJob, seen: RemoteJob | None, now: datetime) -> None:
    if job.is_settled:
        reach("before_artifacts")
        _fetch_artifacts(job, now)
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
            seen = _closely(seen)
        record(job, seen, decision, now)
        if decision.act == Act.STOP:
            stop(job, now)


def _closely(seen: RemoteJob) -> RemoteJob:
    """An ended job with everything one Get tells of it, and the model that perhaps only the list has named.

    Raises TransientError while a completed job names no model: settled without, it would never be asked about again.
    """
    closer = bedrock.get_job(seen.arn) or seen
    if not closer.model_arn:
        closer = replace(closer, model_arn=seen.model_arn)
    if state_of(seen.word) == JobState.COMPLETED and not closer.model_arn:
        raise TransientError("The job is completed, but the platform has not named the model yet.")
    return closer


def _fetch_artifacts(job: CustomizationJob, now: datetime) -> None:
    metrics = kept(job.metrics, collect(job, last_try=job.attempts >= ALARM_AFTER))
    again = look_again_at(job, metrics, now)
    job.move(job.state, metrics=metrics, next_check_at=again, trouble="", alarm="", attempts=0)
