"""Committing what somebody wishes: the row and what it means for its model in one transaction, before any call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from catalog.history import next_revision
from catalog.killpoints import reach
from catalog.models import Model
from customization.capacity.names import remote_name
from customization.capacity.states import ServeState
from customization.models import Deployment, ServingResource, Throughput
from customization.models.resource import new_token
from customization.refusal import Refused
from customization.serving.telling import tell_model

Row = TypeVar("Row", Throughput, Deployment)


def wish_for(
    table: type[Row],
    model: Model,
    why_not: Callable[[], str],
    *,
    token: str,
    actor: User | None,
    now: datetime,
    **columns: Any,
) -> Row:
    """Write down that one is to be made; the same ``token`` again returns the same row. ``why_not`` is asked inside the
    transaction, with ``model`` as it is then. Raises Refused."""
    try:
        with transaction.atomic():
            next_revision()  # orders this with every other change of the model: what is read now stays true
            if token and (same := table.objects.filter(request_token=token, model=model).first()):
                return same
            model.refresh_from_db()
            if why := why_not():
                raise Refused({"": why})
            row = _new_row(table, model, token or new_token(), actor, now, columns)
            reach("intent_written")
    except IntegrityError as clash:
        raise Refused({"": why_not() or "Somebody else was faster."}) from clash
    reach("intent_committed")
    return row


def changed(
    row: ServingResource,
    change: Callable[[], bool],
    action: str,
    actor: User | None,
    now: datetime,
    why: str,
    *,
    detail: dict[str, Any] | None = None,
    withdrawn: bool = False,
) -> bool:
    """Run ``change`` and tell the model of it, in one transaction; False (and nothing written) when it did nothing.

    ``detail`` is read after ``change``, which may have filled it.
    """
    with transaction.atomic():
        next_revision()
        done = change()
        if done:
            row.refresh_from_db()
            gone = row.arn if withdrawn else ""
            tell_model(row.model, action, now=now, actor=actor, why=why, detail=detail, withdrawn=gone)
            reach("intent_written")
        else:
            transaction.set_rollback(True)
    if done:
        reach("intent_committed")
    row.refresh_from_db()
    return done


def _new_row(
    table: type[Row], model: Model, token: str, actor: User | None, now: datetime, columns: dict[str, Any]
) -> Row:
    row = table(
        model=model,
        request_token=token,
        remote_name=remote_name(columns["name"], token),
        state=ServeState.REQUESTED,
        requested_by=actor,
        provisioned_by=actor.get_username() if actor else "modelhub",
        created_at=now,
        changed_at=now,
        next_check_at=now,
        **columns,
    )
    row.save(force_insert=True)
    tell_model(model, f"{table.noun} requested", now=now, actor=actor, detail={"changes": _terms(row)})
    return row


def _terms(row: ServingResource) -> dict[str, Any]:
    """What was bought, as the history shows it: (before, after) by name."""
    if not isinstance(row, Throughput):
        return {"name": [None, row.remote_name]}
    return {
        "name": [None, row.remote_name],
        "model units": [None, row.units],
        "USD per unit-hour": [None, "unknown" if row.unit_hour is None else str(row.unit_hour)],
        "lease ends": [None, end_in_words(row.ends_at, row.no_end_reason)],
    }


def end_in_words(end: datetime | None, reason: str = "") -> str:
    """A lease's end as the history keeps it: history is read in any zone, so it names its own."""
    if end is None:
        return f"no end: {reason}" if reason else "no end"
    return f"{end.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
