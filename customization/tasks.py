"""What the worker does for customization. Each task is short or streaming, takes ids, and is safe to run twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from celery import Task, shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.killpoints import reach
from catalog.platforms.base import PlatformError
from customization import checking, discovery, price_refresh
from customization.abandoned import abort_abandoned
from customization.deleting import reconcile_deletions
from customization.models import Dataset
from customization.reconcile import reconcile_jobs
from customization.serving.leases import mind_leases
from customization.serving.reconcile import reconcile_serving
from customization.serving.usage import read_usage as read_usage_of_all

log = structlog.get_logger(__name__)


def nudge() -> None:
    """Have the worker look soon, once this transaction is committed. A dead broker is no harm: the tick looks too."""
    _send_soon(tick, expires=30)


def nudge_discovery() -> None:
    """Have a worker look at the platform soon; a lost nudge waits for the beat."""
    _send_soon(discover, expires=300)


def nudge_prices() -> None:
    """Have a worker read AWS's price list soon; a lost nudge waits for the beat."""
    _send_soon(refresh_prices, expires=300)


def _send_soon(task: Task, *, expires: float) -> None:
    """Once this transaction is committed; ``expires``: seconds after which nobody needs it any more."""

    def send() -> None:
        try:
            task.apply_async(expires=expires)
        except (OperationalError, OSError) as error:
            log.warning("nudge_lost", task=task.name, error=str(error))

    transaction.on_commit(send)


@shared_task(name="customization.tasks.tick")
def tick() -> None:
    """Look at everything that is due."""
    run_steps(timezone.now)
    reach("before_ack")


def run_steps(clock: Callable[[], datetime]) -> None:
    """One look at everything that is due; a step that fails does not keep the others from their work.

    Each step asks ``clock`` anew: one before it may have waited minutes for a platform that hangs, and what is sent,
    claimed or ended must not be written down as of then.
    """
    for step in STEPS:
        try:
            step(clock())
        except SoftTimeLimitExceeded:
            raise  # the worker ends this task: the next tick begins anew
        except Exception as error:  # what is wrong with one must not keep the others from saving money
            log.error("tick_step_failed", step=step.__name__, exc_info=error)


def _start_checks(now: datetime) -> None:
    for pk, ticket in checking.hand_out(now):
        # A message that no worker takes in time is stale: the next tick hands the check out again.
        check_dataset.apply_async((pk, ticket.isoformat()), expires=checking.QUEUED_FOR.total_seconds())


# What costs money goes first.
STEPS: tuple[Callable[[datetime], object], ...] = (
    mind_leases,
    reconcile_serving,
    reconcile_deletions,
    reconcile_jobs,
    abort_abandoned,
    _start_checks,
)


@shared_task(name="customization.tasks.check_dataset", soft_time_limit=3600, time_limit=3700)
def check_dataset(dataset_id: int, ticket: str = "") -> None:
    """Check one file; a second delivery finds it taken."""
    dataset = Dataset.objects.filter(pk=dataset_id).first()
    if dataset and dataset.next_check_at:
        shown = datetime.fromisoformat(ticket) if ticket else None
        checking.run_check(dataset, timezone.now(), shown)


@shared_task(name="customization.tasks.discover")
def discover() -> None:
    """Look for jobs, custom models, throughputs and deployments on the platform that are not ours."""
    try:
        discovery.discover(timezone.now())
    except PlatformError as error:
        log.warning("discover_postponed", error=error.message, code=error.code)
    reach("before_ack")


@shared_task(name="customization.tasks.read_usage")
def read_usage() -> None:
    """Look how often the rented throughputs are called."""
    read_usage_of_all(timezone.now())


@shared_task(name="customization.tasks.refresh_prices")
def refresh_prices() -> None:
    """Read AWS's price list when it is due: once a day, or because somebody asked."""
    price_refresh.refresh_due(timezone.now())
