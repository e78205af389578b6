"""Writing down what a look at a throughput or deployment has shown: by compare-and-swap, with the model's facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from catalog.history import next_revision
from catalog.killpoints import reach
from customization.capacity.decide import Act, Decision
from customization.capacity.observation import RemoteServing
from customization.capacity.states import ENDED, ServeState
from customization.models import ServingResource, Throughput
from customization.serving.telling import tell_model


def record(row: ServingResource, seen: RemoteServing | None, decision: Decision, now: datetime) -> None:
    """Write what was seen, and the change of state that was decided, with an Event."""
    columns = _seen_columns(row, seen, now) if seen else {}
    columns["next_check_at"] = None if decision.delay is None else now + decision.delay
    if decision.act != Act.DELETE:  # how that goes is not known yet
        columns |= {"attempts": 0 if seen else row.attempts + 1, "trouble": "", "alarm": decision.alarm}
    if decision.state == ServeState.IN_SERVICE and seen and not seen.failure:
        columns |= {
            "failure": "",
            "failure_at": None,
        }  # a move is seen by a Get, which tells failures: it has none
    if decision.state is None:
        _note(row, columns, now)
    else:
        change_state(row, decision.state, now, why=decision.why, **columns)


def change_state(
    row: ServingResource, state: ServeState, now: datetime, *, why: str = "", **columns: Any
) -> bool:
    """Move the row to ``state`` and tell its model, in one transaction; False when somebody else moved it, or sent it
    to the platform, since it was read."""
    before = row.state
    columns |= {"state": state, "changed_at": now, "attempts": 0}
    if state == ServeState.REMOVED:
        columns["ended_because"] = row.ended_because or why
    if state == ServeState.FAILED:
        columns["failed_at"] = now
    if state == ServeState.IN_SERVICE and isinstance(row, Throughput):
        columns["in_service_at"] = row.in_service_at or now
    if state == ServeState.REFUSED:
        columns |= {"failure": why, "ended_because": f"refused: {why}"[:300]}
    if state in ENDED:
        columns |= {"next_check_at": None, "trouble": "", "alarm": ""}
        columns["billed_until"] = now if row.billed_from else None
    with transaction.atomic():
        next_revision()  # first, as everywhere: the lock on it orders all changes
        moved = row.move(before, only_if=Q(sent_at=row.sent_at), **columns)
        if moved:
            told = row.failure or why or row.ended_because
            tell_model(
                row.model,
                f"{row.noun} {state.value}",
                now=now,
                why=told,
                detail=_evidence(row),
                withdrawn=row.arn if state in (ServeState.REMOVED, ServeState.FAILED) else "",
            )
        else:
            transaction.set_rollback(True)
        reach("before_commit")
    reach("committed")
    return moved


def _note(row: ServingResource, columns: dict[str, Any], now: datetime) -> None:
    """Write what was seen of one that stays as it is. That its units have changed is told: it costs other money."""
    units = row.units if isinstance(row, Throughput) else None
    if columns.get("units", units) == units:
        row.move(row.state, **columns)
        return
    with transaction.atomic():
        next_revision()
        if row.move(row.state, **columns):
            changes = {"model units": [units, columns["units"]]}
            tell_model(row.model, f"{row.noun} units changed", now=now, detail={"changes": changes})


def _seen_columns(row: ServingResource, seen: RemoteServing, now: datetime) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "arn": seen.arn,
        "remote_word": seen.word[:100],
        "seen_at": now,
        "billed_from": seen.created_at or row.billed_from or now,
    }
    if seen.failure:
        columns["failure"] = seen.failure
        columns["failure_at"] = row.failure_at if row.failure == seen.failure and row.failure_at else now
    if isinstance(row, Throughput) and seen.units:
        columns["units"] = seen.units  # what is billed is what the platform says
    return columns


def _evidence(row: ServingResource) -> dict[str, Any]:
    known = {
        "arn": row.arn,
        "platform_says": row.remote_word,
        "aws_request_id": row.last_request_id,
        "ended_because": row.ended_because,
    }
    return {key: value for key, value in known.items() if value}
