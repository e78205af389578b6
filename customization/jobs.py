"""Customization jobs as people mean them: create, stop, archive. Each writes an intent; reconcile does the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from catalog.customs import add_custom_model, change_custom_model
from catalog.facts import Use
from catalog.history import next_revision
from catalog.killpoints import reach
from catalog.models import Model
from catalog.platforms.base import PlatformError
from customization import hyperparameters as knobs
from customization.fitting import why_not_data, why_not_together
from customization.gateways import bedrock
from customization.models import CustomizationJob, Dataset
from customization.models.resource import new_token
from customization.names import job_name, why_not_a_model_name
from customization.prices import rates_for
from customization.pricing import training_cost
from customization.prose import tidy, why_too_long
from customization.refusal import Refused
from customization.states import JobState

STOPPABLE = (JobState.REQUESTED, JobState.RUNNING, JobState.UNKNOWN)
CAME_TO_NOTHING = (JobState.FAILED, JobState.STOPPED)


def why_not_named(name: str) -> str:
    """Say why a new custom model can't have this name here, or ""."""
    taken = Model.objects.filter(kind="custom", platform="bedrock", archived_at=None, name__iexact=name)
    if why := why_not_a_model_name(name):
        return why
    return f"There is a custom model “{taken[0].name}” already. Choose another name." if taken else ""


def why_taken_there(name: str) -> str | None:
    """Say that a custom model on the platform has this name already, or ""; None: the platform did not answer.

    Not knowing must not stop anybody: the platform itself refuses a name that is taken when the job is made.
    """
    try:
        taken = bedrock.model_named(name) if name else ""
    except PlatformError:
        return None
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
    description: str = "",
) -> dict[str, str]:
    """Every reason against making this model, by field name; empty when there is none."""
    errors = {"name": why_not_named(name), "description": why_too_long("description", tidy(description))}
    errors["base"] = why_not_a_base(base) if base else "Choose a base model."
    if training is None:
        errors["training"] = "Add training data."
    for field, dataset in (("training", training), ("validation", validation)):
        if dataset and base:
            errors[field] = why_not_data(dataset, field, base)
    if base and training and not (errors.get("training") or errors.get("validation")):
        errors["validation" if validation else "training"] = why_not_together(training, validation, base)
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
    token: str = "",
    actor: User | None = None,
    now: datetime,
) -> CustomizationJob:
    """Write down that a model is to be made; it is in the list at once, red. Raises Refused with every reason.

    Nothing is sent here: the tick finds the row, or a nudge does. ``token`` names one press of the button: a repeat
    returns the same job; any other double click meets the name's uniqueness.
    """
    if made := made_by(token, name):
        return made
    pairs = {key.strip(): str(value).strip() for key, value in (hyperparameters or {}).items()}
    if errors := objections(name, base, training, validation, pairs, description):
        raise Refused(errors)
    intent = _intent(name, base, training, validation, _said_aloud(base, pairs), _unused(token), now)
    intent.requested_by = actor
    try:
        with transaction.atomic():
            intent.model = add_custom_model(name, base, description=tidy(description), actor=actor, now=now)
            intent.save()
            reach("intent_written")
    except IntegrityError as clash:
        if made := made_by(token, name):
            return made
        taken = why_not_named(name) or "That name was taken a moment ago. Choose another."
        raise Refused({"name": taken}) from clash
    reach("intent_committed")
    return intent


def made_by(token: str, name: str) -> CustomizationJob | None:
    """The job that this press of the button has made already; another name in the same form is another wish."""
    own = CustomizationJob.objects.select_related("model").filter(model__name=name, model__archived_at=None)
    return own.filter(request_token=token).first() if token else None


def _unused(token: str) -> str:
    used = CustomizationJob.objects.filter(request_token=token).exists()
    return token if token and not used else new_token()


def _said_aloud(base: Model, pairs: Mapping[str, str]) -> dict[str, str]:
    """What is not said is the table's default, said aloud: the page shows it and the estimate counts it."""
    usual = knobs.defaults(knobs.family_of(base.external_id))
    return {key: value for key, value in usual.items() if value} | dict(pairs)


def _intent(
    name: str,
    base: Model,
    training: Dataset,
    validation: Dataset | None,
    pairs: Mapping[str, str],
    token: str,
    now: datetime,
) -> CustomizationJob:
    """The row that says what is wanted and at which price; not saved yet."""
    rates = rates_for(base.external_id)
    job = CustomizationJob(
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
        hyperparameters=dict(pairs),
        training_price=rates.training_per_1k,
        price_source=rates.training_source,
        created_at=now,
        changed_at=now,
        next_check_at=now,
    )
    job.estimated_cost = training_cost(rates, training.tokens, job.epochs)
    return job


def stop(job: CustomizationJob, *, actor: User | None, now: datetime) -> None:
    """Ask for a running job to be stopped; the platform says when it has. Raises Refused with the reason.

    The row is due at once, also while a worker holds it: ``RemoteResource.move`` leaves this due time alone.
    """
    with transaction.atomic():
        asked = CustomizationJob.objects.filter(pk=job.pk, state__in=STOPPABLE, stop_wanted=False).update(
            stop_wanted=True, next_check_at=now, changed_at=now
        )
        if asked:
            change_custom_model(job.model, "stop requested", now=now, actor=actor)
            reach("intent_written")
    if asked:
        reach("intent_committed")
    job.refresh_from_db()
    if not asked:
        raise Refused({"": why_not_stop(job)})


def archive(job: CustomizationJob, *, actor: User | None, now: datetime) -> None:
    """Take a failed or stopped job's model out of the list; its history stays and its name is free again.

    Of two who ask at once one wins; the other is refused like anybody who comes later. Raises Refused.
    """
    with transaction.atomic():
        next_revision()  # first, as in every change: of two at once the second waits here, and then finds it done
        own = Model.objects.filter(pk=job.model_id, archived_at=None, job__state__in=CAME_TO_NOTHING)
        archived = own.update(archived_at=now)
        if archived:
            free_id = f"{job.model.name}#{job.request_token}"
            change_custom_model(
                job.model, "archived", now=now, actor=actor, listed=False, external_id=free_id
            )
            reach("intent_written")
    if archived:
        reach("intent_committed")
    job.refresh_from_db()
    if not archived:
        raise Refused({"": _why_not_archive(job)})


def _why_not_archive(job: CustomizationJob) -> str:
    if job.state not in CAME_TO_NOTHING:
        return f"Only a failed or stopped job can be archived; this one is {job.state}."
    return f"{job.model.name} is archived already."


def why_not_stop(job: CustomizationJob) -> str:
    """Say why a job can't be stopped (any more), or ""."""
    if job.state in STOPPABLE and not job.stop_wanted:
        return ""
    if job.stop_wanted and not job.is_settled:
        return "The job is being stopped already."
    return f"The job is {job.state}: there is nothing to stop."
