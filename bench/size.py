"""How big a run is: the real one, or a smoke run that only shows that everything works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    few: int = 500
    many: int = 10_000
    calls: int = 20
    pairs: int = 7
    slow_pairs: int = 5
    idle_seconds: float = 10.0


FULL = Size()
SMOKE = Size(few=100, many=200, calls=1, pairs=2, slow_pairs=1, idle_seconds=1.0)
