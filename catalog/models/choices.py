"""Pure word lists as Django choices."""

from __future__ import annotations

from typing import Any


def choices(words: Any) -> list[tuple[str, str]]:
    return [(word.value, getattr(word, "label", word.value.replace("-", " ").capitalize())) for word in words]
