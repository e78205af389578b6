"""Every change of a model goes through here: it takes the next revision first and leaves an Event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F

from catalog.models import Event, Model, Revision, SyncRun

SYSTEM = "modelhub"


def next_revision() -> int:
    """Return a new revision number, to be written into ``Model.rev`` of every row this transaction changes.

    Taken *first*: the lock on the one row orders all changes, so a page that has seen revision n has seen
    everything up to n. Raises AssertionError outside a transaction, where it would order nothing.
    """
    if not connection.in_atomic_block:
        raise AssertionError("next_revision() must be called inside transaction.atomic()")
    while not Revision.objects.filter(pk=1).update(number=F("number") + 1):
        # The very first change; of two at once the second waits here for the first.
        Revision.objects.bulk_create([Revision(pk=1)], ignore_conflicts=True)
    return Revision.objects.values_list("number", flat=True).get(pk=1)


def current_revision() -> int:
    """The number of the last committed change; 0 before the first."""
    # By hand: every open page asks this every few seconds, and building the query costs 20 times the query.
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM catalog_revision WHERE id = 1")
        row = cursor.fetchone()
    return row[0] if row else 0


def event(
    model: Model,
    action: str,
    *,
    now: datetime,
    actor: User | None = None,
    from_status: str = "",
    to_status: str = "",
    why: str = "",
    detail: Mapping[str, Any] | None = None,
    sync_run: SyncRun | None = None,
) -> Event:
    """Build (not save) the Event of one change, with the request id of the log lines around it."""
    return Event(
        model=model,
        at=now,
        action=action,
        from_status=from_status,
        to_status=to_status,
        why=why[:2000],
        detail=dict(detail or {}),
        actor=actor,
        actor_name=actor.get_username() if actor else SYSTEM,
        request_id=structlog.contextvars.get_contextvars().get("request_id", "")[:200],
        sync_run=sync_run,
    )
