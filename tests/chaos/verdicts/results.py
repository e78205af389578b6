"""Results in S3: they go when an admin asked for that, they stay otherwise, and nothing beside them is touched."""

from __future__ import annotations

from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Row


def lost(e: Evidence) -> Iterator[str]:
    """What is gone from S3 though nobody asked for that."""
    stored = e.platform["stored"]
    yield from (f"S3: {key} was there before and is gone" for key in stored["lost"])
    for job in _writers(e):
        arn = job["jobArn"]
        if not stored["beside"][arn]:
            yield f"S3: what somebody else has put beside the results of {job['jobName']} is gone"
        if not stored["results"][arn] and not any(_goes(row, job) for row in _with_results(e)):
            yield f"S3: the results of {job['jobName']} are gone, and nobody had asked for it"


def left(e: Evidence) -> Iterator[str]:
    """Results that were to be deleted with their model, which is, and that are there still."""
    for row in _with_results(e):
        for job in _writers(e):
            if _goes(row, job) and row["state"] == "done" and e.platform["stored"]["results"][job["jobArn"]]:
                yield f"S3: the results of {job['jobName']} were to be deleted with their model, and are there"


def _writers(e: Evidence) -> list[Row]:
    """Jobs that have written results."""
    return [job for job in e.platform["jobs"] if job["jobArn"] in e.platform["stored"]["results"]]


def _goes(deletion: Row, job: Row) -> bool:
    return deletion["state"] in ("cleaning", "done") and deletion["arn"] == job.get("outputModelArn")


def _with_results(e: Evidence) -> list[Row]:
    """Deletions for which an admin's action asked, or may have asked, with the results."""
    found = []
    for before, moments, after in e.turns():
        known = {row["id"] for row in before["deletions"]}
        names = {model["id"]: model["name"] for model in after["models"]}
        asked = {
            moment.step.on
            for moment in moments
            if moment.step.what == "delete" and moment.step.fields.get("artifacts")
        }
        found += [
            row["id"]
            for row in after["deletions"]
            if row["id"] not in known and names.get(row["model_id"]) in asked
        ]
    return [row for row in e.rows["deletions"] if row["id"] in found]
