"""The statistics: two sides, measured in turn, and the median of the pairs' ratios. Knows nothing of Django."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

CLEAR = 1.3  # a ratio nearer to 1 than this is called no difference
GC_STATE = "collector on, as in production; gc.collect() before each sample"

Sample = Callable[[], float]
Pair = tuple[float, float]


@dataclass(frozen=True)
class Aim:
    """What a figure has to reach: at least ``low`` or at most ``high``. ``of``: the ratio, or our own median."""

    low: float | None = None
    high: float | None = None
    of: str = "ratio"

    def met_by(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        return f"≥ {self.low:g}" if self.low is not None else f"≤ {self.high:g}"


@dataclass(frozen=True)
class Comparison:
    """One line of the report: ``pairs`` holds (ours, theirs) in ``unit``; the ratio is theirs ÷ ours."""

    what: str
    ours: str
    theirs: str
    pairs: Sequence[Pair]
    unit: str = "ms CPU"
    aim: Aim | None = None

    @property
    def ratios(self) -> list[float]:
        return [theirs / ours for ours, theirs in self.pairs]

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        return min(self.ratios), max(self.ratios)

    @property
    def our_median(self) -> float:
        return median(ours for ours, _ in self.pairs)

    @property
    def their_median(self) -> float:
        return median(theirs for _, theirs in self.pairs)

    @property
    def verdict(self) -> str:
        """Whether the aim is met; without one, which side is clearly cheaper, if any is."""
        if self.aim:
            value = self.ratio if self.aim.of == "ratio" else self.our_median
            return "met" if self.aim.met_by(value) else "MISSED"
        if 1 / CLEAR < self.ratio < CLEAR:
            return "no clear difference"
        return "ours is cheaper" if self.ratio > 1 else "ours costs more"

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "ratio": self.ratio,
            "spread": self.spread,
            "our_median": self.our_median,
            "their_median": self.their_median,
            "verdict": self.verdict,
        }


def from_json(row: Mapping[str, Any]) -> Comparison:
    """The comparison that ``as_json`` wrote; what can be worked out is worked out again."""
    aim = Aim(**row["aim"]) if row["aim"] else None
    pairs = tuple((ours, theirs) for ours, theirs in row["pairs"])
    return Comparison(row["what"], row["ours"], row["theirs"], pairs, row["unit"], aim)


def alternate(ours: Sample, theirs: Sample, count: int) -> list[Pair]:
    """Measure both sides ``count`` times; who goes first changes from pair to pair."""
    pairs = []
    for number in range(count):
        if number % 2:
            second, first = theirs(), ours()
        else:
            first, second = ours(), theirs()
        pairs.append((first, second))
    return pairs


def cpu(call: Callable[[], object], times: int = 1, clock: Callable[[], float] = time.process_time) -> Sample:
    """A sample: milliseconds on ``clock`` (this process's CPU time) per call, over ``times`` calls."""

    def sample() -> float:
        gc.collect()
        start = clock()
        for _ in range(times):
            call()
        return (clock() - start) * 1000 / times

    return sample
