"""Who called what, when, with which token, and what they got: the tests' window on exactly-once."""

import json
import threading
from typing import Any

from sandbox.clock import Clock, iso
from sandbox.store import Record, Shelf
from sandbox.wire import Answer, Hangup, Request

LIMIT = 5000  # bounded: a sandbox may run for weeks


class Ledger:
    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf, self._clock = shelf, clock
        self._lock = threading.Lock()
        self._last = max((int(entry["seq"]) for entry in shelf), default=0)

    def note(
        self,
        request: Request,
        *,
        platform: str,
        operation: str,
        caller: str,
        request_id: str,
        answer: Answer,
        fault: str | None,
    ) -> None:
        """``status`` is null when the connection was closed without an answer."""
        with self._lock:
            self._last += 1
            entry = {
                "seq": self._last,
                "at": iso(self._clock.now()),
                "platform": platform,
                "operation": operation,
                "caller": caller,
                "token": token_of(request),
                "method": request.method,
                "path": request.path,
                "status": None if isinstance(answer, Hangup) else answer.status,
                "fault": fault,
                "created": request.notes.get("created"),
                "repeat_of": request.notes.get("repeat_of"),
                "request_id": request_id,
            }
            self._shelf.put(str(self._last), entry)
            if len(self._shelf) > LIMIT:
                self._shelf.drop_oldest()

    def entries(self, *, after: int = 0, limit: int = LIMIT, **equal: Any) -> list[Record]:
        """Oldest first; ``equal`` filters by platform, operation, caller, token, fault or status."""
        hits = [
            entry
            for entry in self._shelf
            if entry["seq"] > after and all(str(entry[name]) == str(value) for name, value in equal.items())
        ]
        return hits[-limit:] if limit > 0 else []

    def clear(self) -> None:
        """Forget the entries but go on counting, so ``after`` stays meaningful."""
        with self._lock:
            self._shelf.clear()

    def __len__(self) -> int:
        return len(self._shelf)


def token_of(request: Request) -> str | None:
    """The caller's idempotency token: Bedrock's ``clientRequestToken``, OpenAI's Idempotency-Key header."""
    header = request.headers.get("Idempotency-Key")
    if header or b"clientRequestToken" not in request.body:
        return header
    try:
        token = json.loads(request.body).get("clientRequestToken")
    except (ValueError, AttributeError):
        return None
    return token if isinstance(token, str) else None
