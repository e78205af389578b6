"""What people asked for, and were told would happen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tests.chaos.evidence import ENDED, Evidence, Row, time_of
from tests.chaos.snapshots import Snapshot
from tests.chaos.verdicts import results
from tests.chaos.verdicts.timing import row_in, sure_looks
from tests.chaos.world import Moment

# An extension adds whole hours; two at once add both.
_LEAST_EXTENSION = timedelta(hours=1)


def wishes_are_kept(e: Evidence) -> list[str]:
    """Who was told that it is done, removed, stopped or extended finds it so; a lease that is over has ended; results
    that were to go with their model are gone."""
    broken, alive = [], e.alive()
    living = {birth["token"] for birth in e.births("throughput", "deployment") if birth["arn"] in alive}
    for noun in ("throughputs", "deployments"):
        for row in e.rows[noun]:
            if _asked(e, noun, row) and row["state"] not in ("removing", *ENDED):
                broken.append(f"{noun[:-1]} {row['id']} was asked to be removed, and is {row['state']}")
            if _asked(e, noun, row) and row["request_token"] in living:
                broken.append(
                    f"{noun[:-1]} {row['id']} was asked to be removed, and what was made for it lives"
                )
            ends = row.get("ends_at")
            if ends and time_of(ends) < e.now and row["state"] not in ("removing", *ENDED):
                broken.append(f"throughput {row['id']}: its lease ended at {ends}, and it is {row['state']}")
    return [*broken, *_unstopped(e), *_not_extended(e), *_not_shown(e), *results.left(e)]


def _asked(e: Evidence, table: str, row: Row) -> bool:
    """Was an action that removes it called done, or its wish seen in the row?"""
    what = {"throughputs": "remove", "deployments": "undeploy"}[table]
    done = ((moment.step.what, pk) for moment, pk in _done(e.moments, table))
    return (what, row["id"]) in done or any(
        each["id"] == row["id"] and each["removal_asked_at"]
        for moment in e.moments
        for each in moment.rows[table]
    )


def _done(moments: tuple[Moment, ...] | list[Moment], table: str) -> Iterator[tuple[Moment, int]]:
    """Actions that were called done, with their row in this table."""
    for moment in moments:
        value = moment.end.value or {}
        if moment.step.kind == "act" and moment.end.end == "done" and value.get("table") == table:
            yield moment, value["pk"]


def _unstopped(e: Evidence) -> list[str]:
    """A job that was to be stopped, and that workers could look at twice before it ended, was not left to complete."""
    ends = {job["jobArn"]: job for job in e.platform["jobs"] if job["status"] == "Completed"}
    broken = []
    for job in e.rows["jobs"]:
        there = ends.get(job["arn"])
        lags = e.switches.get("get_lag_seconds") or e.switches.get("list_lag_seconds")
        if not job["stop_wanted"] or not there or lags:
            continue
        wanted = {
            id(after): before
            for before, moments, after in e.turns()
            if (row := row_in(before, "jobs", job["id"])) and row["stop_wanted"] and row["arn"]
        }
        looks = [
            look
            for look in sure_looks(e, "jobs", job["id"])
            if id(look.rows) in wanted and look.true_time < time_of(there["endTime"])
        ]
        if len(looks) >= 2:
            broken.append(
                f"job {job['id']} was to be stopped, was looked at {len(looks)} times, and completed"
            )
    return broken


def _not_extended(e: Evidence) -> list[str]:
    """Each extension that was called done has moved the end."""
    broken = []
    for before, moments, after in e.turns():
        extended = [pk for moment, pk in _done(moments, "throughputs") if moment.step.what == "extend"]
        for pk in dict.fromkeys(extended):
            was, now = row_in(before, "throughputs", pk), row_in(after, "throughputs", pk)
            if not was or not now or not was["ends_at"]:
                continue
            least = time_of(was["ends_at"]) + _LEAST_EXTENSION * extended.count(pk)
            if not now["ends_at"] or time_of(now["ends_at"]) < least:
                broken.append(f"throughput {pk} was extended, and ends at {now['ends_at']} as before")
    return broken


def _not_shown(e: Evidence) -> list[str]:
    """What was called done shows at once, if nobody else acted at the same time."""
    broken = []
    for _, moments, after in e.turns():
        value = moments[-1].end.value or {}
        acted = moments[-1].step.kind == "act" and moments[-1].end.end == "done"
        if len(moments) > 1 or not acted or "pk" not in value:
            continue
        row = row_in(after, value["table"], value["pk"])
        if row is None or not _shows(moments[-1].step.what, row, after):
            broken.append(f"“{moments[-1].label}” was called done, and does not show")
    return broken


def _shows(what: str, row: Row, rows: Snapshot) -> bool:
    """Does this row say what was just done to it?"""
    if what in ("remove", "undeploy"):
        return bool(row["removal_asked_at"])
    if what in ("enable", "disable"):
        return bool(row["enabled"]) == (what == "enable")
    if what == "stop":
        return bool(row["stop_wanted"])
    if what == "archive":
        return any(model["id"] == row["model_id"] and model["archived_at"] for model in rows["models"])
    if what == "delete":
        return any(
            each["model_id"] == row["id"] and each["state"] == "requested" for each in rows["deletions"]
        )
    return True
