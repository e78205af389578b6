"""How fresh the list is: the last word of each platform, for the line above the table and its banners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from catalog.facts import Platform
from catalog.models import SyncRun


@dataclass(frozen=True)
class SyncState:
    """One platform: its newest run, and when a run last succeeded."""

    platform: Platform
    run: SyncRun | None
    succeeded_at: datetime | None

    @property
    def label(self) -> str:
        return self.platform.label

    @property
    def is_live(self) -> bool:
        return bool(self.run and self.run.is_live)

    @property
    def trouble(self) -> SyncRun | None:
        """The newest run if it failed: statuses are as of ``succeeded_at`` then."""
        return self.run if self.run and self.run.state == SyncRun.State.FAILED else None


def sync_states() -> list[SyncState]:
    """Two queries, whatever the number of runs."""
    newest = SyncRun.objects.order_by().values("platform").annotate(last=Max("id")).values("last")
    runs = {run.platform: run for run in SyncRun.objects.filter(id__in=newest).defer("result")}
    succeeded = dict(
        SyncRun.objects.filter(state=SyncRun.State.SUCCEEDED)
        .order_by()
        .values_list("platform")
        .annotate(at=Max("finished_at"))
    )
    return [SyncState(p, runs.get(p.value), succeeded.get(p.value)) for p in Platform]


def any_live(states: list[SyncState]) -> bool:
    return any(state.is_live for state in states)
