"""Loss curves as coordinates, so that a template can draw them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from customization.metrics import polyline

WIDTH, HEIGHT = 560, 150


@dataclass(frozen=True)
class Curve:
    """One line: its points for an SVG polyline, what its ends mean, and from which step to which it goes."""

    title: str
    which: str
    points: str
    low: float
    high: float
    first: float
    last: float
    begins: int
    ends: int
    steps: int


def curves_of(metrics: Mapping[str, Any]) -> list[Curve]:
    """Training and validation loss and perplexity, as far as the platform gave them."""
    found = []
    for which, noun in (("training", "Training"), ("validation", "Validation")):
        rows = metrics.get(which) or []
        for key in ("loss", "perplexity"):
            told = [(row.get("step"), row[key]) for row in rows if row.get(key) is not None]
            if told:
                # Of a long training not every step is kept; how many there were is.
                steps = metrics.get(f"{which}_steps") if len(told) == len(rows) else None
                found.append(_curve(f"{noun} {key}", which, _in_order(told), steps or len(told)))
    return found


def unread_of(metrics: Mapping[str, Any]) -> list[str]:
    """Why a file of metrics that the platform may have left was not read, in words; empty when nothing went wrong."""
    return [str(why) for which in ("training", "validation") if (why := metrics.get(f"{which}_unread"))]


def _in_order(told: Sequence[tuple[int | None, float]]) -> list[tuple[int, float]]:
    """The steps as the file numbers them; where its numbers are missing or go back, the rows are counted instead."""
    numbers = [step for step, _ in told if step is not None]
    if len(numbers) == len(told) and all(one < next_ for one, next_ in pairwise(numbers)):
        return list(zip(numbers, (value for _, value in told), strict=True))
    return [(place, value) for place, (_, value) in enumerate(told, 1)]


def _curve(title: str, which: str, told: Sequence[tuple[int, float]], steps: int) -> Curve:
    values = [value for _, value in told]
    low, high = min(values), max(values)
    return Curve(
        title=title,
        which=which,
        points=polyline(_thinned(told), WIDTH, HEIGHT, low, high),
        low=low,
        high=high,
        first=values[0],
        last=values[-1],
        begins=told[0][0],
        ends=told[-1][0],
        steps=steps,
    )


def _thinned(told: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most one point per unit of width, the last one always: a page needs no 100,000 points."""
    every = -(-len(told) // WIDTH)
    return [*told[::every]] if (len(told) - 1) % every == 0 else [*told[::every][: WIDTH - 1], told[-1]]
