"""How fresh the list is: the last word of each platform, for the line above the table and its banners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

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
    succeeded = Max("finished_at", filter=Q(state=SyncRun.State.SUCCEEDED))
    ends = {
        platform: (last, at)
        for platform, last, at in SyncRun.objects.order_by()
        .values("platform")
        .annotate(last=Max("id"), at=succeeded)
        .values_list("platform", "last", "at")
    }
    newest = SyncRun.objects.filter(pk__in=[last for last, _ in ends.values()]).order_by().defer("result")
    runs = {run.pk: run for run in newest}
    states = []
    for platform in Platform:
        last, at = ends.get(platform.value, (None, None))
        states.append(SyncState(platform, runs.get(last), at))
    return states


def any_live(states: list[SyncState]) -> bool:
    return any(state.is_live for state in states)
