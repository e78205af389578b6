"""What all families' rules share: looking at one value and saying what is wrong with it, and where. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from customization.datasets.limits import Limits
from customization.datasets.parse import kind
from customization.datasets.report import Problem

MOST_PER_ROW = 5  # a row broken in many places is told in five sentences
_WORDS_SHOWN = 3
# What AWS's own validation script allows in the path of an image or video.
_MEDIA_URI = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[\w\-/.]+")


class RowCheck:
    """One row under examination: collects its texts (for counting tokens) and its problems."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.texts: list[str] = []
        self.problems: list[Problem] = []
        self.media: set[str] = set()

    def wrong(self, code: str, message: str) -> None:
        self._add(Problem(code, message))

    def doubt(self, code: str, message: str) -> None:
        self._add(Problem(code, message, warning=True))

    def text(self, value: object, path: str, *, may_be_empty: bool = False) -> None:
        """A text a model learns from: present, not blank, without NUL and reserved words."""
        if not isinstance(value, str):
            self.wrong("wrong_type", f'{path} is {kind(value)}, but must be text in quotes: "…".')
            return
        self.texts.append(value)
        if is_blank(value) and not may_be_empty:
            self.wrong("empty_field", f"{path} is empty. Fill it in, or remove the row.")
        if "\0" in value:
            self.wrong("nul", f"{path} holds a NUL character (\\u0000). Remove it.")
        self._words(value, path)

    def exact(self, row: Mapping[str, Any], allowed: Sequence[str], path: str, *, warn: bool = False) -> None:
        """Refuse keys that the format does not know; they are often misspelt ones."""
        unknown = [key for key in row if key not in allowed]
        if unknown:
            names = ", ".join(f'"{key[:40]}"' for key in unknown[:_WORDS_SHOWN])
            where = f" in {path}" if path else ""
            message = f"Unknown key {names}{where}. Known are: {', '.join(allowed)}. Remove or rename it."
            (self.doubt if warn else self.wrong)("unknown_key", message)

    def needs(self, row: Mapping[str, Any], key: str, path: str) -> bool:
        """Whether a required key is there; says so when it is not."""
        if key in row:
            return True
        where = f" in {path}" if path else ""
        self.wrong("missing_key", f'The key "{key}" is missing{where}. Rows look like {self.example}.')
        return False

    @property
    def example(self) -> str:
        return self.limits.family.example

    def mapping(self, value: object, path: str) -> Mapping[str, Any] | None:
        if isinstance(value, dict):
            return value
        self.wrong("wrong_type", f"{path} is {kind(value)}, but must be an object: {{…}}.")
        return None

    def filled_list(self, value: object, path: str) -> list[Any]:
        """The list's items; an empty or missing list is a problem and gives none."""
        if not isinstance(value, list):
            self.wrong("wrong_type", f"{path} is {kind(value)}, but must be a list: […].")
            return []
        if not value:
            self.wrong("empty_field", f"{path} is an empty list. Fill it in, or remove it.")
        return value

    def uri(self, value: object, path: str) -> None:
        if not isinstance(value, str):
            self.wrong(
                "wrong_type", f'{path} is {kind(value)}, but must be an address: "s3://bucket/path/file".'
            )
        elif not _MEDIA_URI.fullmatch(value):
            self.wrong(
                "bad_uri",
                f'{path} must look like "s3://bucket/path/file", with only letters, digits, _ - / and dots.',
            )

    def _words(self, text: str, path: str) -> None:
        if found := _found(self.limits.reserved, text):
            self.wrong(
                "reserved_word",
                f"{path} holds the reserved {_quoted(found)}; the training job would fail. Write it differently, "
                'such as "User -" for "User:".',
            )
        if found := _found(self.limits.suspect, text):
            self.doubt(
                "suspect_word",
                f"{path} holds {_quoted(found)}, which this model may take for a marker of its own. Better write it "
                "differently.",
            )

    def _add(self, problem: Problem) -> None:
        if len(self.problems) < MOST_PER_ROW:
            self.problems.append(problem)


def is_blank(text: str) -> bool:
    return not text or text.isspace()


def roles(check: RowCheck, messages: Sequence[Any]) -> None:
    """User first, assistant last, in turn (Nova guide, items 7 and 8; Claude guide)."""
    names = [message.get("role") for message in messages if isinstance(message, dict)]
    strange = next((name for name in names if name not in ("user", "assistant")), "user")
    if strange == "system":
        check.wrong(
            "wrong_role", 'The role "system" does not belong in messages. Move its text to the key "system".'
        )
    elif strange not in ("user", "assistant"):
        check.wrong("wrong_role", f'Unknown role {_short(strange)}. Use "user" and "assistant".')
    elif len(names) < 2:
        check.wrong(
            "role_order", 'At least two messages are needed: one of the "user", one of the "assistant".'
        )
    elif names[0] != "user":
        check.wrong("role_order", 'The first message must be of the "user". Remove those before it.')
    elif names[-1] != "assistant":
        check.wrong(
            "role_order", 'The last message must be of the "assistant". Add its answer, or remove the rest.'
        )
    elif names != ["user", "assistant"] * (len(names) // 2):
        check.wrong("role_order", "Two messages of the same role follow each other. Join them into one.")


def _found(words: Iterable[str], text: str) -> list[str]:
    return [word for word in words if word in text]


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f'"{word.strip()}"' for word in words[:_WORDS_SHOWN])


def _short(value: object) -> str:
    return f'"{value[:40]}"' if isinstance(value, str) else kind(value)
