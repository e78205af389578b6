"""For how long a throughput was bought. Pure.

Bedrock refuses to delete a throughput before its commitment is over, and asks another price for it. Words: Amazon
Bedrock API reference, CommitmentDuration, read 2026-11-22; a word that is not known is a commitment, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

_WORDS = {"OneMonth": "1 month", "SixMonths": "6 months"}


@dataclass(frozen=True, slots=True)
class Commitment:
    """The platform's own words for the term; without any it is billed by the hour and can be removed at any time."""

    word: str = ""
    until: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.word or self.until)

    def binds(self, now: datetime) -> bool:
        """Would the platform refuse to delete it? Without an end that is known: yes, as long as nobody says no."""
        return bool(self) and (self.until is None or self.until > now)

    def __str__(self) -> str:
        """ "6 months until 2027-05-22"; "" without commitment."""
        term = _WORDS.get(self.word, self.word)
        until = f"until {self.until:%Y-%m-%d}" if self.until else ""
        return " ".join(filter(None, [term, until]))

    def why_not_adopt(self, now: datetime) -> str:
        """Why it can't be given a lease, whose end removes it; "" when it can."""
        if not self.binds(now):
            return ""
        return (
            f"It is committed ({self}): AWS refuses to delete it before that, so no lease could end it. "
            "Mark it as not ours."
        )
