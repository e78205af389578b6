"""Asking the platform to make or to remove a throughput or deployment, and understanding its refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError
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
from customization.capacity.decide import SHOWS_WITHIN
from customization.capacity.observation import ServingRequest
from customization.capacity.states import ENDED, ServeState, check_delay
from customization.gateways import serving as platform
from customization.models import CustomizationJob, ServingResource, Throughput
from customization.names import tags
from customization.postponing import named_by, postpone
from customization.serving.recording import change_state

log = structlog.get_logger(__name__)

NAME_IN_USE_TRIES = 4
# What the platform removes is gone within seconds; an accepted removal that takes so long needs a person.
REMOVAL_OVERDUE = timedelta(minutes=15)
# Every minute of a removal that is put off costs money: it is tried again more often than other things.
REMOVAL_PAUSE = timedelta(seconds=60)


def send(row: ServingResource, now: datetime) -> None:
    """Ask the platform to make it. That it was asked is committed first: from then on the platform may know it."""
    before = row.sent_at
    if not row.move(row.state, only_if=Q(sent_at=before), sent_at=now):
        return  # somebody removed it, or sends it, since the row was read: nothing may be bought now
    reach("before_send")
    try:
        accepted = platform.create(row.noun, _request(row))
    except PlatformError as error:
        _not_taken(row, error, now, before)
        return
    reach("accepted")
    if not accepted.arn:
        # Taken, or no answer at all (HTTP 200 without a body looks alike): the next look finds it by its name.
        postpone(row, TransientError("The platform answered without naming it."), now)
        return
    log.info("serving_created", noun=row.noun, row=row.pk, arn=accepted.arn)
    known: dict[str, Any] = {"arn": accepted.arn, "billed_from": now, "last_request_id": accepted.request_id}
    later = now + check_delay(ServeState.CREATING)
    if not change_state(row, ServeState.CREATING, now, **known, trouble="", alarm="", next_check_at=later):
        _keep(row, known, now)


def _keep(row: ServingResource, known: dict[str, Any], now: datetime) -> None:
    """The row has moved on since Create was sent (its removal was asked for): what was bought must not be forgotten."""
    nameless = type(row)._default_manager.filter(pk=row.pk, arn="")
    if nameless.exclude(state__in=sorted(ENDED)).update(**known):
        return
    row.refresh_from_db()
    if row.state in ENDED and not row.arn:
        _reopen(row, known, now)


def _reopen(row: ServingResource, known: dict[str, Any], now: datetime) -> None:
    """It was given up while the call was under way for minutes, and it was bought all the same: it has to go."""
    log.error("serving_bought_after_its_end", noun=row.noun, row=row.pk, **known)
    why = "The platform took the request after it was given up: it is removed."
    again = {"failure": "", "billed_until": None, "next_check_at": now, "removal_asked_at": now,
             "ended_because": why, "ended_by_name": "modelhub"}  # fmt: skip
    try:
        change_state(row, ServeState.REMOVING, now, why=why, **known, **again)
    except IntegrityError:  # the model has another one already
        platform.delete(row.noun, known["arn"])


def ask_removal(row: ServingResource, now: datetime) -> None:
    """Ask the platform to remove it; a later look finds whether it is gone."""
    reach("before_delete")
    try:
        request_id = platform.delete(row.noun, row.arn or row.remote_name)
    except PlatformError as error:
        postpone(row, error, now, most=REMOVAL_PAUSE)
        return
    log.info("serving_delete_sent", noun=row.noun, row=row.pk)
    reach("delete_accepted")
    alarm = _why_overdue(row, now)
    row.move(row.state, attempts=0, trouble="", alarm=alarm, last_request_id=request_id)


def _why_overdue(row: ServingResource, now: datetime) -> str:
    """What to tell of a removal that the platform takes again and again and does not carry out; "" before that."""
    since = row.removal_asked_at or row.changed_at
    if now - since <= REMOVAL_OVERDUE:
        return ""
    billed = ", and counts as billed until it is gone" if isinstance(row, Throughput) else ""
    return (
        f"The platform accepts its removal, asked for since {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC, but still "
        f"shows it{billed}. Delete {row.arn or row.remote_name} in the AWS console; if AWS does not do that "
        "either, open a support case."
    )


def _request(row: ServingResource) -> ServingRequest:
    return ServingRequest(
        name=row.remote_name,
        token=row.request_token,
        model_arn=row.model.arn,
        units=row.units if isinstance(row, Throughput) else None,
        tags=tags(settings.INSTANCE, row.request_token),
    )


def _not_taken(row: ServingResource, error: PlatformError, now: datetime, before: datetime | None) -> None:
    """A refused Create. Quota is the usual first answer: it ends the wish, for nobody wants to be surprised by a
    purchase days later. But not while an earlier Create may have been accepted without our knowing."""
    unresolved = before is not None and now - before < SHOWS_WITHIN
    stubborn = (
        isinstance(error, ConflictError)
        and row.trouble == error.message
        and row.attempts >= NAME_IN_USE_TRIES
    )
    final = isinstance(error, CapacityError | PermanentError) or stubborn
    if final and not unresolved and not _is_newborn(row, error, now):
        change_state(row, ServeState.REFUSED, now, why=error.message, **named_by(error.request_id))
        return
    unsent = before is None and isinstance(error, AuthError)
    postpone(row, error, now, sent_at=None if unsent else row.sent_at)


def _is_newborn(row: ServingResource, error: PlatformError, now: datetime) -> bool:
    """A model whose training has just ended may still be Creating, and nothing may serve it yet: that passes."""
    ended = CustomizationJob.objects.filter(model=row.model_id).values_list("ended_at", flat=True).first()
    return isinstance(error, PermanentError) and ended is not None and now - ended < SHOWS_WITHIN
