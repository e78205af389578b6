"""A job's life as a pure function of what is known of it and of the time. Nothing runs in the background.

Phases follow one another for the seconds that the job was given at its creation. A failure (``failure``: phase,
at, message) or a stop (``stop``: at, done) cuts the line short; whichever comes first wins.
Words: botocore's service model bedrock/2023-04-20 (ModelCustomizationJobStatus, JobStatusDetails).
"""

from dataclasses import dataclass
from typing import Any

from sandbox.clock import iso_of
from sandbox.store import Record

PHASES = ("validation", "data_processing", "training")
DETAILS = {
    "validation": "validationDetails",
    "data_processing": "dataProcessingDetails",
    "training": "trainingDetails",
}
Times = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Life:
    status: str
    modified: float
    ended: float | None
    details: dict[str, Any]
    failure: str | None = None


def phase_times(job: Record) -> Times:
    """From when to when each phase takes if nothing goes wrong."""
    times, at = {}, float(job["created"])
    for phase in PHASES:
        times[phase] = (at, at + job["seconds"][phase])
        at = times[phase][1]
    return times


def current_phase(job: Record, now: float) -> str:
    return next((phase for phase, (_, end) in phase_times(job).items() if now < end), PHASES[-1])


def next_event(job: Record) -> float:
    """Before this moment there is nothing to look after."""
    times = phase_times(job)
    ends = [times["validation" if job["rows"] is None else "training"][1]]
    if job["failure"]:
        ends.append(float(job["failure"]["at"]))
    if job["stop"]:
        ends.append(float(job["stop"]["done"]))
    return min(ends)


def life_of(job: Record, now: float) -> Life:
    times = phase_times(job)
    end = times["training"][1]
    stop, failure = _cut_short(job, now)
    if failure is not None:
        at, phase = failure["at"], failure["phase"]
        return Life("Failed", at, at, _details(times, phase, "Failed", at), failure["message"])
    if stop is not None:
        done = now >= stop["done"]
        word, changed = ("Stopped", stop["done"]) if done else ("Stopping", stop["at"])
        details = _details(times, current_phase(job, stop["at"]), word, changed)
        return Life(word, changed, stop["done"] if done else None, details)
    if now >= end:
        return Life("Completed", end, end, _details(times, None, "", end))
    phase = current_phase(job, now)
    began = times[phase][0]
    return Life("InProgress", began, None, _details(times, phase, "InProgress", began))


def _cut_short(job: Record, now: float) -> tuple[Record | None, Record | None]:
    """The stop and the failure that count by now: at most one of them, the earlier."""
    stop, failure = ((e if e and e["at"] <= now else None) for e in (job["stop"], job["failure"]))
    if stop and failure:
        return (stop, None) if stop["at"] <= failure["at"] else (None, failure)
    return stop, failure


def _details(times: Times, current: str | None, word: str, changed: float) -> Record:
    """Phases before ``current`` are over, those after it untouched; with None all are over."""
    details: Record = {}
    before = True
    for phase, (start, end) in times.items():
        if phase == current:
            details[DETAILS[phase]], before = _phase(word, start, changed), False
        else:
            details[DETAILS[phase]] = _phase("Completed", start, end) if before else {"status": "NotStarted"}
    return details


def _phase(status: str, start: float, modified: float) -> Record:
    return {"status": status, "creationTime": iso_of(start), "lastModifiedTime": iso_of(modified)}
