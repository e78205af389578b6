"""Taking in a throughput or deployment that modelhub has no row for, or whose row it has closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q

from catalog.history import next_revision
from catalog.killpoints import reach
from catalog.models import Model
from customization.capacity.lease import Lease
from customization.capacity.observation import RemoteServing
from customization.capacity.states import ENDED, LIVE, Noun, ServeState, state_of
from customization.gateways import serving as platform
from customization.models import TABLES, Found, ServingResource, Throughput
from customization.models.resource import new_token
from customization.models.serving import END_NOT_KNOWN
from customization.prices import rates_for
from customization.radar.refusal import Refused
from customization.serving.telling import tell_model


def adopt_serving(
    found: Found, *, actor: User | None, now: datetime, why: str = "", lease: Lease | None = None
) -> Model:
    """Take a throughput or deployment in: from now on its model is called by it, and it can be removed.

    A throughput gets the ``lease`` that somebody chose, or, when it comes home by itself (None), no end and an alarm.
    Raises Refused with the reason.
    """
    noun = Noun(found.noun)
    there = platform.get(noun, found.arn, hurried=True)  # a person waits, or it is tried again
    if there is None:
        raise Refused(f"{found.name} is not on the platform any more.")
    if obstacle := there.commitment.why_not_adopt(now):
        raise Refused(obstacle)
    model = _model_behind(there)
    try:
        with transaction.atomic():
            next_revision()  # orders this with every other change of the model: what is read now stays true
            _must_be_free(model, noun)
            own = _closed_row(noun, found)
            row = (
                _reopen(own, model, there, lease, now)
                if own
                else _new_row(noun, model, found, there, actor, lease, now)
            )
            action = "found again" if own else f"{noun} adopted"
            model = tell_model(model, action, now=now, actor=actor, why=why, detail=_terms(row))
            Found.objects.filter(pk=found.pk).update(state=Found.State.ADOPTED, note="")
            reach("before_commit")
    except IntegrityError as clash:
        raise Refused(f"{found.name} was adopted a moment ago.") from clash
    reach("committed")
    return model


def _model_behind(there: RemoteServing) -> Model:
    if ":foundation-model/" in there.model_arn:
        raise Refused(
            f"{there.name} serves a base model: modelhub rents for custom models only. Mark it as not ours, "
            "or remove it in the AWS console."
        )
    known = Model.objects.filter(arn=there.model_arn, kind="custom").exclude(arn="")
    model = known.filter(archived_at=None).first()
    if model is None and known.exists():
        raise Refused(f"Its model {known[0].name} is deleted here. Remove {there.name} in the AWS console.")
    if model is None:
        raise Refused(f"Its model {there.model_arn} is not in the list: adopt that first.")
    return model


def _must_be_free(model: Model, noun: Noun) -> None:
    live = TABLES[noun].objects.filter(model=model, state__in=sorted(LIVE)).first()
    if live:
        raise Refused(
            f"{model.name} has a {noun.label} already ({live}, {live.state}), and modelhub follows one a model. "
            "Remove one of the two."
        )


def _closed_row(noun: Noun, found: Found) -> ServingResource | None:
    """Our own row of it, which modelhub believed to be over."""
    same = Q(arn=found.arn)
    if found.token and found.instance == settings.INSTANCE:
        same |= Q(arn="", request_token=found.token)
    rows = TABLES[noun].objects.filter(same, state__in=sorted(ENDED))
    return rows.order_by("-arn").first()


def _new_row(
    noun: Noun,
    model: Model,
    found: Found,
    there: RemoteServing,
    actor: User | None,
    lease: Lease | None,
    now: datetime,
) -> ServingResource:
    row = TABLES[noun](
        model=model,
        name=there.name[:63],
        remote_name=there.name[:63],
        request_token=_token(noun, found),
        requested_by=actor,
        provisioned_by=f"somebody on AWS, adopted by {actor.get_username()}"
        if actor
        else "not known any more",
        created_at=there.created_at or now,
        sent_at=there.created_at or now,
        **_as_shown(noun, model, there, lease, now),
    )
    row.save(force_insert=True)
    return row


def _reopen(
    row: ServingResource, model: Model, there: RemoteServing, lease: Lease | None, now: datetime
) -> ServingResource:
    if row.model_id != model.pk:
        raise Refused(f"It served {row.model.name} when modelhub knew it, and serves {model.name} now.")
    columns = _as_shown(row.noun, model, there, lease, now)
    again: dict[str, Any] = {
        "billed_until": None,
        "removal_asked_at": None,
        "ended_because": "",
        "ended_by_name": "",
    }
    if not row.move(row.state, **columns, **again):
        raise Refused(f"{row} was adopted a moment ago.")
    row.refresh_from_db()
    return row


def _as_shown(
    noun: Noun, model: Model, there: RemoteServing, lease: Lease | None, now: datetime
) -> dict[str, Any]:
    state = state_of(there.word)
    columns: dict[str, Any] = {
        "adopted": True,
        "arn": there.arn,
        "state": state,
        "remote_word": there.word,
        "failure": there.failure,
        "failed_at": now if state == ServeState.FAILED else None,
        "billed_from": there.created_at or now,
        "seen_at": now,
        "changed_at": now,
        "next_check_at": now,
        "attempts": 0,
    }
    return columns | (
        _terms_of(model, there, state, now) | _end(lease, now) if noun == Noun.THROUGHPUT else {}
    )


def _terms_of(model: Model, there: RemoteServing, state: ServeState, now: datetime) -> dict[str, Any]:
    """Today's price stands for the one paid, unless it was bought for a term: that has a price of its own, which nobody
    told."""
    rates = rates_for(model.base_external_id)
    return {
        "units": there.units or 1,
        "unit_hour": None if there.commitment else rates.unit_hour,
        "price_source": "" if there.commitment else rates.unit_hour_source[:300],
        "in_service_at": (there.created_at or now) if state == ServeState.IN_SERVICE else None,
    }


def _end(lease: Lease | None, now: datetime) -> dict[str, Any]:
    """Whoever adopts it chooses an end, so that it can't be forgotten. What comes home by itself gets none: it would be
    deleted at that end though nobody ever clicked, and it may be another installation's."""
    if lease is None:
        return {"ends_at": None, "no_end_reason": END_NOT_KNOWN, "warned_minutes": None}
    return {"ends_at": lease.end(now), "no_end_reason": lease.reason, "warned_minutes": None}


def _token(noun: Noun, found: Found) -> str:
    """The token it was asked for with, when that was this installation and no other row has it; else a new one."""
    ours = found.token and found.instance == settings.INSTANCE
    if ours and not TABLES[noun].objects.filter(request_token=found.token).exists():
        return found.token
    return new_token()


def _terms(row: ServingResource) -> dict[str, Any]:
    told: dict[str, Any] = {"arn": row.arn, "name": row.remote_name, "platform_says": row.remote_word}
    if isinstance(row, Throughput):
        price = "unknown" if row.unit_hour is None else str(row.unit_hour)
        end = row.ends_at.isoformat() if row.ends_at else f"none: {row.no_end_reason}"
        told |= {"units": row.units, "usd_per_unit_hour": price, "lease_ends": end}
    return told
