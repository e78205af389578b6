"""The end of what is rented: so many hours from now, or none for a reason that somebody has typed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.platforms.words import plain

DEFAULT_HOURS, MOST_HOURS = 8, 7 * 24
LEAST_REASON, MOST_REASON = 3, 300


@dataclass(frozen=True, slots=True)
class Lease:
    """``hours`` None: it runs until somebody removes it, and ``no_end_reason`` says why."""

    hours: int | None = DEFAULT_HOURS
    no_end_reason: str = ""

    def wrong(self) -> dict[str, str]:
        """What a person has to mend, by field; empty when nothing."""
        if self.hours is None:
            short = len(self.reason) < LEAST_REASON
            return {"reason": "Running without an end needs a reason in words."} if short else {}
        if not 1 <= self.hours <= MOST_HOURS:
            return {"hours": f"The lease must be from 1 to {MOST_HOURS} hours."}
        return {}

    def end(self, now: datetime) -> datetime | None:
        return None if self.hours is None else now + timedelta(hours=self.hours)

    @property
    def reason(self) -> str:
        """Why it has no end, as the database takes it; "" when it has one."""
        return "" if self.hours is not None else plain(self.no_end_reason.strip(), MOST_REASON)
