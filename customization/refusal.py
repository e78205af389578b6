"""How a use case says no."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """The rules say no. ``errors`` says why, by field name ("" when it concerns the whole)."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)
