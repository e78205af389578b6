"""What travels over HTTP, as plain values: no socket and no framework in here."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote


class Headers(Protocol):
    """A plain dict in tests; the standard library's message, which ignores case, on the wire."""

    def get(self, name: str, /) -> str | None: ...

    def items(self) -> Iterable[tuple[str, str]]: ...


@dataclass(frozen=True)
class Request:
    """One request, body already read. ``raw_path`` keeps its percent signs: ids hold colons and slashes."""

    method: str
    raw_path: str
    query_string: str = ""
    headers: Headers = field(default_factory=dict[str, str])
    body: bytes = b""
    caller: str = "anonymous"  # filled in at the gate
    notes: dict[str, Any] = field(default_factory=dict)  # what a handler wants the ledger to keep

    @cached_property
    def path(self) -> str:
        return unquote(self.raw_path)

    @cached_property
    def segments(self) -> list[str]:
        """Path parts, split *before* decoding, so an ARN with ``%2F`` stays one part."""
        return [unquote(part) for part in self.raw_path.split("/") if part]

    @cached_property
    def query(self) -> dict[str, str]:
        """The last value of each query parameter; parameters without a value are kept as ``""``."""
        return {
            key: values[-1] for key, values in parse_qs(self.query_string, keep_blank_values=True).items()
        }

    def json(self) -> Any:
        """The body as JSON; an empty body is an empty object. Raises ValueError when it is not JSON."""
        return json.loads(self.body) if self.body.strip() else {}


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    blocks: Callable[[], Iterator[bytes]] | None = None  # a large body, read only while it is sent
    length: int = 0  # of that body


@dataclass(frozen=True)
class Hangup:
    """Send nothing: hold the connection for a while, then close it."""

    after_seconds: float = 0.0


Answer = Response | Hangup


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(status, body, {"Content-Type": "application/json", **(headers or {})})
