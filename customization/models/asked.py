"""Work that somebody may ask for, and that a worker does in its own time."""

from __future__ import annotations

from datetime import datetime, timedelta

# Longer than the longest look; who asked before that has been forgotten and may ask again.
PATIENCE = timedelta(minutes=10)


class Asked:
    """A row that says when somebody asked and when the answer came."""

    asked_at: datetime | None
    checked_at: datetime | None

    def is_going_on(self, now: datetime) -> bool:
        """Somebody asked, and the answer is still to come; a nudge that was lost is not waited for for ever."""
        if self.asked_at is None or now - self.asked_at >= PATIENCE:
            return False
        return self.checked_at is None or self.checked_at < self.asked_at
