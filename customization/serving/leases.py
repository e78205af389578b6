"""Every throughput has an end: warnings before it, and then it is removed by the same path as by a person."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Q

from catalog.customs import change_custom_model
from catalog.history import next_revision
from customization.capacity.states import LIVE, ServeState
from customization.models import Throughput
from customization.refusal import Refused
from customization.serving.renting import remove

log = structlog.get_logger(__name__)

WARN_MINUTES = (10, 60)  # the shortest first
_RUNNING = sorted(LIVE - {ServeState.REMOVING})


def mind_leases(now: datetime) -> int:
    """Remove what has reached its end and warn of what is near it; return how many were removed."""
    horizon = now + timedelta(minutes=max(WARN_MINUTES))
    removed = 0
    for throughput in Throughput.objects.filter(state__in=_RUNNING, ends_at__lte=horizon).select_related(
        "model"
    ):
        try:
            if throughput.ends_at and throughput.ends_at <= now:
                removed += _end(throughput, now)
            else:
                _warn(throughput, now)
        except SoftTimeLimitExceeded:
            raise
        except Exception:  # one that is broken must not keep the others running
            log.exception("lease_defect", throughput=throughput.pk)
    return removed


def _end(throughput: Throughput, now: datetime) -> int:
    try:
        remove(throughput, actor=None, now=now, why="its lease ended", only_if=Q(ends_at__lte=now))
    except Refused:  # somebody removed or extended it a moment ago
        return 0
    log.info("lease_ended", throughput=throughput.pk)
    return 1


def _warn(throughput: Throughput, now: datetime) -> None:
    minutes = _due_warning(throughput, now)
    if minutes is None or (throughput.warned_minutes is not None and throughput.warned_minutes <= minutes):
        return
    with transaction.atomic():
        next_revision()  # first, as everywhere: two that lock in another order would wait for each other
        mine = Throughput.objects.filter(
            pk=throughput.pk,
            state=throughput.state,
            ends_at=throughput.ends_at,
            warned_minutes=throughput.warned_minutes,
        )
        if not mine.update(warned_minutes=minutes):
            transaction.set_rollback(True)  # nothing is written: the revision stays
            return
        why = f"less than {minutes} minutes left: extend it, or it is removed"
        change_custom_model(throughput.model, "lease ends soon", now=now, why=why)
    log.warning("lease_ends_soon", throughput=throughput.pk, minutes=minutes)


def _due_warning(throughput: Throughput, now: datetime) -> int | None:
    """The shortest warning whose time has come. A lease that is no longer than a warning is not warned of from its
    first second: whoever chose an hour knows that it is one."""
    end, start = throughput.ends_at, throughput.created_at
    return next(
        (
            minutes
            for minutes in WARN_MINUTES
            if end and end <= now + timedelta(minutes=minutes) and end > start + timedelta(minutes=minutes)
        ),
        None,
    )
