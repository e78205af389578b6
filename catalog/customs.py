"""Custom models of ours: how the customization app changes the catalog. One way in, an Event for every change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from catalog.facts import BuildState, Capability, Kind, Platform, ServingState
from catalog.history import event, next_revision
from catalog.models import Model


def add_custom_model(name: str, base: Model, *, description: str, actor: User | None, now: datetime) -> Model:
    """Put a model into the list that is yet to be trained on ``base``: red until it is built and served.

    Its id on the platform is its name until the platform has given it an ARN. Raises IntegrityError when the name
    is taken (without regard to case). Must run in the transaction that writes the intent.
    """
    model = Model.objects.create(
        platform=Platform.BEDROCK,
        external_id=name,
        kind=Kind.CUSTOM,
        name=name,
        description=description,
        provider=base.provider,
        base_external_id=base.external_id,
        input_modalities=base.input_modalities,
        output_modalities=base.output_modalities,
        streaming=base.streaming,
        capability_set=_without(base.capability_set, Capability.FINE_TUNABLE),
        traits=f"Fine-tuned from {base.name}",
        context_tokens=base.context_tokens,
        build=BuildState.REQUESTED,
        serving=ServingState.NOTHING,
        rev=next_revision(),
        changed_at=now,
    )
    model.refresh_from_db()
    event(model, "requested", now=now, actor=actor, to_status=model.status).save()
    return model


def _without(capability_set: str, capability: Capability) -> str:
    words = [word for word in capability_set.split(",") if word and word != capability]
    return f",{','.join(words)}," if words else ""


def change_custom_model(
    model: Model,
    action: str,
    *,
    now: datetime,
    actor: User | None = None,
    why: str = "",
    detail: dict[str, Any] | None = None,
    **facts: Any,
) -> Model:
    """Write facts of a custom model (build, serving, arn …) with an Event, and return it fresh.

    Must run inside the transaction that moves the job or throughput behind the facts.
    """
    with transaction.atomic():
        rev = next_revision()
        before = Model.objects.values_list("status", flat=True).get(pk=model.pk)
        Model.objects.filter(pk=model.pk).update(**facts, rev=rev, changed_at=now)
        model.refresh_from_db()
        event(
            model,
            action,
            now=now,
            actor=actor,
            from_status=before,
            to_status=model.status,
            why=why,
            detail=detail,
        ).save()
    return model


def note_progress(model: Model, message: str, *, now: datetime) -> None:
    """Say in words how far the making of a model has come: pages show it at once. No Event: nothing was decided.

    Must run inside the transaction that writes down what was seen.
    """
    with transaction.atomic():
        rev = next_revision()
        Model.objects.filter(pk=model.pk).update(build_message=message, rev=rev, changed_at=now)
