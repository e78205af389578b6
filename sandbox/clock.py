"""The sandbox's only source of time, so that a 25-minute provisioning can pass in a test's millisecond.

moto stamps S3 objects with the machine's own clock; nothing of ours reads those stamps.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.store import Shelf

KEY = "clock"


class Clock:
    """Shows ``shown`` at the real instant ``since`` and runs on from there at ``speed``, unless frozen.

    The three numbers persist, so sandbox time goes on while the program is down: money does too.
    """

    def __init__(self, shelf: Shelf, real: Callable[[], float] = time.time) -> None:
        self._shelf, self._real = shelf, real
        self._lock = threading.RLock()
        record = shelf.get(KEY) or {"shown": 0.0, "since": 0.0, "speed": 1.0, "frozen": False}
        self._shown, self._since = float(record["shown"]), float(record["since"])
        self._speed, self._frozen = float(record["speed"]), bool(record["frozen"])

    def timestamp(self) -> float:
        with self._lock:
            if self._frozen:
                return self._shown
            return self._shown + (self._real() - self._since) * self._speed

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def set(self, moment: datetime) -> None:
        self._restart(moment.timestamp())

    def advance(self, seconds: float) -> None:
        self._restart(self.timestamp() + seconds)

    def freeze(self) -> None:
        self._restart(self.timestamp(), frozen=True)

    def unfreeze(self) -> None:
        self._restart(self.timestamp(), frozen=False)

    def run_at(self, speed: float) -> None:
        """Sandbox seconds per real second."""
        if speed < 0:
            raise ValueError("speed must not be negative: time does not run backwards")
        self._restart(self.timestamp(), speed=speed)

    def reset(self) -> None:
        """Real time again."""
        self._shelf.delete(KEY)
        with self._lock:
            self._shown, self._since, self._speed, self._frozen = 0.0, 0.0, 1.0, False

    def describe(self) -> dict[str, Any]:
        return {"now": iso(self.now()), "frozen": self._frozen, "speed": self._speed}

    def _restart(self, shown: float, *, speed: float | None = None, frozen: bool | None = None) -> None:
        datetime.fromtimestamp(shown, UTC)  # refuses what no calendar can show, before it is stored
        with self._lock:
            self._shown, self._since = shown, self._real()
            self._speed = self._speed if speed is None else speed
            self._frozen = self._frozen if frozen is None else frozen
            self._shelf.put(
                KEY,
                {"shown": shown, "since": self._since, "speed": self._speed, "frozen": self._frozen},
            )


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with a ``Z``, as AWS writes timestamps in restJson1 bodies."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_of(timestamp: float) -> str:
    return iso(datetime.fromtimestamp(timestamp, UTC))
