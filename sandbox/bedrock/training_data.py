"""Looking at a training file as a job's validation phase does: is it there, is it of the family's format, how long.

Streams: a file of any size costs one line of memory. Only the first rows are taken apart, the rest are counted.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.bedrock.model_families import CAPTION, CONVERSATION, MESSAGES, Family

TAKEN_APART = 200
LONGEST_LINE = 16 * 1024 * 1024


@dataclass(frozen=True)
class Findings:
    rows: int
    problem: str | None = None


def look(blocks: Iterable[bytes], key: str, family: Family, row_limits: bool) -> Findings:
    rows = 0
    for line in _lines(blocks):
        if not line.strip():
            continue
        rows += 1
        if rows <= TAKEN_APART and not _fits(line, family.words):
            return Findings(rows, f"Input data at {key} must follow '{family.words}' format")
    low, high = family.rows
    if row_limits and not low <= rows <= high:
        words = (
            f"Input data at {key} has {rows} records; the number of records must be between {low} and {high}"
        )
        return Findings(rows, words)
    return Findings(rows)


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines; one that is longer than any row may be is cut, which makes it invalid."""
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        yield from whole
        rest = rest[:LONGEST_LINE]
    yield rest


def _fits(line: bytes, words: str) -> bool:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    if not isinstance(row, dict):
        return False
    if words == CONVERSATION:
        return isinstance(row.get("schemaVersion"), str) and _is_conversation(row, list)
    if words == MESSAGES:
        return _is_conversation(row, (str, list))
    fields = ("image-ref", "caption") if words == CAPTION else ("prompt", "completion")
    return all(isinstance(row.get(field), str) for field in fields)


def _is_conversation(row: dict[str, Any], content: type | tuple[type, ...]) -> bool:
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages:
        return False
    return all(
        isinstance(message, dict)
        and message.get("role") in ("user", "assistant")
        and isinstance(message.get("content"), content)
        for message in messages
    )
