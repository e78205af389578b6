"""When a platform is synced by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from catalog.facts import Platform
from catalog.models import SyncRun

NUDGE_AGAIN_AFTER = timedelta(seconds=15)
FIRST_RETRY = timedelta(minutes=2)


def pause_after(failures: int, every: timedelta) -> timedelta:
    """How long to wait after a run: the full interval after success, 2, 4, 8 … minutes after failures in a row."""
    return min(every, FIRST_RETRY * 2 ** (failures - 1)) if failures else every


def due_platforms(now: datetime) -> Iterable[Platform]:
    """Platforms that were never synced, or whose last run ended long enough ago; none while one is alive."""
    every = timedelta(minutes=settings.SYNC_EVERY_MINUTES)
    for platform in Platform:
        last = list(SyncRun.objects.filter(platform=platform)[:10])
        if not last:
            yield platform
        elif not last[0].is_live:
            failures = next((i for i, run in enumerate(last) if run.state != SyncRun.State.FAILED), len(last))
            if now - (last[0].finished_at or last[0].requested_at) >= pause_after(failures, every):
                yield platform


def waiting_runs(now: datetime) -> Iterable[SyncRun]:
    """Requested runs that no worker has taken: their message was lost with the broker."""
    return SyncRun.objects.filter(state=SyncRun.State.REQUESTED, requested_at__lt=now - NUDGE_AGAIN_AFTER)
