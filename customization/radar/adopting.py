"""Taking in a customization job or custom model that modelhub has no row for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from catalog.customs import add_custom_model, change_custom_model
from catalog.facts import BuildState, Kind, Platform, ServingState
from catalog.history import next_revision
from catalog.killpoints import reach
from catalog.models import Model
from customization.decide import is_anothers
from customization.gateways import bedrock
from customization.models import CustomizationJob, Found
from customization.observation import RemoteJob
from customization.radar.refusal import Refused
from customization.states import BUILD_OF, JobState, state_of


def adopt_job_or_model(found: Found, *, actor: User | None, now: datetime, why: str) -> Model:
    """Take a job or model in: its model joins the list, its job is followed. Raises Refused with the reason."""
    # A person waits for this, and what comes home by itself is tried again: one try each, and no longer.
    job = bedrock.get_job(found.arn, hurried=True) if found.noun == Found.Noun.JOB else None
    there = job or (bedrock.get_model(found.arn, hurried=True) if found.noun == Found.Noun.MODEL else None)
    if there is None:
        raise Refused(f"{found.name} is not on the platform any more.")
    if job is None and there.word not in ("", "Active"):
        raise Refused(f"{found.name} is not ready: the platform says “{there.word}”.")
    if job and (own := _given_up(job)):
        return _take_back(found, own, job, actor, now, why)
    base = Model.objects.filter(arn=found.base_arn).exclude(arn="").first()
    if base is None:
        raise Refused(f"Its base model {found.base_arn} is not in the list. Sync models first.")
    if job and (orphan := _without_its_job(job)):
        return _give_back(found, orphan, job, base, actor, now, why)
    name = job.model_name if job else found.name
    if job and CustomizationJob.objects.filter(remote_name=job.name).exists():
        raise Refused(f"There is a job called {job.name} here already.")
    if Model.objects.filter(kind="custom", platform="bedrock", archived_at=None, name__iexact=name).exists():
        raise Refused(f"There is a custom model called {name} already.")
    try:
        return _take_in(found, job, base, name, actor, now, why)
    except IntegrityError as clash:
        raise Refused(f"{found.name} was adopted a moment ago.") from clash


def _take_in(
    found: Found, job: RemoteJob | None, base: Model, name: str, actor: User | None, now: datetime, why: str
) -> Model:
    with transaction.atomic():
        model = add_custom_model(name, base, description="", actor=actor, now=now)
        if job:
            model = _adopt_job(job, model, base, actor, now, why)
        else:
            facts: dict[str, Any] = {"external_id": found.arn, "arn": found.arn, "build": BuildState.BUILT}
            model = change_custom_model(
                model, "adopted", now=now, actor=actor, why=why, serving=ServingState.NOTHING, **facts
            )
        Found.objects.filter(pk=found.pk).update(state=Found.State.ADOPTED, note="")
        reach("before_commit")
    reach("committed")
    return model


def _without_its_job(job: RemoteJob) -> Model | None:
    """The model that this job made, or makes, when it is here without a job."""
    custom = Model.objects.filter(kind=Kind.CUSTOM, platform=Platform.BEDROCK, archived_at=None, job=None)
    if job.model_arn:
        return custom.filter(arn=job.model_arn).first()
    return custom.filter(arn="", name__iexact=job.model_name).first()


def _give_back(
    found: Found, model: Model, job: RemoteJob, base: Model, actor: User | None, now: datetime, why: str
) -> Model:
    """Its job is followed again; what is known of a model that is built stays as it is."""
    if CustomizationJob.objects.filter(remote_name=job.name).exists():
        raise Refused(f"There is a job called {job.name} here already.")
    try:
        with transaction.atomic():
            _job_row(job, model, base, actor, now)
            model = change_custom_model(model, "job adopted", now=now, actor=actor, why=why)
            Found.objects.filter(pk=found.pk).update(state=Found.State.ADOPTED, note="")
            reach("before_commit")
    except IntegrityError as clash:
        raise Refused(f"{found.name} was adopted a moment ago.") from clash
    reach("committed")
    return model


def is_given_up(job: CustomizationJob) -> bool:
    """Was it stopped, or called failed, before the platform ever showed it?"""
    return job.is_settled and not job.arn


def _given_up(job: RemoteJob) -> CustomizationJob | None:
    """Our own row for a job that was given up, and that exists after all."""
    own = CustomizationJob.objects.select_related("model").filter(remote_name=job.name).first()
    return own if own and is_given_up(own) and not is_anothers(own.facts, job) else None


def _take_back(
    found: Found, own: CustomizationJob, job: RemoteJob, actor: User | None, now: datetime, why: str
) -> Model:
    """Follow a job of ours again: its story was not over. Its wish to stop is heeded at the next look."""
    running: dict[str, Any] = {"state": JobState.RUNNING, "arn": job.arn, "ended_at": None, "failure": ""}
    with transaction.atomic():
        next_revision()  # first, as in every change: whoever archives the model at this moment is waited for
        own.model.refresh_from_db()
        if own.model.archived_at:
            raise Refused(f"Its model {own.model.name} is archived here. Stop the job in the AWS console.")
        if not own.move(own.state, **running, changed_at=now, next_check_at=now):
            raise Refused(f"{found.name} was adopted a moment ago.")
        model = change_custom_model(
            own.model,
            "found again",
            now=now,
            actor=actor,
            why=why,
            build=BuildState.RUNNING,
            build_message="",
        )
        Found.objects.filter(pk=found.pk).update(state=Found.State.ADOPTED, note="")
        reach("before_commit")
    reach("committed")
    return model


def _adopt_job(
    job: RemoteJob, model: Model, base: Model, actor: User | None, now: datetime, why: str
) -> Model:
    state = _job_row(job, model, base, actor, now)
    facts: dict[str, Any] = {
        "build": BUILD_OF[state],
        "build_message": job.failure[:2000],
        "serving": ServingState.NOTHING,
    }
    if job.model_arn:
        facts |= {"external_id": job.model_arn, "arn": job.model_arn}
    return change_custom_model(model, "adopted", now=now, actor=actor, why=why, **facts)


def _job_row(job: RemoteJob, model: Model, base: Model, actor: User | None, now: datetime) -> JobState:
    state = _state_to_adopt(job)
    CustomizationJob.objects.create(
        model=model, base=base, remote_name=job.name, arn=job.arn, state=state, remote_word=job.word[:100],
        failure=job.failure, sent_at=job.created_at, training_uri=job.training_uri, validation_uri=job.validation_uri,
        output_uri=job.output_uri, role_arn=job.role_arn, hyperparameters=dict(job.hyperparameters), adopted=True,
        started_at=job.created_at, ended_at=job.ended_at, requested_by=actor, created_at=job.created_at or now,
        changed_at=now, next_check_at=now,
        **({"request_token": job.token} if job.token else {}),
    )  # fmt: skip
    return state


def _state_to_adopt(job: RemoteJob) -> JobState:
    """A completed job whose model is not named yet is still followed: nothing is called built without its ARN."""
    state = state_of(job.word)
    return JobState.RUNNING if state == JobState.COMPLETED and not job.model_arn else state
