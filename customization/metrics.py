"""Training curves from the CSV files a job leaves behind. Pure.

Files: Amazon Bedrock user guide, "Analyze the results of a customization job" (step_wise_training_metrics.csv,
validation_metrics.csv), read 2026-11-22. The perplexity column is documented, and missing in real files of Nova.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# No training has more; a greater number in the file is damage, and must not become a price.
MOST_EPOCHS = 10_000
# What is kept of a curve: more than a screen is wide. A small batch and many epochs make a million steps.
MOST_POINTS = 2_000


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a curve; ``perplexity`` None when the file has no such column."""

    step: int
    epoch: int
    loss: float
    perplexity: float | None = None


def points(lines: Iterable[str]) -> Iterator[Point]:
    """Read the lines of a metrics CSV; rows that make no sense are left out."""
    try:
        for row in csv.DictReader(line.replace("\x00", "") for line in lines):
            if point := _point(row):
                yield point
    except csv.Error:
        return  # an endless field: what was read before it counts


def thinned(steps: Iterable[Point]) -> tuple[list[Point], int]:
    """Some 2,000 of the points, evenly spread, with the last of each epoch and of all; and how many there were.

    In one pass that never holds more than it keeps. The epochs stay whole: they are what the training cost.
    """
    kept: dict[int, Point] = {}
    ends: dict[int, tuple[int, Point]] = {}
    last: dict[int, Point] = {}
    every, count = 1, 0
    for place, point in enumerate(steps):
        count, last = place + 1, {place: point}
        if 0 <= point.epoch <= MOST_EPOCHS:
            ends[point.epoch] = (place, point)
        if place % every == 0:
            kept[place] = point
        if len(kept) > MOST_POINTS:
            every *= 2
            kept = {place: point for place, point in kept.items() if place % every == 0}
    chosen = kept | dict(ends.values()) | last
    return [chosen[place] for place in sorted(chosen)], count


def _point(row: dict[str, str | None]) -> Point | None:
    loss = next((_number(value) for name, value in row.items() if name and name.endswith("loss")), None)
    step, epoch = _number(row.get("step_number") or "0"), _number(row.get("epoch_number") or "0")
    if loss is None or step is None or epoch is None:
        return None
    return Point(int(step), int(epoch), loss, _number(row.get("perplexity")))


def epochs_run(epochs: Iterable[int]) -> int | None:
    """How many epochs a training went through, from the ``epoch_number`` of its steps; None without any.

    The guide counts epochs from 0, and so do recorded files; a file that never says 0 counts from 1. An epoch that
    was begun counts as a whole one.
    """
    numbers = {number for number in epochs if 0 <= number <= MOST_EPOCHS}
    if not numbers:
        return None
    return max(numbers) + 1 if 0 in numbers else max(numbers)


def _number(text: str | None) -> float | None:
    """A finite number: NaN and Infinity can be neither drawn nor stored."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def polyline(
    points: Iterable[tuple[float, float]], width: float, height: float, low: float, high: float
) -> str:
    """Coordinates of an SVG line through (x, y) in order of x: the first at the left, ``low`` at the bottom.

    A single point is there twice, for a line of no length with round ends is a dot.
    """
    listed = list(points)
    if not listed:
        return ""
    if len(listed) == 1:
        listed *= 2
    begin, end = listed[0][0], listed[-1][0]
    across, up = width / ((end - begin) or 1), height / ((high - low) or 1)
    return " ".join(f"{(x - begin) * across:.1f},{height - (y - low) * up:.1f}" for x, y in listed)
