"""Invocations counted by the minute, and put into the periods somebody asks for."""

from collections.abc import Callable, Iterable

from sandbox.clock import iso_of
from sandbox.store import Record, Shelf

MINUTE = 60
Buckets = dict[float, float]  # from a moment on, so many
STATISTICS: dict[str, Callable[[float], float]] = {  # each invocation is one sample of value 1
    "Sum": lambda count: count,
    "SampleCount": lambda count: count,
    "Average": lambda count: 1.0,
    "Minimum": lambda count: 1.0,
    "Maximum": lambda count: 1.0,
}


def record(shelf: Shelf, model: str, count: int, at: float) -> Record:
    minute = at // MINUTE * MINUTE
    key = f"{model}/{minute:.0f}"
    known = shelf.get(key) or {"model": model, "minute": minute, "count": 0}
    shelf.put(key, known | {"count": known["count"] + count})
    return {"arn": model, "minute": iso_of(minute), "count": known["count"] + count}


def counts_by_model(invocations: Iterable[Record]) -> dict[str, Buckets]:
    counts: dict[str, Buckets] = {}
    for each in invocations:
        counts.setdefault(each["model"], {})[each["minute"]] = float(each["count"])
    return counts


def buckets(minutes: Buckets, start: float, end: float, period: int) -> Buckets:
    """From ``start`` (rounded down to a minute) to before ``end``; periods without invocations are left out."""
    start = start // MINUTE * MINUTE
    found: Buckets = {}
    for minute, count in sorted(minutes.items()):
        if start <= minute < end:
            at = start + (minute - start) // period * period
            found[at] = found.get(at, 0.0) + count
    return found
