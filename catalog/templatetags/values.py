"""Values of facts as people read them."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.filter
def in_words(value: Any) -> Any:
    """No value at all is a dash, but False is "no" and 0 is 0; lists are told word by word."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = ", ".join(str(word) for word in value)
    return "—" if value is None or value == "" else value
