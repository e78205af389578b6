"""The list of calls that will go wrong: kept, counted down, shown, cleared."""

import threading
from typing import Any

from sandbox.faults.answers import KINDS
from sandbox.store import Record, Shelf

PLATFORMS = ("*", "bedrock", "openai", "s3", "sts", "iam", "cloudwatch", "pricing")
DEFAULTS: Record = {
    "platform": "*",
    "operation": "*",
    "times": 1,  # None: until cleared
    "seconds": 30.0,  # timeout only: how long the connection is held
    "retry_after": 1,  # throttle only: the Retry-After header, None leaves it out
    "message": None,  # other words than the platform's usual ones
    "applied": False,  # True: the operation is carried out, only its answer goes wrong
}


class FaultBook:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._lock = threading.Lock()
        self._last = max((int(fault["id"]) for fault in shelf), default=0)

    def add(self, fields: dict[str, Any]) -> Record:
        """Raises ValueError with a sentence when a field is unknown or out of range."""
        fault = DEFAULTS | fields
        _check(fault)
        with self._lock:
            self._last += 1
            fault = {"id": self._last} | fault
            self._shelf.put(str(self._last), fault)
        return fault

    def take(self, platform: str, operation: str) -> Record | None:
        """The oldest fault that fits this call, used up by one."""
        with self._lock:
            for fault in self._shelf:
                if fault["platform"] in ("*", platform) and fault["operation"] in ("*", operation):
                    self._use_up(fault)
                    return fault
        return None

    def all(self) -> list[Record]:
        return list(self._shelf)

    def remove(self, fault_id: str) -> bool:
        return self._shelf.delete(fault_id)

    def clear(self) -> None:
        self._shelf.clear()

    def _use_up(self, fault: Record) -> None:
        if fault["times"] is None:
            return
        left = fault["times"] - 1
        if left > 0:
            self._shelf.put(str(fault["id"]), fault | {"times": left})
        else:
            self._shelf.delete(str(fault["id"]))


def _check(fault: dict[str, Any]) -> None:
    unknown = set(fault) - set(DEFAULTS) - {"kind"}
    if unknown:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    if fault.get("kind") not in KINDS:
        raise ValueError(f"kind must be one of: {', '.join(KINDS)}")
    if fault["platform"] not in PLATFORMS:
        raise ValueError(f"platform must be one of: {', '.join(PLATFORMS)}")
    times = fault["times"]
    if times is not None and (not isinstance(times, int) or times < 1):
        raise ValueError("times must be a whole number from 1, or null for every call until cleared")
    if not isinstance(fault["seconds"], int | float) or not 0 <= fault["seconds"] <= 600:
        raise ValueError("seconds must be between 0 and 600")
