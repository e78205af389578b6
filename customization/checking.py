"""Checking a dataset in the worker: streaming from S3, cancellable, with progress, and told in the row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from catalog.models import Model
from catalog.platforms.base import AuthError, PlatformError, TransientError
from customization.datasets import Cancelled, Report, check, family_of, limits_of
from customization.gateways import storage
from customization.gateways.places import StoredObject
from customization.models import Dataset
from customization.states import retry_delay

log = structlog.get_logger(__name__)

# A checker says how far it is every second or so; one that is silent for this long has lost its worker.
LOST_AFTER = timedelta(minutes=3)
TELL_EVERY = 32 << 20
WAITING = (Dataset.State.UPLOADED, Dataset.State.CHECKING)


def due_checks(now: datetime) -> list[Dataset]:
    """Files that wait for their check, or whose checker was lost."""
    return list(Dataset.objects.filter(state__in=WAITING, next_check_at__lte=now).order_by("next_check_at"))


def run_check(dataset: Dataset, now: datetime) -> None:
    """Check one file and write what was found. A second delivery finds it taken and does nothing."""
    taken = Dataset.objects.filter(
        pk=dataset.pk, state__in=WAITING, next_check_at=dataset.next_check_at, next_check_at__lte=now
    ).update(state=Dataset.State.CHECKING, next_check_at=now + LOST_AFTER, bytes_checked=0, trouble="")
    if not taken:
        return
    try:
        report = _read(dataset)
    except Cancelled:
        return
    except PlatformError as error:
        if isinstance(error, TransientError) or _passes(error):
            _put_back(dataset, error, now)
            return
        _end(dataset, Dataset.State.UNREADABLE, trouble=f"{error.message} {error.way_out}")
    except Exception:
        _end(
            dataset,
            Dataset.State.UNREADABLE,
            trouble="modelhub itself failed; the worker's log has the details.",
        )
        log.exception("check_defect", dataset=dataset.pk)
    else:
        _record(dataset, report)


def _passes(error: PlatformError) -> bool:
    """Expired or lacking credentials are no fault of the file; being denied this very object is told at once."""
    return isinstance(error, AuthError) and error.code not in ("AccessDenied", "403")


def _read(dataset: Dataset) -> Report:
    base = Model.objects.filter(platform="bedrock", external_id=dataset.base_external_id).first()
    told = 0

    def on_progress(done: int) -> None:
        nonlocal told
        if done - told >= TELL_EVERY:
            told = done
            alive = Dataset.objects.filter(pk=dataset.pk, state=Dataset.State.CHECKING).update(
                bytes_checked=done, next_check_at=timezone.now() + LOST_AFTER
            )
            if not alive:
                raise Cancelled

    modalities = base.input_modalities if base else ()
    there = StoredObject(dataset.place, dataset.size, dataset.etag, dataset.version_id)
    return check(
        storage.read(there),
        family_of(dataset.base_external_id, modalities),
        dataset.purpose,
        limits=limits_of(dataset.base_external_id, dataset.purpose, modalities),
        on_progress=on_progress,
    )


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
    with transaction.atomic():
        Dataset.objects.filter(pk=dataset.pk, state=Dataset.State.CHECKING).update(
            state=state, next_check_at=None, **columns
        )


def _put_back(dataset: Dataset, error: PlatformError, now: datetime) -> None:
    Dataset.objects.filter(pk=dataset.pk, state=Dataset.State.CHECKING).update(
        state=Dataset.State.UPLOADED,
        next_check_at=now + retry_delay(1, error.retry_after),
        trouble=f"{error.message} It is tried again by itself.",
    )
