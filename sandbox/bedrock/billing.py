"""The platform's bill: which throughputs were billed from when to when, for how many unit hours.

Pure, and the truth that modelhub's own books are compared with. AWS says only that "billing occurs hourly" and that a
throughput without commitment is billed until it is deleted; from which moment, and whether a Failed one costs, are
switches, read when the bill is asked for. Hours are exact, not rounded up. Deployments cost nothing while idle.
"""

from sandbox.clock import iso_of
from sandbox.store import Record

NAMES = (
    *("arn", "name", "token", "model_arn", "units", "commitment"),
    *("started_at", "ended_at", "unit_hours"),
)


def line(record: Record, now: float, *, from_service: bool, failed_billed: bool) -> Record:
    end = _end(record, now, failed_billed)
    start = record["ready"] if from_service else record["created"]
    if start is None or start > (now if end is None else end):
        start = None  # not billed yet, or never
    seconds = 0.0 if start is None else (now if end is None else end) - start
    return {
        "arn": record["arn"],
        "name": record["name"],
        "token": record["token"],
        "model_arn": record["model_arn"],
        "units": record["units"],
        "commitment": record["commitment"],
        "started_at": None if start is None else iso_of(start),
        "ended_at": None if end is None else iso_of(end),
        "unit_hours": record["units"] * seconds / 3600,
    }


def _end(record: Record, now: float, failed_billed: bool) -> float | None:
    ends = [record["deleted"]]
    if not failed_billed and record["failure"]:
        ends.append(record["failure"]["at"])
    return min((end for end in ends if end is not None and end <= now), default=None)
