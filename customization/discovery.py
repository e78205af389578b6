"""What is on the platform that modelhub did not make: found by sync, adopted by people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q

from catalog.customs import add_custom_model, change_custom_model
from catalog.facts import BuildState, ServingState
from catalog.models import Model
from customization.gateways import bedrock
from customization.models import CustomizationJob, Found
from customization.observation import RemoteJob
from customization.states import BUILD_OF, SETTLED, JobState, state_of


class Refused(Exception):
    """It can't be adopted; ``str()`` says why."""


def discover(now: datetime) -> int:
    """Compare the platform's jobs and custom models with ours and note strangers; return how many are new.

    Raises PlatformError; then nothing is noted and nothing is forgotten.
    """
    # Models first: a job that ends in between is then in the list of jobs with its model, and no stranger.
    models, jobs = bedrock.list_models(), bedrock.list_jobs()
    ours = set(CustomizationJob.objects.exclude(arn="").values_list("arn", flat=True))
    # A job of ours that ended without an ARN was never made: one of that name on the platform is a stranger.
    made = CustomizationJob.objects.exclude(arn="", state__in=list(SETTLED))
    names = set(made.values_list("remote_name", flat=True))
    mine = set(Model.objects.exclude(arn="").values_list("arn", flat=True))
    made_by_jobs = {job.model_arn for job in jobs if job.model_arn}
    strangers = [
        Found(noun="job", arn=job.arn, name=job.name, base_arn=job.base_arn, word=job.word,
              created_upstream_at=job.created_at, first_seen_at=now)
        for job in jobs
        if job.arn not in ours and job.name not in names
    ]  # fmt: skip
    strangers += [
        Found(noun="model", arn=model.arn, name=model.name, base_arn=model.base_arn, word=model.word,
              created_upstream_at=model.created_at, first_seen_at=now)
        for model in models
        if model.arn not in mine and model.arn not in made_by_jobs
    ]  # fmt: skip
    # What was a stranger and is ours by now (a list lagged) needs nobody's decision any more.
    Found.objects.filter(Q(arn__in=ours | mine) | Q(name__in=names), state=Found.State.NEW).delete()
    known = set(Found.objects.values_list("arn", flat=True))
    fresh = [found for found in strangers if found.arn not in known]
    Found.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def adopt(found: Found, *, actor: User | None, now: datetime) -> Model:
    """Take a stranger in: its model joins the list, its job is followed. Raises Refused with the reason."""
    if found.state not in (Found.State.NEW, Found.State.FOREIGN):
        raise Refused(f"{found.name} is {found.get_state_display().lower()} already.")
    job = bedrock.get_job(found.arn) if found.noun == Found.Noun.JOB else None
    there = job or (bedrock.get_model(found.arn) if found.noun == Found.Noun.MODEL else None)
    if there is None:
        raise Refused(f"{found.name} is not on the platform any more.")
    if job is None and there.word not in ("", "Active"):
        raise Refused(f"{found.name} is not ready: the platform says “{there.word}”.")
    base = Model.objects.filter(arn=found.base_arn).exclude(arn="").first()
    if base is None:
        raise Refused(f"Its base model {found.base_arn} is not in the list. Sync models first.")
    name = job.model_name if job else found.name
    if Model.objects.filter(kind="custom", platform="bedrock", archived_at=None, name__iexact=name).exists():
        raise Refused(f"There is a custom model called {name} already.")
    try:
        return _take_in(found, job, base, name, actor, now)
    except IntegrityError as clash:
        raise Refused(f"{found.name} was adopted a moment ago.") from clash


def _take_in(
    found: Found, job: RemoteJob | None, base: Model, name: str, actor: User | None, now: datetime
) -> Model:
    with transaction.atomic():
        model = add_custom_model(name, base, description="", actor=actor, now=now)
        if job:
            model = _adopt_job(job, model, base, actor, now)
        else:
            model = change_custom_model(model, "adopted", now=now, actor=actor, external_id=found.arn, arn=found.arn,
                                        build=BuildState.BUILT, serving=ServingState.NOTHING)  # fmt: skip
        Found.objects.filter(pk=found.pk).update(state=Found.State.ADOPTED)
    return model


def mark_foreign(found: Found) -> None:
    """Say that it is somebody else's business; it stays visible."""
    Found.objects.filter(pk=found.pk, state=Found.State.NEW).update(state=Found.State.FOREIGN)


def _adopt_job(job: RemoteJob, model: Model, base: Model, actor: User | None, now: datetime) -> Model:
    state = state_of(job.word)
    settled = state in SETTLED
    CustomizationJob.objects.create(
        model=model, base=base, remote_name=job.name, arn=job.arn, state=state, remote_word=job.word[:100],
        failure=job.failure, sent_at=job.created_at, training_uri=job.training_uri, validation_uri=job.validation_uri,
        output_uri=job.output_uri, role_arn=job.role_arn, hyperparameters=dict(job.hyperparameters), adopted=True,
        started_at=job.created_at, ended_at=job.ended_at, requested_by=actor, created_at=job.created_at or now,
        changed_at=now, next_check_at=None if settled and state != JobState.COMPLETED else now,
        **({"request_token": job.token} if job.token else {}),
    )  # fmt: skip
    facts: dict[str, Any] = {
        "build": BUILD_OF[state],
        "build_message": job.failure[:2000],
        "serving": ServingState.NOTHING,
    }
    if job.model_arn:
        facts |= {"external_id": job.model_arn, "arn": job.model_arn}
    return change_custom_model(model, "adopted", now=now, actor=actor, **facts)
