"""Throughputs and deployments as people mean them: provision, deploy, remove, extend. Each writes an intent that is
committed before any call; reconcile does the rest. Nothing here speaks to the platform."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import EllipsisType
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q

from catalog.facts import BuildState, Kind, Platform
from catalog.history import next_revision
from catalog.models import Model
from customization.capacity.names import remote_name, why_not_a_name
from customization.capacity.states import LIVE, Noun, ServeState
from customization.killpoints import reach
from customization.models import TABLES, Deletion, Deployment, ServingResource, Throughput
from customization.models.resource import new_token
from customization.prices import rates_for
from customization.refusal import Refused
from customization.serving.telling import tell_model

DEFAULT_HOURS, MOST_HOURS = 8, 7 * 24
MOST_UNITS = 100
REMOVED_BY_HAND = "removed by an admin"
Row = TypeVar("Row", Throughput, Deployment)
_REMOVABLE = sorted(LIVE - {ServeState.REMOVING})


def why_not_serve(model: Model, noun: Noun) -> str:
    """Say why this model can't get a throughput or deployment now, or ""."""
    if model.kind != Kind.CUSTOM or model.platform != Platform.BEDROCK:
        return f"{model.name} is no custom model on Amazon Bedrock."
    if model.archived_at or Deletion.objects.filter(model=model, state=Deletion.State.REQUESTED).exists():
        return f"{model.name} is deleted or being deleted."
    if not model.listed:
        return f"{model.name} is gone from the platform: it was removed outside modelhub."
    if model.build != BuildState.BUILT or not model.arn:
        return f"{model.name} is not built: {model.explained.reason}."
    live = TABLES[noun].objects.filter(model=model, state__in=sorted(LIVE)).first()
    if live is None:
        return ""
    if live.state == ServeState.REMOVING:
        return f"Its {noun.label} is still being removed. Wait until the platform says that it is gone."
    article = "an" if noun == Noun.DEPLOYMENT else "a"
    return f"{model.name} has {article} {noun.label} already ({live.state}). Remove that one first."


def wrong_terms(*, units: int, hours: int | None, no_end_reason: str = "", name: str = "") -> dict[str, str]:
    """What is wrong with the terms of a throughput, by field; "" where nothing is."""
    return {
        "units": "" if 1 <= units <= MOST_UNITS else f"Model units must be from 1 to {MOST_UNITS}.",
        "hours": _why_not_lease(hours, no_end_reason),
        "name": why_not_a_name(name) if name else "",
    }


def provision(
    model: Model,
    *,
    units: int,
    name: str = "",
    hours: int | None = DEFAULT_HOURS,
    no_end_reason: str = "",
    token: str = "",
    actor: User | None,
    now: datetime,
) -> Throughput:
    """Write down that model units are to be rented, without commitment, for ``hours`` (None: without an end, which
    needs a reason). ``token`` names one press of the button: a repeat returns the same row. Raises Refused.

    >>> provision(Model.objects.get(name="support-tone"), units=1, hours=8, actor=user, now=timezone.now())
    """
    errors = wrong_terms(units=units, hours=hours, no_end_reason=no_end_reason, name=name)
    rates = rates_for(model.base_external_id)
    return _serve(
        Throughput,
        model,
        errors,
        token,
        actor,
        now,
        name=name or model.name,
        units=units,
        ends_at=None if hours is None else now + timedelta(hours=hours),
        no_end_reason=no_end_reason.strip()[:300] if hours is None else "",
        unit_hour=rates.unit_hour,
        price_source=rates.unit_hour_source,
    )


def deploy(model: Model, *, name: str = "", token: str = "", actor: User | None, now: datetime) -> Deployment:
    """Write down that the model is to be deployed on demand: paid by the token, no idle cost. Raises Refused."""
    errors = {"name": why_not_a_name(name) if name else ""}
    return _serve(Deployment, model, errors, token, actor, now, name=name or model.name)


def remove(
    row: ServingResource,
    *,
    actor: User | None,
    now: datetime,
    why: str = REMOVED_BY_HAND,
    only_if: Q | None = None,
) -> None:
    """Ask for its removal: the model is red and not enabled at once; billed until the platform says that it is gone.

    ``only_if`` names what must still be so. Raises Refused when there is nothing to remove, or it is being removed
    already.
    """

    def removing() -> bool:
        columns: dict[str, Any] = {
            "state": ServeState.REMOVING,
            "removal_asked_at": now,
            "ended_because": why[:300],
            "ended_by_name": actor.get_username() if actor else "modelhub",
            "next_check_at": now,
            "changed_at": now,
            "attempts": 0,
        }
        removable = type(row)._default_manager.filter(only_if or Q(), pk=row.pk, state__in=_REMOVABLE)
        return bool(removable.update(**columns))

    if not _changed(row, removing, f"{row.noun} removal", actor, now, why, withdrawn=True):
        raise Refused({"": _why_not_remove(row)})


