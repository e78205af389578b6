"""Loss curves as coordinates, so that a template can draw them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customization.metrics import polyline

WIDTH, HEIGHT = 560, 150


@dataclass(frozen=True)
class Curve:
    """One line: its points for an SVG polyline, and what its ends mean."""

    title: str
    which: str
    points: str
    low: float
    high: float
    first: float
    last: float
    steps: int


def curves_of(metrics: Mapping[str, Any]) -> list[Curve]:
    """Training and validation loss and perplexity, as far as the platform gave them."""
    found = []
    for which, noun in (("training", "Training"), ("validation", "Validation")):
        rows = metrics.get(which) or []
        for key in ("loss", "perplexity"):
            values = [row[key] for row in rows if row.get(key) is not None]
            if values:
                # Of a long training not every step is kept; how many there were is.
                steps = metrics.get(f"{which}_steps") if len(values) == len(rows) else None
                found.append(_curve(f"{noun} {key}", which, values, steps or len(values)))
    return found


def unread_of(metrics: Mapping[str, Any]) -> list[str]:
    """Why a file of metrics that the platform may have left was not read, in words; empty when nothing went wrong."""
    return [str(why) for which in ("training", "validation") if (why := metrics.get(f"{which}_unread"))]


def _curve(title: str, which: str, values: list[float], steps: int) -> Curve:
    low, high = min(values), max(values)
    return Curve(
        title,
        which,
        polyline(_thinned(values), WIDTH, HEIGHT, low, high),
        low,
        high,
        values[0],
        values[-1],
        steps,
    )


def _thinned(values: list[float]) -> list[float]:
    """At most one value per unit of width, the last one always: a page needs no 100,000 points."""
    every = -(-len(values) // WIDTH)
    return values[::every] if (len(values) - 1) % every == 0 else [*values[::every][: WIDTH - 1], values[-1]]
