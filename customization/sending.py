"""Asking the platform to make or to stop a job, and understanding its refusals. Create carries our own token."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from catalog.killpoints import reach
from catalog.platforms.base import (
    AuthError,
    CapacityError,
    ConflictError,
    PermanentError,
    PlatformError,
    TransientError,
)
from customization.decide import ALARM_AFTER, ASSUME_ROLE_TRIES, NAME_IN_USE_TRIES, SHOWS_WITHIN, is_anothers
from customization.gateways import bedrock, storage
from customization.models import CustomizationJob, Dataset
from customization.names import tags
from customization.observation import Accepted, JobRequest
from customization.postponing import named_by, postpone
from customization.recording import fail, tell_model
from customization.states import SETTLED, JobState, check_delay, may_move, state_of

log = structlog.get_logger(__name__)

QUOTA_PAUSE = timedelta(minutes=5)
_ASSUME_ROLE = "could not assume provided iam role"


def send(job: CustomizationJob, now: datetime) -> None:
    """Ask the platform to make the job. That it was asked is committed first: from then on the platform may know it."""
    before = job.sent_at
    if why := _data_has_changed(job):
        _give_up(job, PermanentError(why), now, before)
        return
    if not job.move(job.state, only_if=Q(sent_at=before, stop_wanted=False), sent_at=now):
        return  # somebody stopped it, or sends it, since the row was read: nothing may be bought now
    reach("before_send")
    try:
        accepted = bedrock.create_job(_request(job))
    except PlatformError as error:
        _not_taken(job, error, now, before)
        return
    reach("accepted")
    if accepted.arn:
        _taken(job, accepted, now)
    else:
        # Taken, or no answer at all (HTTP 200 without a body looks alike): the next look finds it by its name.
        lost = TransientError("The platform answered without naming the job.", request_id=accepted.request_id)
        postpone(job, lost, now)


def stop(job: CustomizationJob, now: datetime) -> None:
    """Ask the platform to stop the job; refusing because it stops or is over already is an answer too."""
    reach("before_stop")
    try:
        request_id = bedrock.stop_job(job.arn or job.remote_name)
    except ConflictError as error:
        _not_stopped(job, error, now)
        return
    reach("stop_accepted")
    log.info("job_stop_sent", job=job.pk, aws_request_id=request_id)
    # Without its request id it was not AWS that answered: the state stays, and the next look asks again.
    if not request_id or not may_move(JobState(job.state), JobState.STOPPING):
        job.move(job.state, **_asked_once_more(job), **named_by(request_id))
        return
    with transaction.atomic():
        columns = _stopping(now) | named_by(request_id)
        if job.move(job.state, state=JobState.STOPPING, changed_at=now, **columns):
            tell_model(job, None, now, request_id=request_id)
        reach("before_commit")
    reach("committed")


def _stopping(now: datetime) -> dict[str, Any]:
    """The columns once the platform stops it: it is looked at soon, however many tries that has taken."""
    soon = now + check_delay(JobState.STOPPING, timedelta())
    return {"attempts": 0, "trouble": "", "alarm": "", "next_check_at": soon}


def _not_stopped(job: CustomizationJob, error: ConflictError, now: datetime) -> None:
    """A refused Stop: a Get, which lags less than a list, tells whether the job stops or is over already."""
    there = bedrock.get_job(job.arn or job.remote_name)
    stops = there is not None and state_of(there.word) in SETTLED | {JobState.STOPPING}
    log.info("job_not_stopped", job=job.pk, said=error.message, stops=stops)
    columns = _stopping(now) if stops else _asked_once_more(job, error.message)
    job.move(job.state, **columns, **named_by(error.request_id))


def _asked_once_more(job: CustomizationJob, said: str = "") -> dict[str, Any]:
    """The columns after a Stop that changed nothing: the pauses grow by ``attempts``, and a person is told one day."""
    attempts = job.attempts + 1
    alarm = f"The platform was asked {attempts} times to stop this job, and it goes on. {said}".rstrip()
    way_out = "Look at the job in the AWS console."
    return {
        "attempts": attempts,
        "trouble": said,
        "alarm": f"{alarm} {way_out}" if attempts >= ALARM_AFTER else "",
    }


def _taken(job: CustomizationJob, accepted: Accepted, now: datetime) -> None:
    log.info("job_created", job=job.pk, arn=accepted.arn, aws_request_id=accepted.request_id)
    columns: dict[str, Any] = {"arn": accepted.arn, "trouble": "", "alarm": "", "attempts": 0}
    columns |= {"changed_at": now, "next_check_at": now + check_delay(JobState.REQUESTED, timedelta())}
    with transaction.atomic():
        if job.move(job.state, state=JobState.RUNNING, **columns, **named_by(accepted.request_id)):
            tell_model(job, None, now, request_id=accepted.request_id)
        reach("before_commit")
    reach("committed")


def _request(job: CustomizationJob) -> JobRequest:
    return JobRequest(
        name=job.remote_name,
        token=job.request_token,
        model_name=job.model.name,
        base_id=job.base.external_id,
        role_arn=job.role_arn,
        training_uri=job.training_uri,
        validation_uri=job.validation_uri,
        output_uri=job.output_uri,
        hyperparameters=job.hyperparameters,
        tags=tags(settings.INSTANCE, job.request_token),
    )


def _not_taken(job: CustomizationJob, error: PlatformError, now: datetime, before: datetime | None) -> None:
    """A refused Create: some refusals pass, some are about a job that is there already, some are final."""
    no_role = _ASSUME_ROLE in error.message.lower()
    if isinstance(error, ConflictError):
        _in_use(job, error, now)
    elif isinstance(error, PermanentError) or (no_role and _again(job, error, ASSUME_ROLE_TRIES)):
        _give_up(job, error, now, before)
    else:
        # A first Create that was surely refused was as good as never sent: a stop need not wait for it.
        unsent = before is None and (no_role or isinstance(error, CapacityError | AuthError))
        pause = QUOTA_PAUSE if isinstance(error, CapacityError) else timedelta()
        postpone(job, error, now, least=pause, sent_at=None if unsent else job.sent_at)


def _in_use(job: CustomizationJob, error: ConflictError, now: datetime) -> None:
    """ "In use" may well mean: by the very job an earlier, lost answer was about. Look before judging."""
    there = bedrock.get_job(job.remote_name)
    anothers = there is not None and is_anothers(job.facts, there)
    if anothers or (there is None and _again(job, error, NAME_IN_USE_TRIES)):
        fail(job, f"{error.message} Clone the job under another name.", now, request_id=error.request_id)
    else:
        postpone(job, error, now)


def _again(job: CustomizationJob, error: PlatformError, tries: int) -> bool:
    """A fresh role and a lagging platform need some seconds; the same refusal after minutes stays."""
    return job.trouble == error.message and job.attempts >= tries


def _give_up(job: CustomizationJob, error: PlatformError, now: datetime, before: datetime | None) -> None:
    """Fail the job, but not while an earlier Create may have been accepted without our knowing."""
    if before is not None and now - before < SHOWS_WITHIN:
        postpone(job, error, now)
    else:
        fail(job, error.message, now, request_id=error.request_id)


def _data_has_changed(job: CustomizationJob) -> str:
    """Say which file is not what was checked, or "": a job trains on the very bytes that were checked."""
    for dataset in (job.training, job.validation):
        if dataset and (why := _changed(dataset)):
            return why
    return ""


def _changed(dataset: Dataset) -> str:
    there = storage.look(dataset.place)
    if there is None:
        return f"{dataset.place.uri} is not there any more. Upload the file again."
    if (there.size, there.etag) != (dataset.size, dataset.etag) or there.version_id != dataset.version_id:
        return f"{dataset.place.uri} has changed since it was checked. Check it again, then clone the job."
    return ""
