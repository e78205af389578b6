"""A platform's words made fit to be stored: nobody promises their type, length or characters. Pure."""

from collections.abc import Container
from typing import Any

MAX_ID, MAX_NAME, MAX_WORD, MAX_ARN = 512, 500, 200, 1024


def plain(value: Any, most: int) -> str:
    """``value`` as text every database takes: no NUL, no lone surrogate, at most ``most`` long; "" for nothing."""
    return str(value or "").replace("\x00", "").encode("utf-8", "ignore").decode()[:most]


def plain_list(value: Any, most: int = MAX_WORD) -> tuple[str, ...]:
    """The words of a list as they came; anything that is no list holds none."""
    return tuple(plain(word, most) for word in value) if isinstance(value, list | tuple) else ()


def why_no_id(value: Any, field: str, taken: Container[str]) -> str:
    """Why ``value`` can't be a model's id in a list that has named ``taken`` before; "" when it can."""
    if not isinstance(value, str) or not value:
        return f"the entry has no {field}"
    if len(value) > MAX_ID:
        return f"its id is longer than {MAX_ID} characters"
    if plain(value, MAX_ID) != value:
        return "its id holds characters that can't be stored"
    return "the list names this id twice; the first entry was taken" if value in taken else ""
