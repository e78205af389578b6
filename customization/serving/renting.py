"""Throughputs and deployments as people mean them: provision, deploy, remove, extend. Each writes an intent that is
committed before any call; reconcile does the rest. Nothing here speaks to the platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from types import EllipsisType
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q

from catalog.facts import BuildState, Kind, Platform
from catalog.models import Model
from customization.capacity.lease import DEFAULT_HOURS, MOST_HOURS, Lease
from customization.capacity.names import why_not_a_name
from customization.capacity.states import LIVE, Noun, ServeState
from customization.models import TABLES, Deletion, Deployment, ServingResource, Throughput
from customization.prices import rates_for
from customization.pricing import rate_in_words
from customization.refusal import Refused
from customization.serving.intents import changed, end_in_words, wish_for

MOST_UNITS = 100
REMOVED_BY_HAND = "removed by an admin"
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


def wrong_terms(*, units: int, lease: Lease, name: str = "") -> dict[str, str]:
    """What is wrong with the terms of a throughput, by field; "" where nothing is."""
    return {
        "units": "" if 1 <= units <= MOST_UNITS else f"Model units must be from 1 to {MOST_UNITS}.",
        **lease.wrong(),
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
    shown_unit_hour: Decimal | EllipsisType | None = ...,
    actor: User | None,
    now: datetime,
) -> Throughput:
    """Write down that model units are to be rented, without commitment, for ``hours`` (None: without an end, which
    needs a reason). ``token`` names one press of the button: a repeat returns the same row. Raises Refused.

    ``shown_unit_hour`` is the price that somebody has agreed to (None: that it is unknown): at another one nothing is
    bought.

    >>> provision(Model.objects.get(name="support-tone"), units=1, hours=8, actor=user, now=timezone.now())
    """
    lease = Lease(hours, no_end_reason)
    _refuse_any(wrong_terms(units=units, lease=lease, name=name))
    rates = rates_for(model.base_external_id)
    return wish_for(
        Throughput,
        model,
        lambda: why_not_serve(model, Noun.THROUGHPUT) or _why_other_price(shown_unit_hour, rates.unit_hour),
        token=token,
        actor=actor,
        now=now,
        name=name or model.name,
        units=units,
        ends_at=lease.end(now),
        no_end_reason=lease.reason,
        unit_hour=rates.unit_hour,
        price_source=rates.unit_hour_source,
    )


def deploy(model: Model, *, name: str = "", token: str = "", actor: User | None, now: datetime) -> Deployment:
    """Write down that the model is to be deployed on demand: paid by the token, no idle cost. Raises Refused."""
    _refuse_any({"name": why_not_a_name(name) if name else ""})
    return wish_for(
        Deployment,
        model,
        lambda: why_not_serve(model, Noun.DEPLOYMENT),
        token=token,
        actor=actor,
        now=now,
        name=name or model.name,
    )


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
            "alarm": "",  # what it was about is answered by this
        }
        removable = type(row)._default_manager.filter(only_if or Q(), pk=row.pk, state__in=_REMOVABLE)
        return bool(removable.update(**columns))

    if not changed(row, removing, f"{row.noun} removal", actor, now, why, withdrawn=True):
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
    endless = Lease(None, reason)
    _refuse_any(endless.wrong())
    _set_end(throughput, lambda _end: None, endless.reason, actor, now)


def _set_end(
    throughput: Throughput,
    end: Callable[[datetime | None], datetime | None],
    reason: str,
    actor: User | None,
    now: datetime,
    only_if: Q | None = None,
) -> None:
    changes: dict[str, list[str]] = {}

    def ends_later() -> bool:
        rows = Throughput.objects.filter(only_if or Q(), pk=throughput.pk, state__in=_REMOVABLE)
        present = rows.values_list("ends_at", flat=True).first()
        wanted = end(present)
        changes["lease ends"] = [end_in_words(present), end_in_words(wanted)]
        return bool(rows.update(ends_at=wanted, no_end_reason=reason, warned_minutes=None, changed_at=now))

    detail = {"changes": changes}
    if not changed(throughput, ends_later, "lease changed", actor, now, reason, detail=detail):
        raise Refused({"": _why_same_end(throughput)})


def _refuse_any(errors: Mapping[str, str]) -> None:
    if wrong := {field: why for field, why in errors.items() if why}:
        raise Refused(wrong)


def _why_other_price(shown: Decimal | EllipsisType | None, today: Decimal | None) -> str:
    if shown is ... or shown == today:
        return ""
    now = "not known any more" if today is None else f"{rate_in_words(today)} per unit-hour now"
    before = "it was unknown" if shown is None else f"it was {rate_in_words(shown)}"
    return f"The price is {now}; {before} when you were asked. Nothing was bought: look again."


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
