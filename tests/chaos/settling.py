"""After the faults: passes until nothing changes.

A *pass* is one look at everything: the clock moves past the platform's lags and its own durations, past claims, and
past the longest pause that any row may take (``verdicts.timing``: whatever due time a row has, it is not waited for);
then the worker's tick runs, with no fault, and once more when that tick itself has made something due at once: the
results of a model go after the model is seen to be gone. Only while the platform itself has refused, in that very tick,
what a row asks for, and for a reason that may pass (a name in use, a fresh role), a minute goes by and the tick runs
again: such a refusal is final after some tries, which the beat meets within minutes. The first pass and the last (which
must change nothing) look for strangers, too: discovery. A pass *changed* something when a state, an ARN or a fact of a
model differs afterwards (``snapshots.digest``), or when something was born or died on the platform. What takes two
calls in order (ask for a removal, then see that it is gone) takes two passes, and no story takes more.

If the platform spoke an unknown word, there is a look before the passes: what is believed of that word is judged, and
then the platform speaks plainly again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.chaos import snapshots
from tests.chaos.evidence import is_refused, may_pass, time_of
from tests.chaos.snapshots import Snapshot
from tests.chaos.steps import DISCOVER, LOOK, Step
from tests.chaos.world import World

LAG = 120.0  # of lists and of Get: the most that any schedule plays
# A list that lags shows the end of trainings and creations, too; claims are over, and so is the longest pause.
BETWEEN = timedelta(seconds=LAG + 240)
ALLOWED = 2
MOST = 6
TRIES = 6  # a refusal that may pass is final after so many
CALLS = 40  # the newest of the platform's; more are not made in one look
_TABLES = ("throughputs", "deployments", "jobs", "deletions")
_LEASE_NEAR = timedelta(hours=2)


def settle(world: World) -> int:
    """Let everything come to rest; the number of passes that still changed something."""
    world.control._call("POST", "calm", {})
    world.skew = 0.0
    _hear_plain_words(world)
    shape, changed, quiet = _shape(world, snapshots.take()), 0, 0
    for number in range(1, MOST + 1):
        _wait(world, snapshots.take(), first=number == 1)
        _look(world)
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
    return any(row["attempts"] and row["next_check_at"] for table in _TABLES for row in rows[table])


def _difference(was: Any, shape: Any) -> str:
    before, after = was[0], shape[0]
    rows = [f"{key}: {before.get(key)} → {value}" for key, value in after.items() if before.get(key) != value]
    return "; ".join(rows) or f"births and deaths: {was[1:]} → {shape[1:]}"


def _shape(world: World, rows: Snapshot) -> Any:
    """Our states and facts, how many things were ever born on the platform, and how many died."""
    seen = world.control._call("GET", "counts", query={"limit": 0})
    return snapshots.digest(rows), seen["births"], seen["deaths"]


def _hear_plain_words(world: World) -> None:
    """What is called by a word that nobody knows is looked at without any fault; then the platform takes it back."""
    if any(moment.step.what == "says" for moment in world.moments):
        world.do(Step("wait", seconds=BETWEEN.total_seconds()))
        world.do(LOOK)
        world.control._call("POST", "words", {"word": "", "arns": []})


def _look(world: World) -> None:
    """The tick, and what the beat would make of it within seconds or minutes: see above."""
    world.do(LOOK)
    if _is_due(world.moments[-1].rows, world.now):
        _look_after(world, 5.0)
    for _ in range(TRIES):
        if not _is_refused_for_now(world):
            return
        _look_after(world, 60.0)


def _look_after(world: World, seconds: float) -> None:
    world.do(Step("wait", seconds=seconds))
    world.do(LOOK)


def _is_refused_for_now(world: World) -> bool:
    """Did the platform turn a row's wish away in this very look, though it may take it a minute later?"""
    rows = world.moments[-1].rows
    asking = {
        row["request_token"] for t in _TABLES for row in rows[t] if row["attempts"] and row["next_check_at"]
    }
    if not asking:
        return False
    calls = world.control._call("GET", "counts", query={"limit": CALLS})["calls"]
    now = [call for call in calls if time_of(call["at"]) == world.now and call["token"] in asking]
    return any(is_refused(call) and may_pass(call) for call in now)


def _is_due(rows: Snapshot, now: datetime) -> bool:
    due = [row["next_check_at"] for table in _TABLES for row in rows[table]]
    return any(each and datetime.fromisoformat(each) <= now for each in due)


def _wait(world: World, rows: Snapshot, *, first: bool) -> None:
    moment = world.now + BETWEEN
    if first:
        moment = max([moment, *_ending_leases(world, rows)])
    world.do(Step("wait", seconds=(moment - world.now).total_seconds()))


def _ending_leases(world: World, rows: Snapshot) -> list[datetime]:
    """A lease that would end while we watch is over before the first pass: its end is no recovery."""
    ends = [datetime.fromisoformat(row["ends_at"]) for row in rows["throughputs"] if row["ends_at"]]
    return [end + timedelta(seconds=1) for end in ends if end < world.now + _LEASE_NEAR]
