"""What the worker does. Each task is short, takes ids, and is safe to run twice and in parallel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.models import SyncRun
from catalog.schedule import due_platforms, waiting_runs
from catalog.sync import execute, give_up_lost, request_sync, start
from catalog.sync_apply import end_lives

log = structlog.get_logger(__name__)


def nudge(run: SyncRun) -> None:
    """Tell a worker about a requested run once it is committed. A dead broker is no harm: the tick finds the row."""

    def send() -> None:
        try:
            sync.delay(run.pk)
        except (OperationalError, OSError) as error:
            log.warning("nudge_lost", run=run.pk, error=str(error))

    transaction.on_commit(send)


@shared_task(name="catalog.tasks.sync")
def sync(run_id: int) -> None:
    """Run one requested sync; a second delivery finds it taken and does nothing."""
    run = SyncRun.objects.filter(pk=run_id).first()
    if run and start(run):
        execute(run)


@shared_task(name="catalog.tasks.tick")
def tick() -> None:
    """Find what is due in the database: lost runs, lives that ended, syncs to start, runs whose nudge was lost."""
    now = timezone.now()
    steps: tuple[Callable[[datetime], object], ...] = (give_up_lost, end_lives, _request_due, _nudge_waiting)
    for step in steps:
        try:
            step(now)
        except SoftTimeLimitExceeded:
            raise  # the worker ends this task: the next tick begins anew
        except Exception:
            # One broken step must not stop the others; the next tick tries it again.
            log.exception("tick_step_failed", step=step.__name__)


def _request_due(now: datetime) -> None:
    for platform in due_platforms(now):
        nudge(request_sync(platform, now=now))


def _nudge_waiting(now: datetime) -> None:
    for run in waiting_runs(now):
        nudge(run)
