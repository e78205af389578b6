"""Customization jobs as people mean them: create, stop, archive. Each writes an intent; reconcile does the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from catalog.customs import add_custom_model, change_custom_model
from catalog.facts import Use
from catalog.models import Model
from catalog.platforms.base import PlatformError
from customization import hyperparameters as knobs
from customization.gateways import bedrock
from customization.killpoints import reach
from customization.models import CustomizationJob, Dataset
from customization.models.resource import new_token
from customization.names import job_name, why_not_a_model_name
from customization.prices import rates_for
from customization.pricing import training_cost
from customization.states import JobState


class Refused(Exception):
    """The rules say no. ``errors`` says why, by field name ("" when it concerns the whole)."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


def why_not_named(name: str) -> str:
    """Say why a new custom model can't have this name here, or ""."""
    taken = Model.objects.filter(kind="custom", platform="bedrock", archived_at=None, name__iexact=name)
    if why := why_not_a_model_name(name):
        return why
    return f"There is a custom model “{taken[0].name}” already. Choose another name." if taken else ""


def why_taken_there(name: str) -> str:
    """Say that a custom model on the platform has this name already, or "" (also when the platform does not answer:
    it is asked again when the job is created, and not knowing must not stop anybody here)."""
    try:
        taken = bedrock.model_named(name) if name else ""
    except PlatformError:
        return ""
    return f"A custom model “{taken}” exists on Amazon Bedrock already. Choose another name." if taken else ""


def why_not_a_base(base: Model) -> str:
    """Say why no model can be made from this one, or ""."""
    if Model.objects.usable_for(Use.CUSTOMIZATION).filter(pk=base.pk).exists():
        return ""
    return f"{base.name} is not a green, fine-tunable Bedrock model. Enable it first, or choose another."


def objections(
    name: str,
    base: Model | None,
    training: Dataset | None,
    validation: Dataset | None,
    pairs: Mapping[str, str],
) -> dict[str, str]:
    """Every reason against making this model, by field name; empty when there is none."""
    errors = {"name": why_not_named(name)}
    errors["base"] = why_not_a_base(base) if base else "Choose a base model."
    if training is None:
        errors["training"] = "Add training data."
    for field, dataset in (("training", training), ("validation", validation)):
        if dataset and base:
            errors[field] = _why_not_data(dataset, field, base)
    if base:
        wrong = knobs.check(knobs.family_of(base.external_id), pairs)
        errors |= {f"hyperparameter:{key}": why for key, why in wrong.items()}
    if not settings.S3_BUCKET or not settings.BEDROCK_ROLE_ARN:
        errors[""] = "S3_BUCKET and BEDROCK_ROLE_ARN must be set; `manage.py doctor` tells more."
    return {field: why for field, why in errors.items() if why}


def create(
    *,
    name: str,
    base: Model,
    training: Dataset,
    validation: Dataset | None = None,
    hyperparameters: Mapping[str, str] | None = None,
    description: str = "",
    actor: User | None = None,
    now: datetime,
) -> CustomizationJob:
    """Write down that a model is to be made; it is in the list at once, red. Raises Refused with every reason.

    Nothing is sent here: the tick finds the row, or a nudge does. A double click meets the name's uniqueness.
    """
    pairs = {key.strip(): str(value).strip() for key, value in (hyperparameters or {}).items()}
    errors = objections(name, base, training, validation, pairs)
    if errors:
        raise Refused(errors)
    # What is not said is the table's default, said aloud: the page shows it and the estimate counts it.
    pairs = {
        key: value for key, value in knobs.defaults(knobs.family_of(base.external_id)).items() if value
    } | pairs
    token = new_token()
    rates = rates_for(base.external_id)
    try:
        with transaction.atomic():
            model = add_custom_model(name, base, description=description, actor=actor, now=now)
            job = CustomizationJob(
                model=model,
                base=base,
                request_token=token,
                remote_name=job_name(name, token),
                state=JobState.REQUESTED,
                training=training,
                validation=validation,
                training_uri=training.place.uri,
                validation_uri=validation.place.uri if validation else "",
                output_uri=f"s3://{settings.S3_BUCKET}/jobs/{token}",
                role_arn=settings.BEDROCK_ROLE_ARN,
                hyperparameters=pairs,
                training_price=rates.training_per_1k,
                price_source=rates.source,
                requested_by=actor,
                created_at=now,
                changed_at=now,
                next_check_at=now,
            )
            job.estimated_cost = training_cost(rates, training.tokens, job.epochs)
            job.save()
    except IntegrityError as clash:
        raise Refused(
            {"name": why_not_named(name) or "That name was taken a moment ago. Choose another."}
        ) from clash
    reach("intent_committed")
    return job


def estimate(base: Model, tokens: int | None, epochs: int | None) -> Decimal | None:
    """What training would cost in US dollars; None when a part is unknown."""
    return training_cost(rates_for(base.external_id), tokens, epochs)


def stop(job: CustomizationJob, *, actor: User | None, now: datetime) -> None:
    """Ask for a running job to be stopped; the platform says when it has. Raises Refused with the reason."""
    with transaction.atomic():
        asked = CustomizationJob.objects.filter(
            pk=job.pk, state__in=[JobState.REQUESTED, JobState.RUNNING, JobState.UNKNOWN], stop_wanted=False
        ).update(stop_wanted=True, next_check_at=now, changed_at=now)
        if asked:
            change_custom_model(job.model, "stop requested", now=now, actor=actor)
    job.refresh_from_db()
    if not asked:
        raise Refused({"": _why_not_stop(job)})


def archive(job: CustomizationJob, *, actor: User | None, now: datetime) -> None:
    """Take a failed or stopped job's model out of the list; its history stays and its name is free again."""
    if job.state not in (JobState.FAILED, JobState.STOPPED):
        raise Refused({"": f"Only a failed or stopped job can be archived; this one is {job.state}."})
    if job.model.archived_at:
        raise Refused({"": f"{job.model.name} is archived already."})
    change_custom_model(
        job.model,
        "archived",
        now=now,
        actor=actor,
        archived_at=now,
        listed=False,
        external_id=f"{job.model.name}#{job.request_token}",
    )


def _why_not_stop(job: CustomizationJob) -> str:
    if job.stop_wanted and not job.is_settled:
        return "The job is being stopped already."
    return f"The job is {job.state}: there is nothing to stop."


def _why_not_data(dataset: Dataset, purpose: str, base: Model) -> str:
    if dataset.purpose != purpose:
        return f"{dataset.filename} was checked as {dataset.purpose} data."
    if not dataset.is_usable:
        return f"{dataset.filename}: {dataset.get_state_display().lower()}. Only a valid file can be used."
    if dataset.base_external_id != base.external_id:
        return f"{dataset.filename} was checked for {dataset.base_external_id}. Check it again for {base.external_id}."
    return ""
