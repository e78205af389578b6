"""What people asked for, and were told would happen."""

from __future__ import annotations

from datetime import datetime

from tests.chaos.evidence import ENDED, Evidence, Row


def wishes_are_kept(e: Evidence) -> list[str]:
    """Who was told that it is being removed, stopped or extended finds it so; a lease that is over has ended."""
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
            if ends and _time(ends) < e.now and row["state"] not in ("removing", *ENDED):
                broken.append(f"throughput {row['id']}: its lease ended at {ends}, and it is {row['state']}")
    return broken + _unstopped(e)


def _asked(e: Evidence, table: str, row: Row) -> bool:
    """Was an action that removes it called done, or its wish seen in the row?"""
    return any(
        each["id"] == row["id"] and each["removal_asked_at"]
        for moment in e.moments
        for each in moment.rows[table]
    )


def _unstopped(e: Evidence) -> list[str]:
    """A job that was to be stopped, and that workers could look at twice before it ended, was not left to complete."""
    ends = {job["jobArn"]: job for job in e.platform["jobs"] if job["status"] == "Completed"}
    broken = []
    for job in e.rows["jobs"]:
        there = ends.get(job["arn"])
        if not (job["stop_wanted"] and there):
            continue
        looks = [
            moment for before, moment in e.pairs() if _could_stop(before.rows["jobs"], job, moment, there)
        ]
        disturbed = {call["at"][:19] for call in e.platform["calls"] if call["fault"]}
        quiet = [look for look in looks if look.true_time.isoformat()[:19] not in disturbed]
        if (
            len(quiet) >= 2
            and not e.switches.get("get_lag_seconds")
            and not e.switches.get("list_lag_seconds")
        ):
            broken.append(
                f"job {job['id']} was to be stopped, was looked at {len(quiet)} times, and completed"
            )
    return broken


def _could_stop(rows: list[Row], job: Row, moment: object, there: Row) -> bool:
    """Did this look find it due, wanted to stop, known, and still running?"""
    if moment.step.kind not in ("look", "twice") or moment.end.end != "done" or moment.end.defects:
        return False
    before = next((row for row in rows if row["id"] == job["id"]), None)
    if not before or not before["stop_wanted"] or not before["arn"] or not before["next_check_at"]:
        return False
    return _time(before["next_check_at"]) <= moment.at and moment.true_time < _time(there["endTime"])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
