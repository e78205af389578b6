"""Reading how often rented throughputs are called, and saying so once when nobody does. Nothing is removed for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

import structlog
from django.conf import settings
from django.db import transaction

from catalog.customs import change_custom_model
from catalog.history import next_revision
from catalog.platforms.base import PlatformError
from customization.capacity.idle import Idle, idle_of
from customization.capacity.states import ServeState
from customization.gateways import usage as platform
from customization.gateways.usage import Usage
from customization.models import Throughput

log = structlog.get_logger(__name__)

# CloudWatch is minutes late: each reading goes over the time before the last one again.
OVERLAP = timedelta(hours=1)
# The first reading of a throughput (or the first after a long pause) looks back so far, and no further.
FURTHEST = timedelta(days=3)


def read_usage(now: datetime) -> int:
    """Read the calls of everything in service, 500 a call; return how many throughputs were read.

    A reading that fails is written down as such: what was known before stays, and nothing is called idle for it.
    """
    rows = list(
        Throughput.objects.filter(state=ServeState.IN_SERVICE).exclude(arn="").select_related("model")
    )
    return sum(_read(batch, start, now) for start, batch in _batches(rows, now))


def usage_of(throughput: Throughput, now: datetime, zone: tzinfo = UTC) -> Idle:
    """What is known of its calls, in words, with moments in ``zone``: pages give their own."""
    return idle_of(
        in_service_since=throughput.in_service_since,
        last_invoked_at=throughput.last_invoked_at,
        usage_read_at=throughput.usage_read_at,
        usage_read_from=throughput.usage_read_from,
        usage_trouble=throughput.usage_trouble,
        now=now,
        hours=settings.IDLE_HOURS,
        zone=zone,
    )


def _batches(rows: list[Throughput], now: datetime) -> Iterable[tuple[datetime, list[Throughput]]]:
    """Those read lately need a short window; a few that were not would make it long for all."""
    lately, late = now - 3 * OVERLAP, now - FURTHEST
    groups: dict[datetime, list[Throughput]] = defaultdict(list)
    for row in rows:
        since = row.usage_read_at or row.in_service_since
        groups[lately if since and since - OVERLAP >= lately else late].append(row)
    for start, group in groups.items():
        for first in range(0, len(group), platform.MOST_METRICS):
            yield start, group[first : first + platform.MOST_METRICS]


def _read(batch: list[Throughput], start: datetime, now: datetime) -> int:
    try:
        found = platform.last_invocations([row.arn for row in batch], start, now)
    except PlatformError as error:
        log.warning("usage_unreadable", throughputs=len(batch), error=error.message, code=error.code)
        found = {row.arn: Usage(trouble=error.message) for row in batch}
    _write(batch, found, start, now)
    for row in batch:
        if row.usage_read_at == now:
            _tell_when_idle(row, now)
    return sum(row.usage_read_at == now for row in batch)


def _write(batch: list[Throughput], found: Mapping[str, Usage], start: datetime, now: datetime) -> None:
    """One statement for all that were read, one for those that were called, one for those whose readings begin here,
    one for each kind of trouble."""
    by_trouble: dict[str, list[int]] = defaultdict(list)
    called, begun = [], []
    for row in batch:
        seen = found[row.arn]
        row.usage_trouble = seen.trouble[:500]
        by_trouble[row.usage_trouble].append(row.pk)
        if seen.trouble:
            continue
        if _begins(row, start):
            row.usage_read_from = start
            begun.append(row.pk)
        row.usage_read_at = now
        if seen.last_invoked_at and (not row.last_invoked_at or seen.last_invoked_at > row.last_invoked_at):
            row.last_invoked_at = seen.last_invoked_at
            called.append(row)
    for trouble, pks in by_trouble.items():
        read = {} if trouble else {"usage_read_at": now}
        Throughput.objects.filter(pk__in=pks).update(usage_trouble=trouble, **read)
    if begun:
        Throughput.objects.filter(pk__in=begun).update(usage_read_from=start)
    Throughput.objects.bulk_update(called, ["last_invoked_at"])


def _begins(row: Throughput, start: datetime) -> bool:
    """Does what is known without a gap begin with this reading? Of a gap nobody knows whether it was called in it."""
    if row.usage_read_from is None or row.usage_read_at is None:
        return True
    return start > row.usage_read_at or start < row.usage_read_from


def _tell_when_idle(row: Throughput, now: datetime) -> None:
    """An Event on the model, once for each stretch without calls: ``idle_told_for`` is the stretch's beginning."""
    idle = usage_of(row, now)
    if not idle.is_idle or row.idle_told_for == idle.since:
        return
    with transaction.atomic():
        next_revision()
        mine = Throughput.objects.filter(
            pk=row.pk, state=ServeState.IN_SERVICE, idle_told_for=row.idle_told_for
        )
        if not mine.update(idle_told_for=idle.since):
            return
        why = f"{row.remote_name}: {idle.words}. It is paid for by the hour: remove it if nobody needs it."
        change_custom_model(row.model, "idle", now=now, why=why)
    log.warning("throughput_idle", throughput=row.pk, since=idle.since, hours=settings.IDLE_HOURS)
