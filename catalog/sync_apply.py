"""Write a plan: all of it or nothing, with an Event per change, in a constant number of queries per batch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from catalog.columns import SYNCED, Columns
from catalog.facts import Colour, Lifecycle, Platform
from catalog.history import event, next_revision
from catalog.models import Event, Model, SyncRun
from catalog.sync_plan import Known, Plan

BATCH = 500
_PRESENCE = ("listed", "missed_syncs", "rev", "changed_at")


class LostRun(Exception):
    """The run was given up (its worker was thought dead) while it was still working; nothing was written."""


def known_rows(platform: Platform, kinds: Iterable[str]) -> dict[str, Known]:
    """Read what we hold of a platform, one query, only the columns that a sync compares."""
    rows = Model.objects.filter(platform=platform, kind__in=list(kinds)).values_list(
        "external_id", "listed", "missed_syncs", *SYNCED
    )
    return {
        row[0]: Known(dict(zip(SYNCED, row[3:], strict=True)), listed=row[1], missed_syncs=row[2])
        for row in rows.iterator(chunk_size=2000)
    }


def apply_plan(
    run: SyncRun, plan: Plan, seen: dict[str, Columns], now: datetime, outcome: dict[str, Any]
) -> None:
    """Write the plan and end the run with ``outcome`` in one transaction. Raises LostRun if it was given up."""
    with transaction.atomic():
        rev = (
            next_revision()
        )  # also for a sync that changed no model: pages show when the list was last fresh
        if not plan.is_empty:
            _write(run, plan, seen, now, rev)
        ended = SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.RUNNING).update(
            state=SyncRun.State.SUCCEEDED, stage="", finished_at=now, **outcome
        )
        if not ended:
            raise LostRun


def _write(run: SyncRun, plan: Plan, seen: dict[str, Columns], now: datetime, rev: int) -> None:
    before = _status_of(run.platform, [*plan.changed, *plan.returned, *plan.missed])
    present = {key: seen[key] for key in [*plan.added, *plan.changed, *plan.returned]}
    _upsert(run.platform, present, now, rev)
    _mark_missing(run.platform, plan, now, rev)
    touched = [*present, *plan.missed]
    after = {model.external_id: model for model in _in_batches(run.platform, touched)}
    Event.objects.bulk_create(_events(run, plan, before, after, now), batch_size=BATCH)


def _upsert(platform: str, present: dict[str, Columns], now: datetime, rev: int) -> None:
    """Insert or refresh the fact columns; what people decided (enabled, overrides) is not among them."""
    rows = [
        Model(
            platform=platform,
            external_id=key,
            rev=rev,
            changed_at=now,
            listed=True,
            missed_syncs=0,
            **columns,
        )
        for key, columns in present.items()
    ]
    Model.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["platform", "external_id"],
        update_fields=[*SYNCED, *_PRESENCE],
    )


def _mark_missing(platform: str, plan: Plan, now: datetime, rev: int) -> None:
    by_count: dict[int, list[str]] = {}
    for key, missed in plan.missed.items():
        by_count.setdefault(missed, []).append(key)
    gone = set(plan.gone)
    for missed, keys in by_count.items():
        for batch in _batches(keys):
            Model.objects.filter(platform=platform, external_id__in=batch).update(
                missed_syncs=missed, listed=not gone.issuperset(batch), rev=rev, changed_at=now
            )


def _events(
    run: SyncRun, plan: Plan, before: dict[str, str], after: dict[str, Model], now: datetime
) -> Iterable[Event]:
    gone = set(plan.gone)
    actions = dict.fromkeys(plan.changed, "changed")
    actions |= {key: "gone" if key in gone else "missed" for key in plan.missed}
    actions |= dict.fromkeys(plan.returned, "returned") | dict.fromkeys(plan.added, "added")
    for key, action in actions.items():
        model = after[key]
        detail = {"changes": plain_changes(plan.changed[key])} if key in plan.changed else {}
        yield event(
            model,
            action,
            now=now,
            from_status=before.get(key, ""),
            to_status=model.status,
            why=_why(action, plan.missed.get(key, 0)),
            detail=detail,
            sync_run=run,
        )


def _why(action: str, missed: int) -> str:
    return {
        "missed": f"absent from {missed} complete sync(s) in a row",
        "gone": f"absent from {missed} complete syncs in a row",
    }.get(action, "")


def plain_changes(changes: dict[str, tuple[object, object]]) -> dict[str, list[Any]]:
    """Field by field [old, new] in words JSON can hold."""
    return {name: [_plain(old), _plain(new)] for name, (old, new) in changes.items()}


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _status_of(platform: str, keys: list[str]) -> dict[str, str]:
    return {model.external_id: model.status for model in _in_batches(platform, keys)}


def _in_batches(platform: str, keys: list[str]) -> Iterable[Model]:
    for batch in _batches(list(dict.fromkeys(keys))):
        yield from Model.objects.filter(platform=platform, external_id__in=batch).only(
            "external_id", "name", "status"
        )


def _batches(keys: list[str]) -> Iterable[list[str]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def end_lives(now: datetime) -> int:
    """Turn models whose end-of-life date has passed into ended ones, with an Event each; return how many."""
    due = Model.objects.filter(end_of_life_at__lte=now).exclude(lifecycle=Lifecycle.ENDED)
    if not due.exists():
        return 0
    with transaction.atomic():
        rev = next_revision()
        models = list(due)
        Model.objects.filter(pk__in=[model.pk for model in models]).update(
            lifecycle=Lifecycle.ENDED, rev=rev, changed_at=now
        )
        Event.objects.bulk_create(
            event(
                model,
                "ended",
                now=now,
                from_status=model.status,
                to_status=Colour.RED,
                why=f"end of life on {model.end_of_life_at:%Y-%m-%d}",
            )
            for model in models
        )
    return len(models)
