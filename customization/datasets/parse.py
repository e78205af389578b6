"""One line of bytes into a JSON object, strictly: every oddity becomes a problem with a way out. Pure.

Python's own parser accepts NaN, repeated keys and lone surrogates, and gives up on deep nesting and long numbers with
exceptions of its own: all of that is caught here. It is the slow lane; ``fast`` spares most lines the way.
"""

import json
import re
from typing import Any

from customization.datasets.report import Problem

MAX_DEPTH = 64  # levels; the deepest row of any family, a tool's JSON schema included, needs about 20
MAX_PARTS = 200_000  # commas and brackets; bounds the memory of a parsed line to about 20 MiB
MAX_DIGITS = 40
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse(line: bytes) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The row, or None when nothing can be said about it, and what is wrong with its JSON."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [_bad_utf8(error, line)]
    if "\0" in text:
        return None, [Problem("nul", "The line holds a NUL character (byte 0). Remove it.")]
    if line.count(b",") + line.count(b"[") + line.count(b"{") > MAX_PARTS:
        return None, [Problem("too_complex", f"The row has over {MAX_PARTS:,} JSON parts. Split it up.")]
    return _Parser().parse(text)


class _Parser:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def parse(self, text: str) -> tuple[dict[str, Any] | None, list[Problem]]:
        try:
            row = json.loads(
                text,
                object_pairs_hook=self._object,
                parse_int=self._int,
                parse_float=self._float,
                parse_constant=self._constant,
            )
            deep = text.count("[") + text.count("{") > MAX_DEPTH and _depth(row) > MAX_DEPTH
        except RecursionError:
            deep, row = True, None
        except json.JSONDecodeError as error:
            return None, [_bad_json(error, text)]
        if deep:
            return None, [Problem("too_deep", f"JSON nested over {MAX_DEPTH} levels deep. Flatten the row.")]
        if not isinstance(row, dict):
            return None, [_not_an_object(row)]
        if _SURROGATE.search(text) and not _is_encodable(row):
            self._add(
                "lone_surrogate",
                "An escape such as \\ud800 stands alone: half a character. Write the character itself, or both halves "
                "(\\ud83d\\ude00).",
            )
        return row, self.problems

    def _add(self, code: str, message: str) -> None:
        if all(problem.code != code for problem in self.problems):
            self.problems.append(Problem(code, message))

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        row = dict(pairs)
        if len(row) != len(pairs):
            self._add(
                "duplicate_key",
                f'The key "{_first_twice(pairs)[:40]}" stands twice in one object. Keep one of them.',
            )
        return row

    def _int(self, digits: str) -> int:
        if len(digits) > MAX_DIGITS:
            self._add("huge_number", f"A number has {len(digits)} digits. Write it as text, or shorten it.")
            return 0
        return int(digits)

    def _float(self, digits: str) -> float:
        value = float(digits) if len(digits) <= 1000 else float("inf")
        if value in (float("inf"), float("-inf")):
            self._add("huge_number", f"The number {digits[:20]} is too large. Write it as text.")
        return value

    def _constant(self, word: str) -> float:
        self._add("not_a_number", f'{word} is not JSON. Use null, a number, or the text "{word}".')
        return 0.0


def _first_twice(pairs: list[tuple[str, Any]]) -> str:
    """The first key that repeats an earlier one, in one pass: an object may have 200,000 keys."""
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            break
        seen.add(key)
    return key


def kind(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {str: "text", dict: "an object", list: "a list", int: "a number", float: "a number"}
    return names.get(type(value), "something else")


def _depth(row: object) -> int:
    """Levels of nesting, counted without recursion; stops once it is clear that there are too many."""
    depth, level = 0, [row]
    while level and depth <= MAX_DEPTH:
        inner: list[object] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
        depth += 1
        level = [value for value in inner if isinstance(value, dict | list)]
    return depth


def _is_encodable(row: object) -> bool:
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _bad_utf8(error: UnicodeDecodeError, line: bytes) -> Problem:
    byte = line[error.start]
    return Problem(
        "bad_utf8",
        f"Byte {error.start + 1} of the line (0x{byte:02x}) is not UTF-8. Save the file as UTF-8; it may be in Latin-1 "
        "or Windows-1252.",
    )


def _not_an_object(value: object) -> Problem:
    return Problem("not_an_object", f"The line is {kind(value)}, but a row must be a JSON object: {{…}}.")


def _bad_json(error: json.JSONDecodeError, text: str) -> Problem:
    place = f"at character {error.pos + 1}"
    if error.msg == "Extra data":
        return Problem(
            "several_values",
            f"Something follows the JSON object {place}. Give every object a line of its own.",
        )
    hint = "Check quotes, commas and brackets there."
    before = text[: error.pos].rstrip()
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        hint = "The line ends too early: the row may be cut off or spread over several lines."
    elif text[error.pos : error.pos + 1] == "'":
        hint = 'Use double quotes ("), not single ones.'
    elif before.endswith(","):
        hint = "Remove the comma before it."
    elif error.msg.startswith("Invalid control character"):
        hint = "Write line breaks and tabs inside text as \\n and \\t."
    elif error.msg.startswith("Invalid \\"):
        hint = "Write a backslash as \\\\."
    return Problem("bad_json", f"Not valid JSON {place}: {error.msg.lower()}. {hint}")
