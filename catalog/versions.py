"""What a page has seen, as a short word: a poll that comes with it is answered 204 until something shown has changed.

A part that is drawn anew takes the focus, the selection and the reading position from whoever is in it.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2s
from typing import Any

from django.db.models import Model as Row

# How often somebody looked is shown nowhere.
UNSEEN = frozenset({"next_check_at", "attempts", "changed_at"})


def version_of(*shown: object) -> str:
    """A word for what a page shows: another one as soon as anything of it is another."""
    return blake2s(repr(shown).encode(), digest_size=8).hexdigest()


def columns_of(row: Row | None, unseen: Collection[str] = UNSEEN) -> list[Any]:
    """All columns of a row that were read, so that a new one is never forgotten; none of no row."""
    if row is None:
        return []
    left_out = row.get_deferred_fields() | set(unseen)
    names = (column.attname for column in row._meta.concrete_fields)
    return [getattr(row, name) for name in names if name not in left_out]
