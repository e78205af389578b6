"""After the faults: passes until nothing changes.

A *pass* is one look at everything that is due: the clock moves past the platform's lags and its own durations, past
claims, and past the due time of every row that waits for one; then the worker's tick runs once, with no fault. The
first pass and the last (which must change nothing) look for strangers, too: discovery. A pass *changed* something when
a state, an ARN or a fact of a model differs afterwards (``snapshots.digest``), or when something was born or died
on the platform. What takes two calls in order (ask for a removal, then see that it is gone) takes two passes, and no
story takes more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.chaos import snapshots
from tests.chaos.snapshots import Snapshot
from tests.chaos.steps import DISCOVER, LOOK, Step
from tests.chaos.world import World

LAG = 120.0  # of lists and of Get: the most that any schedule plays
BETWEEN = timedelta(
    seconds=LAG + 240
)  # a list that lags shows the end of trainings and creations, too; claims are over
ALLOWED = 2
MOST = 6
_LEASE_NEAR = timedelta(hours=2)


def settle(world: World) -> int:
    """Let everything come to rest; the number of passes that still changed something."""
    world.control.clear_faults()
    world.control.clear_serving_scripts()
    world.control.clear_job_scripts()
    world.control._call("POST", "account", {"other": False})
    world.skew = 0.0
    shape, changed, quiet = _shape(world, snapshots.take()), 0, 0
    for number in range(1, MOST + 1):
        _wait_for_all(world, snapshots.take(), first=number == 1)
        world.do(LOOK)
        if number == 1:
            world.do(DISCOVER)
        was, shape = shape, _shape(world, world.moments[-1].rows)
        if shape == was and number > 1:
            world.do(DISCOVER)
            shape = _shape(world, world.moments[-1].rows)
        if shape != was:
            changed, quiet = number, 0
            world.unrest = _difference(was, shape)
            continue
        quiet += 1
        # A row that counts fruitless looks may draw its conclusion from the next one.
        if quiet > 1 or not _counting(world.moments[-1].rows):
            break
    return changed


def _counting(rows: Snapshot) -> bool:
    return any(
        row["attempts"] and row["next_check_at"]
        for table in ("throughputs", "deployments", "jobs", "deletions")
        for row in rows[table]
    )


def _difference(was: Any, shape: Any) -> str:
    before, after = was[0], shape[0]
    rows = [f"{key}: {before.get(key)} → {value}" for key, value in after.items() if before.get(key) != value]
    return "; ".join(rows) or f"births and deaths: {was[1:]} → {shape[1:]}"


def _shape(world: World, rows: Snapshot) -> Any:
    """Our states and facts, how many things were ever born on the platform, and how many died."""
    seen = world.control._call("GET", "evidence")
    births = [birth for birth in seen["created"] if birth["kind"] != "model"]  # those come with their jobs
    return snapshots.digest(rows), len(births), len(seen["deaths"])


def _wait_for_all(world: World, rows: Snapshot, *, first: bool) -> None:
    due = [
        datetime.fromisoformat(row["next_check_at"])
        for table in ("throughputs", "deployments", "jobs", "deletions")
        for row in rows[table]
        if row["next_check_at"]
    ]
    moment = max([world.now + BETWEEN, *(each + timedelta(seconds=1) for each in due)])
    if first:
        moment = max([moment, *_ending_leases(world, rows)])
    world.do(Step("wait", seconds=(moment - world.now).total_seconds()))


def _ending_leases(world: World, rows: Snapshot) -> list[datetime]:
    """A lease that would end while we watch is over before the first pass: its end is no recovery."""
    ends = [datetime.fromisoformat(row["ends_at"]) for row in rows["throughputs"] if row["ends_at"]]
    return [end + timedelta(seconds=1) for end in ends if end < world.now + _LEASE_NEAR]
