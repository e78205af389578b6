"""Checking a dataset in the worker: streaming from S3, cancellable, with progress, and told in the row."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from catalog.models import Model
from catalog.platforms.base import AuthError, PlatformError, TransientError
from customization.datasets import Report, check, family_of, limits_of
from customization.gateways import storage
from customization.gateways.places import StoredObject
from customization.models import Dataset
from customization.states import retry_delay

log = structlog.get_logger(__name__)

# A checker says how far it is every few seconds (it may after each MiB); one that is silent for this long has lost
# its worker. By the clock, not by bytes: a file of nothing but mistakes takes seconds a MiB.
LOST_AFTER = timedelta(minutes=3)
TELL_EVERY = 2.0
# A check that no worker has begun by then is handed out again; its message has expired.
QUEUED_FOR = timedelta(seconds=60)
WAITING = (Dataset.State.UPLOADED, Dataset.State.CHECKING)
TOO_LONG = (
    "The check took over an hour and was ended. Split the file into smaller ones, or correct its rows first: rows that "
    "are right are checked many times faster."
)


class Cancelled(Exception):
    """The check is not ours any more: somebody cancelled it, or another checker has it."""


def due_checks(now: datetime) -> list[Dataset]:
    """Files that wait for their check, or whose checker was lost: as many as may be under way beside the others.

    Checks last up to an hour and share the worker with the tick that ends leases: they must never take all its places.
    """
    due = Dataset.objects.filter(state__in=WAITING, next_check_at__lte=now).order_by("next_check_at", "pk")
    return list(due[: max(0, settings.CHECKS_AT_ONCE - _under_way(now))])


def _under_way(now: datetime) -> int:
    return Dataset.objects.filter(state=Dataset.State.CHECKING, next_check_at__gt=now).count()


def hand_out(now: datetime) -> list[tuple[int, datetime]]:
    """Reserve a place for each check that may begin now: (dataset, the ticket its checker must show).

    The ticket is the row's new due time. Until then the row counts as under way and is not handed out again.
    """
    return [(row.pk, now + QUEUED_FOR) for row in due_checks(now) if _reserve(row, now)]


def _reserve(dataset: Dataset, now: datetime) -> bool:
    ticket = now + QUEUED_FOR
    same = Dataset.objects.filter(pk=dataset.pk, state__in=WAITING, next_check_at=dataset.next_check_at)
    if not same.update(state=Dataset.State.CHECKING, next_check_at=ticket):
        return False
    if _under_way(now) <= settings.CHECKS_AT_ONCE:
        return True
    # Two ticks took different files at once. Each looks after it has taken: at least one sees both and gives back.
    mine = Dataset.objects.filter(pk=dataset.pk, state=Dataset.State.CHECKING, next_check_at=ticket)
    mine.update(state=Dataset.State.UPLOADED, next_check_at=now)
    return False


def check_now(chosen: QuerySet[Dataset], now: datetime) -> int:
    """Have files that wait for their check, or could not be read, checked as soon as there is a place; how many.

    One that is being checked goes on, and a finished report stays: jobs were made with it.
    """
    may = (Dataset.State.UPLOADED, Dataset.State.UNREADABLE)
    return (
        chosen.order_by()
        .filter(state__in=may)
        .update(state=Dataset.State.UPLOADED, next_check_at=now, trouble="")
    )


def run_check(dataset: Dataset, now: datetime, ticket: datetime | None = None) -> None:
    """Check one file and write what was found. A second delivery finds it taken and does nothing.

    ``next_check_at`` is also the sign of who checks: a checker that was given up for lost and comes back finds another
    time there, and writes nothing. Who has no ``ticket`` takes only what is due.
    """
    if not _take(dataset, now, ticket):
        return
    try:
        _record(dataset, _read(dataset))
    except Cancelled:
        return
    except SoftTimeLimitExceeded:
        _end(dataset, Dataset.State.UNREADABLE, trouble=TOO_LONG)
    except PlatformError as error:
        if isinstance(error, TransientError) or _passes(error):
            _put_back(dataset, error, now)
            return
        _end(dataset, Dataset.State.UNREADABLE, trouble=f"{error.message} {_way_out(error)}")
    except Exception:
        _end(
            dataset,
            Dataset.State.UNREADABLE,
            trouble="modelhub itself failed; the worker's log has the details.",
        )
        log.exception("check_defect", dataset=dataset.pk)


def _take(dataset: Dataset, now: datetime, ticket: datetime | None) -> bool:
    until = now + LOST_AFTER
    waiting = Dataset.objects.filter(pk=dataset.pk, state__in=WAITING)
    if ticket:
        mine = waiting.filter(next_check_at=ticket)
    else:
        mine = waiting.filter(next_check_at=dataset.next_check_at, next_check_at__lte=now)
    taken = mine.update(state=Dataset.State.CHECKING, next_check_at=until, bytes_checked=0, trouble="")
    dataset.next_check_at = until
    return bool(taken)


def _way_out(error: PlatformError) -> str:
    if isinstance(error, AuthError):
        return (
            "modelhub may not read it: docs/operations.md, “What AWS must allow”, names the rights it needs. Then have "
            "it checked again."
        )
    return "The file was not checked. Upload it again, or give its address again."


def _passes(error: PlatformError) -> bool:
    """Expired or lacking credentials are no fault of the file; being denied this very object is told at once."""
    return isinstance(error, AuthError) and error.code not in ("AccessDenied", "403")


def modalities_of(base_external_id: str) -> list[str]:
    """What a base model reads, as far as the list knows it: it decides the rules for names that are new to us."""
    known = Model.objects.filter(platform="bedrock", external_id=base_external_id)
    return list(known.values_list("input_modalities", flat=True).first() or ())


def _read(dataset: Dataset) -> Report:
    told = time.monotonic()

    def on_progress(done: int) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_EVERY:
            told = time.monotonic()
            _tell(dataset, done)

    modalities = modalities_of(dataset.base_external_id)
    there = StoredObject(dataset.place, dataset.size, dataset.etag, dataset.version_id)
    return check(
        storage.read(there),
        family_of(dataset.base_external_id, modalities),
        dataset.purpose,
        limits=limits_of(dataset.base_external_id, dataset.purpose, modalities),
        on_progress=on_progress,
    )


def _ours(dataset: Dataset) -> QuerySet[Dataset]:
    """The row, while it is we who check it."""
    return Dataset.objects.filter(
        pk=dataset.pk, state=Dataset.State.CHECKING, next_check_at=dataset.next_check_at
    )


def _tell(dataset: Dataset, done: int) -> None:
    """Say how far the check is. Raises Cancelled when it was cancelled, or taken by another checker."""
    until = timezone.now() + LOST_AFTER
    if not _ours(dataset).update(bytes_checked=done, next_check_at=until):
        raise Cancelled
    dataset.next_check_at = until


def _record(dataset: Dataset, report: Report) -> None:
    _end(
        dataset,
        Dataset.State.VALID if report.valid else Dataset.State.INVALID,
        report=report.as_json(),
        rows=report.rows,
        tokens=report.tokens,
        sha256=report.sha256,
        fingerprint=report.fingerprint,
        bytes_checked=dataset.size,
        checked_at=timezone.now(),
    )


def _end(dataset: Dataset, state: str, **columns: Any) -> None:
    _ours(dataset).update(state=state, next_check_at=None, **columns)


def _put_back(dataset: Dataset, error: PlatformError, now: datetime) -> None:
    """Have it tried again, each time after a longer pause. The tries are counted where the report will be."""
    tries = dataset.report.get("tries", 0) + 1
    _ours(dataset).update(
        state=Dataset.State.UPLOADED,
        next_check_at=now + retry_delay(tries - 1, error.retry_after),
        report={"tries": tries},
        trouble=f"{error.message} It is tried again by itself.",
    )
