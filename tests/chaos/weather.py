"""A share of the platform's answers goes wrong, by chance and by seed, for as long as it lasts."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.chaos.clients import SOON

if TYPE_CHECKING:
    from sandbox.world import World

# Refusals, and answers that never come or come spoilt; the latter may or may not have been carried out.
REFUSALS = ("throttle", "error500", "expired")
LOSSES = ("html503", "timeout", "closed", "html200", "empty200", "cut200")
SHORT_LISTS = ("empty_list", "short_list")
HELD = SOON + 0.4  # seconds: our clients give up before the connection is closed


class Weather:
    """Replaces the sandbox's book of planned faults by chance: each call fails with probability ``share``."""

    def __init__(self, world: World, share: float, seed: int) -> None:
        self.share, self._chance = share, random.Random(seed)
        self.calls, self.faults = 0, Counter[str]()
        world.faults.take = self._take  # type: ignore[method-assign]

    def _take(self, platform: str, operation: str) -> dict[str, Any] | None:
        if platform not in ("bedrock", "sts"):
            return None
        self.calls += 1
        if self._chance.random() >= self.share:
            return None
        lists = SHORT_LISTS if operation.startswith("List") else ()
        kind = self._chance.choice((*REFUSALS, *LOSSES, *lists))
        applied = kind in LOSSES and self._chance.random() < 0.5
        self.faults[f"{kind}{', carried out' if applied else ''}"] += 1
        return {"kind": kind, "platform": platform, "operation": operation, "times": 1, "seconds": HELD,
                "retry_after": 1, "message": None, "applied": applied}  # fmt: skip
