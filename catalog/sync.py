"""Refresh the list from a platform: ask for a run, run it, keep at most one alive per platform."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from catalog.columns import columns_of
from catalog.facts import Platform
from catalog.history import next_revision
from catalog.models import SyncRun
from catalog.platforms.base import CatalogPlatform, Listing, PlatformError
from catalog.sync_apply import LostRun, apply_plan, known_rows, plain_changes
from catalog.sync_plan import Implausible, Plan, plan_sync

log = structlog.get_logger(__name__)

# A run that has not ended so long after its start has lost its worker: a sync of 10,000 models takes seconds.
LOST_AFTER = timedelta(minutes=10)
NAMED_IN_RESULT = 200


class AlreadyRunning(Exception):
    """A sync of this platform is alive; ``run`` is it."""

    def __init__(self, run: SyncRun) -> None:
        super().__init__(f"A sync of {run.get_platform_display()} is already {run.state} (run {run.pk}).")
        self.run = run


def sync_platform(
    platform: Platform | str, *, actor: User | None = None, accept_shrink: bool = False
) -> SyncRun:
    """Refresh one platform's models now, in this process, and return the finished SyncRun.

    ``run.state`` is "succeeded" or "failed"; a platform's failure is recorded, not raised.
    Raises ValueError for an unknown platform, AlreadyRunning while another sync of it runs.

    >>> run = sync_platform("bedrock")
    >>> run.state, run.added_count, run.error_message
    ('succeeded', 123, '')
    """
    run = request_sync(platform, actor=actor, accept_shrink=accept_shrink)
    if not start(run):
        raise AlreadyRunning(run)
    return execute(run)


def request_sync(
    platform: Platform | str,
    *,
    actor: User | None = None,
    accept_shrink: bool = False,
    now: datetime | None = None,
) -> SyncRun:
    """Write down that a sync is wanted. Returns the one already alive if there is one: two clicks, one run."""
    wanted = SyncRun(
        platform=Platform(platform),
        requested_by=actor,
        requested_at=now or timezone.now(),
        accept_shrink=accept_shrink,
        stage="Waiting for a worker",
    )
    try:
        return _insert(wanted)
    except IntegrityError:
        alive = SyncRun.objects.filter(platform=wanted.platform, state__in=SyncRun.LIVE)
        if accept_shrink:  # a run that has started keeps what it was told
            _move(alive.filter(state=SyncRun.State.REQUESTED), accept_shrink=True)
        return alive.first() or _insert(wanted)  # the live run may have ended since the refusal


def _insert(run: SyncRun) -> SyncRun:
    with transaction.atomic():
        next_revision()
        run.save(force_insert=True)
    return run


def start(run: SyncRun, now: datetime | None = None) -> bool:
    """Take a requested run; False when somebody else has it already. Two deliveries of a task, one start."""
    return _move(
        SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.REQUESTED),
        state=SyncRun.State.RUNNING,
        started_at=now or timezone.now(),
        stage="Asking the platform",
    )


def execute(run: SyncRun) -> SyncRun:
    """Do a started run to its end and return it fresh. Whatever happens is written into the run."""
    try:
        listing = adapter_for(run.platform).list_models()
        run.refresh_from_db()
        _compare_and_save(run, listing)
    except PlatformError as error:
        _fail(run, error.word, error.message, error.code, error.way_out, error.request_id)
    except Implausible as error:
        _fail(run, "implausible", str(error), error.code, error.way_out)
    except LostRun:
        log.warning("sync_lost", run=run.pk, platform=run.platform)
    except Exception:
        # Our own mistake: the run must not stay "running" until somebody thinks it lost.
        _fail(run, "defect", "modelhub itself failed; the worker's log has the details.")
        log.exception("sync_defect", run=run.pk, platform=run.platform)
    except BaseException:
        # Ctrl-C in a command, or the worker's time limit: the platform must not stay blocked by a run that is over.
        _fail(run, "transient", "The sync was interrupted. Nothing was changed.", way_out="Sync again.")
        raise
    run.refresh_from_db()
    log.info("sync_ended", run=run.pk, platform=run.platform, state=run.state, error=run.error_message)
    return run


def adapter_for(platform: str) -> CatalogPlatform:
    """Load a platform's adapter: named in settings, so that a web process never imports the vendors' SDKs."""
    adapter: type[CatalogPlatform] = import_string(settings.CATALOG_PLATFORMS[platform])
    return adapter()


def _compare_and_save(run: SyncRun, listing: Listing) -> None:
    now = timezone.now()
    _stage(run, f"Comparing {len(listing.models)} models")
    seen = {info.external_id: columns_of(info, now) for info in listing.models}
    plan = plan_sync(
        known_rows(Platform(run.platform), listing.covers), seen, accept_shrink=run.accept_shrink
    )
    _stage(run, f"Saving {len(plan.added)} new and {len(plan.changed)} changed models")
    apply_plan(run, plan, seen, timezone.now(), _outcome(plan, listing))


def _stage(run: SyncRun, words: str) -> None:
    _move(SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.RUNNING), stage=words)


def _move(runs: QuerySet[SyncRun], **columns: Any) -> bool:
    """Compare-and-swap: write the columns if the runs are still as the filter says; pages are told at once."""
    with transaction.atomic():
        next_revision()
        return bool(runs.update(**columns))


def _outcome(plan: Plan, listing: Listing) -> dict[str, Any]:
    refused = [{"what": refusal.what, "why": refusal.why} for refusal in listing.refused]
    return {
        "seen": len(listing.models),
        "added_count": len(plan.added),
        "changed_count": len(plan.changed),
        "gone_count": len(plan.gone),
        "refused_count": len(refused),
        "result": {
            "added": [{"id": key, "name": row["name"]} for key, row in plan.added.items()][:NAMED_IN_RESULT],
            "changed": [{"id": key, "changes": plain_changes(row)} for key, row in plan.changed.items()][
                :NAMED_IN_RESULT
            ],
            "returned": plan.returned[:NAMED_IN_RESULT],
            "missed": dict(list(plan.missed.items())[:NAMED_IN_RESULT]),
            "gone": plan.gone[:NAMED_IN_RESULT],
            "refused": refused[:NAMED_IN_RESULT],
            "unchanged": plan.unchanged,
        },
    }


def _fail(
    run: SyncRun, word: str, message: str, code: str = "", way_out: str = "", request_id: str = ""
) -> None:
    _move(
        SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.RUNNING),
        state=SyncRun.State.FAILED,
        stage="",
        finished_at=timezone.now(),
        error_word=word,
        error_code=code[:200],
        error_message=message[:4000],
        way_out=way_out,
        request_id=request_id[:200],
    )


def give_up_lost(now: datetime) -> bool:
    """End runs whose worker was killed, so that the next one can start; say whether there were any."""
    lost = SyncRun.objects.filter(state=SyncRun.State.RUNNING, started_at__lt=now - LOST_AFTER)
    return lost.exists() and _move(
        lost,
        state=SyncRun.State.FAILED,
        stage="",
        finished_at=now,
        error_word="transient",
        error_message="The worker was lost before the sync ended. Nothing was changed.",
        way_out="Sync again.",
    )
