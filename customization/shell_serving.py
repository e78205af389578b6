"""For the Django shell: rent, deploy, remove and delete by the rules of the pages; models go by name or as objects."""

from __future__ import annotations

from typing import TypeVar

from django.contrib.auth.models import User
from django.utils import timezone

from catalog.facts import Kind, Platform
from catalog.models import Model
from customization import deletion
from customization.capacity.lease import DEFAULT_HOURS
from customization.capacity.states import LIVE
from customization.models import Deletion, Deployment, Throughput
from customization.refusal import Refused
from customization.serving import renting
from customization.tasks import nudge

Row = TypeVar("Row", Throughput, Deployment)


def provision(
    model: Model | str,
    units: int = 1,
    hours: int | None = DEFAULT_HOURS,
    *,
    reason: str = "",
    actor: User | None = None,
) -> Throughput:
    """Rent model units for ``hours``, paid by the hour. ``hours=None`` rents without an end and needs a ``reason``.

    >>> provision("support-tone", units=1, hours=8, actor=user)
    """
    row = renting.provision(
        custom_model(model), units=units, hours=hours, no_end_reason=reason, actor=actor, now=timezone.now()
    )
    nudge()
    return row


def deploy(model: Model | str, *, actor: User | None = None) -> Deployment:
    """Deploy on demand: paid by the token, nothing while nobody calls.

    >>> deploy("support-tone", actor=user)
    """
    row = renting.deploy(custom_model(model), actor=actor, now=timezone.now())
    nudge()
    return row


def remove_throughput(model: Model | str, *, actor: User | None = None) -> Throughput:
    """Give the rented units back. They cost money until the platform says that they are gone.

    >>> remove_throughput("support-tone", actor=user)
    """
    return _remove(Throughput, custom_model(model), actor)


def remove_deployment(model: Model | str, *, actor: User | None = None) -> Deployment:
    """Remove the on-demand deployment.

    >>> remove_deployment("support-tone", actor=user)
    """
    return _remove(Deployment, custom_model(model), actor)


def delete_model(
    model: Model | str, *, typed_name: str, with_artifacts: bool = False, actor: User | None = None
) -> Deletion:
    """Delete a custom model on Amazon Bedrock for good; ``typed_name`` is its name, once more.

    >>> delete_model("support-tone", typed_name="support-tone", actor=user)
    """
    row = deletion.request_deletion(
        custom_model(model),
        typed_name=typed_name,
        with_artifacts=with_artifacts,
        actor=actor,
        now=timezone.now(),
    )
    nudge()
    return row


def custom_model(model: Model | str) -> Model:
    """The custom model of that name (without regard to case), or the object as the database has it now.

    Raises Refused, with the names that there are, when there is none.
    """
    mine = Model.objects.current().filter(kind=Kind.CUSTOM, platform=Platform.BEDROCK)
    if isinstance(model, Model):
        model.refresh_from_db()
        return model
    if found := mine.filter(name__iexact=model.strip()).first():
        return found
    names = ", ".join(mine.order_by("name").values_list("name", flat=True)[:10]) or "none yet"
    raise Refused({"model": f"There is no custom model “{model}”. There is: {names}."})


def _remove(table: type[Row], model: Model, actor: User | None) -> Row:
    row = table.objects.filter(model=model, state__in=sorted(LIVE)).first()
    if row is None:
        raise Refused({"": f"{model.name} has no live {table.noun.label}."})
    renting.remove(row, actor=actor, now=timezone.now())
    nudge()
    return row
