"""Nothing is deleted by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import unquote

from tests.chaos.evidence import ENDED, MAY_HAVE_DONE, OURS, Evidence, Row, time_of
from tests.chaos.snapshots import Snapshot
from tests.chaos.verdicts import results
from tests.chaos.world import Moment

_TABLE = {"remove": "throughputs", "undeploy": "deployments"}


def no_wrong_deletion(e: Evidence) -> list[str]:
    """We delete and stop only what an admin (or a lease at its end) asked for, never another's, never a model that is
    served; results in S3 only with their model, and nothing beside them."""
    asked = _asked(e)
    slack = timedelta(seconds=1 + e.most_skew)
    ours = {birth["arn"] for birth in e.platform["created"] if birth["caller"] == OURS}
    wrong = []
    for death in e.platform["deaths"]:
        arn = death["arn"]
        if arn in e.behind:
            continue
        if arn not in ours and not _adopted(e, arn):
            wrong.append(f"{death['kind']} {arn} was deleted by us and is not ours")
        if arn not in asked or time_of(death["at"]) < asked[arn] - slack:
            wrong.append(f"{death['kind']} {arn} was deleted, and nobody had asked for it")
        if death["served_by"]:
            wrong.append(f"model {arn} was deleted while {', '.join(death['served_by'])} served it")
    return [*wrong, *_stopped_unasked(e), *results.lost(e)]


def _stopped_unasked(e: Evidence) -> Iterator[str]:
    """A training that was stopped is lost: each call that stops one needs an admin who had asked for that."""
    slack = timedelta(seconds=1 + e.most_skew)
    for call in (call for call in e.platform["calls"] if call["operation"] == "StopModelCustomizationJob"):
        job = next((job for job in e.platform["jobs"] if _names(call, job)), None)
        asked = [act.true_time for act in e.acts("stop") if job and act.step.on == job["outputModelName"]]
        if job and not any(at <= time_of(call["at"]) + slack for at in asked):
            yield f"{job['jobName']} was stopped at {call['at']}, and nobody had asked for it"


def _names(call: Row, job: Row) -> bool:
    return any(f"/{job[name]}/" in f"{unquote(call['path'])}/" for name in ("jobArn", "jobName"))


def _asked(e: Evidence) -> dict[str, datetime]:
    """ARN → since when an admin's action, a lease's end or a deletion says that it shall go."""
    since: dict[tuple[str, int], datetime] = {}
    for key, at in _wishes(e):
        since[key] = min(at, since.get(key, at))
    asked = {}
    for table in (*_TABLE.values(), "deletions"):
        for row in e.rows[table]:
            at = since.get((table, row["id"])) or _end_of_lease(row)
            if row["arn"] and at:
                asked[row["arn"]] = min(at, asked.get(row["arn"], at))
    return asked


def _end_of_lease(row: Row) -> datetime | None:
    ends, asked = row.get("ends_at"), row.get("removal_asked_at")
    return time_of(asked) if ends and asked and asked >= ends else None


def _wishes(e: Evidence) -> Iterator[tuple[tuple[str, int], datetime]]:
    """Rows (table, id) that an action of an admin may have asked to go, and when."""
    for before, moments, after in e.turns():
        for moment in moments:
            for key in _meant(moment, before, after):
                yield key, moment.true_time


def _meant(moment: Moment, before: Snapshot, after: Snapshot) -> Iterator[tuple[str, int]]:
    what, end = moment.step.what, moment.end
    if moment.step.kind != "act" or (end.end != "done" and end.end not in MAY_HAVE_DONE):
        return
    if what in _TABLE and end.end == "done":
        if "pk" in (end.value or {}):
            yield _TABLE[what], end.value["pk"]
    elif what in _TABLE:
        for row in _alive(_TABLE[what], moment.step.on, before, after):
            yield _TABLE[what], row["id"]
    elif what == "delete":
        models = {model["id"] for model in after["models"] if model["name"] == moment.step.on}
        new = {row["id"] for row in after["deletions"]} - {row["id"] for row in before["deletions"]}
        for row in after["deletions"]:
            if row["id"] in new and row["model_id"] in models:
                yield "deletions", row["id"]


def _alive(table: str, name: str, *rows: Snapshot) -> list[Row]:
    """Live rows of models of this name at that time: nobody asks for what is made later."""
    return [
        row
        for each in rows
        for row in each[table]
        if row["state"] not in ENDED
        and any(model["id"] == row["model_id"] and model["name"] == name for model in each["models"])
    ]


def _adopted(e: Evidence, arn: str) -> bool:
    return any(model["arn"] == arn for model in e.rows["models"]) or any(
        row["arn"] == arn and row["adopted"] for table in _TABLE.values() for row in e.rows[table]
    )
