"""How one sees from outside that a worker works: messages sent to it, what it says of itself, the rows it writes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tests.chaos.services import eventually

HELD = "held"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
CREATES = ("CreateProvisionedModelThroughput", "CreateCustomModelDeployment", "CreateModelCustomizationJob")


def consumes(name: str, seconds: float) -> float:
    """The moment at which the worker has carried out a message sent from now on; 0 when it did not in time."""
    from django.db import Error, close_old_connections
    from kombu.exceptions import OperationalError

    from modelhub.celery import app
    from modelhub.models import Heartbeat

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        close_old_connections()
        try:
            app.send_task("modelhub.tasks.heartbeat", [name], expires=20)
            for _ in range(4):
                if Heartbeat.objects.filter(name=name).exists():
                    return time.monotonic()
                time.sleep(0.05)
        except (Error, OperationalError, OSError):
            time.sleep(0.1)
    return 0.0


def heard(name: str) -> datetime:
    """When a worker last carried out a heartbeat of this name."""
    from modelhub.models import Heartbeat

    row = Heartbeat.objects.filter(name=name).first()
    return row.seen_at if row else LONG_AGO


def deliver_many_times() -> None:
    """The same tick to everybody who wants it, five times at once."""
    from kombu.exceptions import OperationalError

    from modelhub.celery import app

    for _ in range(5):
        try:
            app.send_task("customization.tasks.tick", task_id="one-and-the-same")
        except (OperationalError, OSError):
            return


@contextmanager
def held_by_a_lock() -> Iterator[int]:
    """The process that is in the middle of a task, which was sent once and is not acknowledged: its heartbeat waits for
    a row that we hold until the block ends. Nobody but a second delivery can write that row afterwards."""
    from django.db import transaction

    from modelhub.celery import app
    from modelhub.models import Heartbeat

    Heartbeat.objects.update_or_create(name=HELD, defaults={"seen_at": LONG_AGO})
    with transaction.atomic():
        Heartbeat.objects.select_for_update().get(name=HELD)
        with app.connection_for_write() as fresh:
            sent = app.send_task("modelhub.tasks.heartbeat", [HELD], connection=fresh).id
        found: list[int] = []
        eventually(lambda: found.extend(_unacknowledged().get(sent, [])) or found, 20, "the held task runs")
        yield found[0]


@contextmanager
def held_while_buying(control: Any) -> Iterator[list[int]]:
    """The processes whose Create was carried out by the platform while they still wait for its answer. Somebody has to
    ask for something meanwhile."""
    control.clear_faults()
    for operation in CREATES:
        control.fail("timeout", platform="bedrock", operation=operation, seconds=8, applied=True)
    try:
        eventually(lambda: len(control.faults()) < len(CREATES), 30, "somebody buys something")
        control.clear_faults()
        before = _unacknowledged()
        time.sleep(0.2)  # another task that runs by chance is over by then
        after = _unacknowledged()
        yield [pid for task in before.keys() & after.keys() for pid in after[task]]
    finally:
        control.clear_faults()


def _unacknowledged() -> dict[str, list[int]]:
    """What the worker is at: the process of each task that it has not acknowledged, by the task's id."""
    from modelhub.celery import app

    with app.connection_for_write() as fresh:  # one that is kept may be to a Redis that was killed
        told = app.control.inspect(timeout=3, limit=1, connection=fresh).active() or {}
    return {
        task["id"]: [task["worker_pid"]]
        for tasks in told.values()
        for task in tasks
        if task["worker_pid"] and not task["acknowledged"]
    }


def make_due() -> None:
    """Whatever a look that was killed still holds (for 90 seconds) is due now: as if the time had gone by."""
    from django.utils import timezone

    from customization.models import CustomizationJob, Deployment, Throughput

    now = timezone.now()
    for table in (CustomizationJob, Deployment, Throughput):
        table.objects.filter(next_check_at__gt=now).update(next_check_at=now)
