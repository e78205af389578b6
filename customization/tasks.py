"""What the worker does for customization. Each task is short or streaming, takes ids, and is safe to run twice."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.platforms.base import PlatformError
from customization import checking, discovery, uploads
from customization.models import Dataset
from customization.reconcile import reconcile_jobs

log = structlog.get_logger(__name__)


def nudge() -> None:
    """Have the worker look soon, once this transaction is committed. A dead broker is no harm: the tick looks too."""

    def send() -> None:
        try:
            tick.apply_async(expires=30)
        except (OperationalError, OSError) as error:
            log.warning("nudge_lost", error=str(error))

    transaction.on_commit(send)


@shared_task(name="customization.tasks.tick")
def tick() -> None:
    """Look at every job and file that is due."""
    now = timezone.now()
    reconcile_jobs(now)
    uploads.abort_abandoned(now)
    for dataset in checking.due_checks(now):
        check_dataset.delay(dataset.pk)


@shared_task(name="customization.tasks.check_dataset", soft_time_limit=3600, time_limit=3700)
def check_dataset(dataset_id: int) -> None:
    """Check one file; a second delivery finds it taken."""
    dataset = Dataset.objects.filter(pk=dataset_id).first()
    if dataset and dataset.next_check_at:
        checking.run_check(dataset, timezone.now())


@shared_task(name="customization.tasks.discover")
def discover() -> None:
    """Look for jobs and custom models on the platform that are not ours."""
    try:
        discovery.discover(timezone.now())
    except PlatformError as error:
        log.warning("discover_postponed", error=error.message, code=error.code)
