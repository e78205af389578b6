"""The two fast lanes one after the other: frames first, types next, teaching frames on the way. Pure."""

from collections.abc import Sequence

from customization.datasets.fast import TEXT_KEYS, lane_of
from customization.datasets.limits import Limits
from customization.datasets.skeleton import Row, Skeletons

_LESSONS = 64  # rows looked at in order to learn; a file that keeps changing its style is not worth more


class Lanes:
    """Weights for rows that are surely right; None for those that the slow rules must judge."""

    def __init__(self, limits: Limits) -> None:
        self._typed = lane_of(limits)
        self._skeletons = Skeletons(limits, TEXT_KEYS.get(limits.family, ()))
        self._lessons = _LESSONS

    def weigh(self, data: bytes) -> tuple[Sequence[Row], Sequence[int | None]] | None:
        """The rows of a block of lines and their weights. None altogether: look at each."""
        if self._typed is None:
            return None
        found = self._skeletons.weigh(data)
        if found or self._lessons:
            return found
        lines = data.split(b"\n")
        weights = self._typed(data, lines)
        return None if weights is None else (lines, weights)

    def weigh_one(self, line: bytes) -> int | None:
        if self._typed is None or not line.lstrip().startswith(b"{"):
            return None
        found = self._skeletons.weigh(line)
        if found and len(found[1]) == 1 and found[1][0] is not None:
            return found[1][0]
        weights = self._typed(line, [line])
        if weights is None:
            return None
        if self._lessons:
            self._lessons -= 1
            self._skeletons.learn(line, weights[0])
        return weights[0]