def extend(
    throughput: Throughput,
    *,
    hours: int,
    actor: User | None,
    now: datetime,
    from_end: datetime | EllipsisType | None = ...,
) -> None:
    """Move the lease's end ``hours`` on, counted from its end. Raises Refused.

    ``from_end`` is the end that somebody saw (None: no end): hours cost money, so a form that is sent twice, or from a
    page that is no longer true, buys nothing.
    """
    if not 1 <= hours <= MOST_HOURS:
        raise Refused({"hours": f"Extend by 1 to {MOST_HOURS} hours."})
    only_if = Q() if from_end is ... else Q(ends_at=from_end)
    _set_end(throughput, lambda end: max(end or now, now) + timedelta(hours=hours), "", actor, now, only_if)


def run_without_end(throughput: Throughput, *, reason: str, actor: User | None, now: datetime) -> None:
    """Take the end away; needs a typed reason. Raises Refused."""
    if why := _why_not_lease(None, reason):
        raise Refused({"reason": why})
    _set_end(throughput, lambda _end: None, reason.strip()[:300], actor, now)


def _serve(
    table: type[Row],
    model: Model,
    errors: dict[str, str],
    token: str,
    actor: User | None,
    now: datetime,
    **columns: Any,
) -> Row:
    if wrong := {field: why for field, why in errors.items() if why}:
        raise Refused(wrong)
    try:
        with transaction.atomic():
            next_revision()  # orders this with every other change of the model: what is read now stays true
            if token and (same := table.objects.filter(request_token=token, model=model).first()):
                return same
            model.refresh_from_db()
            if why := why_not_serve(model, table.noun):
                raise Refused({"": why})
            row = _new_row(table, model, token or new_token(), actor, now, columns)
            reach("intent_written")
    except IntegrityError as clash:
        raise Refused({"": why_not_serve(model, table.noun) or "Somebody else was faster."}) from clash
    reach("intent_committed")
    return row


def _new_row(
    table: type[Row], model: Model, token: str, actor: User | None, now: datetime, columns: dict[str, Any]
) -> Row:
    row = table(
        model=model,
        request_token=token,
        remote_name=remote_name(columns["name"], token),
        state=ServeState.REQUESTED,
        requested_by=actor,
        created_at=now,
        changed_at=now,
        next_check_at=now,
        **columns,
    )
    row.save(force_insert=True)
    tell_model(model, f"{table.noun} requested", now=now, actor=actor, detail=_terms(row))
    return row


def _terms(row: ServingResource) -> dict[str, Any]:
    if not isinstance(row, Throughput):
        return {"name": row.remote_name}
    price = "unknown" if row.unit_hour is None else str(row.unit_hour)
    end = row.ends_at.isoformat() if row.ends_at else f"none: {row.no_end_reason}"
    return {"name": row.remote_name, "units": row.units, "usd_per_unit_hour": price, "lease_ends": end}


def _changed(
    row: ServingResource,
    change: Callable[[], bool],
    action: str,
    actor: User | None,
    now: datetime,
    why: str,
    *,
    withdrawn: bool = False,
) -> bool:
    """Run ``change`` and tell the model of it, in one transaction; False (and nothing written) when it did nothing."""
    with transaction.atomic():
        next_revision()
        done = change()
        if done:
            row.refresh_from_db()
            tell_model(
                row.model, action, now=now, actor=actor, why=why, withdrawn=row.arn if withdrawn else ""
            )
            reach("intent_written")
        else:
            transaction.set_rollback(True)
    if done:
        reach("intent_committed")
    row.refresh_from_db()
    return done


def _set_end(
    throughput: Throughput,
    end: Callable[[datetime | None], datetime | None],
    reason: str,
    actor: User | None,
    now: datetime,
    only_if: Q | None = None,
) -> None:
    def ends_later() -> bool:
        rows = Throughput.objects.filter(only_if or Q(), pk=throughput.pk, state__in=_REMOVABLE)
        present = rows.values_list("ends_at", flat=True).first()
        return bool(
            rows.update(ends_at=end(present), no_end_reason=reason, warned_minutes=None, changed_at=now)
        )

    if not _changed(throughput, ends_later, "lease changed", actor, now, reason):
        raise Refused({"": _why_same_end(throughput)})


def _why_not_lease(hours: int | None, reason: str) -> str:
    if hours is None:
        return "" if len(reason.strip()) >= 3 else "Running without an end needs a reason in words."
    return "" if 1 <= hours <= MOST_HOURS else f"The lease must be from 1 to {MOST_HOURS} hours."


def _why_same_end(row: Throughput) -> str:
    if not row.can_be_removed:
        return f"The {row.noun.label} is {row.state}: it has no lease to change."
    end = f"It ends {row.ends_at:%Y-%m-%d %H:%M} UTC now" if row.ends_at else "It has no end now"
    return f"The lease was changed meanwhile, so nothing was done. {end}."


def _why_not_remove(row: ServingResource) -> str:
    row.refresh_from_db()
    if row.state == ServeState.REMOVING:
        return f"The {row.noun.label} is being removed already."
    return f"The {row.noun.label} is {row.state}: there is nothing to remove."
