"""Hyperparameters by model family: bounds, defaults, explanations, and checking what people typed. Pure.

The table is bundled and dated (``data/hyperparameters.json``). A family it does not know keeps free key-value pairs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "hyperparameters.json"
MAX_PAIRS, MAX_TEXT = 32, 200
# What platforms read as a number; Decimal() would also take "1_000" and the digits of other scripts.
_PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Parameter:
    """One hyperparameter. Bounds and default are text as the platform takes them; default "" means: choose."""

    name: str
    title: str
    kind: str
    minimum: str
    maximum: str
    default: str
    help: str

    @property
    def range(self) -> str:
        return (
            f"exactly {self.minimum}" if self.minimum == self.maximum else f"{self.minimum} to {self.maximum}"
        )


@dataclass(frozen=True)
class Family:
    label: str
    parameters: tuple[Parameter, ...]
    as_of: str
    source: str


@cache
def _table() -> dict[str, tuple[tuple[str, ...], Family]]:
    data = json.loads(_FILE.read_text())
    return {
        key: (
            tuple(entry["prefixes"]),
            Family(
                entry["label"],
                tuple(Parameter(**row) for row in entry["parameters"]),
                data["as_of"],
                data["source"],
            ),
        )
        for key, entry in data["families"].items()
    }


def family_of(base_external_id: str) -> Family | None:
    """The family a base model's id belongs to; None when the table does not know it."""
    fitting = (
        (len(prefix), family)
        for prefixes, family in _table().values()
        for prefix in prefixes
        if base_external_id.startswith(prefix)
    )
    return max(fitting, key=lambda found: found[0], default=(0, None))[1]


def defaults(family: Family | None) -> dict[str, str]:
    return {row.name: row.default for row in family.parameters} if family else {}


def carried_over(
    old: Family | None, new: Family | None, pairs: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """What still counts of pairs that were filled in for one family when another takes its place, and what does not.

    The old family's own defaults go without a word: nobody chose them. What somebody typed stays if the new family
    takes it; the rest is returned second, to be told.
    """
    if old == new:
        return dict(pairs), {}
    before = defaults(old)
    typed = {name: value for name, value in pairs.items() if not _same(value, before.get(name))}
    if new is None:
        return typed, {}
    known = {row.name: row for row in new.parameters}
    kept = {
        name: value for name, value in typed.items() if name in known and not _bounded(known[name], value)
    }
    return kept, {name: value for name, value in typed.items() if name not in kept and value}


def _same(value: str, default: str | None) -> bool:
    """Equal as text or as numbers: 1e-5 is 0.00001."""
    if default is None:
        return False
    number = _number(value)
    return value == default or (number is not None and number == _number(default))


def check(family: Family | None, pairs: Mapping[str, str]) -> dict[str, str]:
    """Errors by parameter name; empty when all is well. Unknown families only have bounds on size."""
    if len(pairs) > MAX_PAIRS:
        return {"": f"{len(pairs)} hyperparameters are too many; the most is {MAX_PAIRS}."}
    if family is None:
        return {name: why for name, value in pairs.items() if (why := _free(name, value))}
    known = {row.name: row for row in family.parameters}
    errors = {
        name: f"{family.label} has no hyperparameter “{name}”. It has: {', '.join(known)}."
        for name in pairs
        if name not in known
    }
    for name, row in known.items():
        why = _bounded(row, pairs.get(name, row.default).strip())
        if why:
            errors[name] = why
    return errors


def _free(name: str, value: str) -> str:
    if not name.strip() or not value.strip():
        return "Give both a name and a value, or leave both empty."
    if not (name.isprintable() and value.isprintable()):
        return "Name and value must be plain text."
    too_long = len(name) > MAX_TEXT or len(value) > MAX_TEXT
    return f"Name and value may have {MAX_TEXT} characters at most." if too_long else ""


def _bounded(row: Parameter, text: str) -> str:
    if not text:
        return f"{row.title} needs a value: {row.range}."
    number = _number(text)
    if number is None:
        return f"{row.title} must be a number, {row.range}; “{text[:40]}” is none."
    if row.kind == "integer" and not text.isdigit():
        return f"{row.title} must be a whole number, {row.range}."
    if not Decimal(row.minimum) <= number <= Decimal(row.maximum):
        return f"{row.title} must be {row.range}."
    return ""


def _number(text: str) -> Decimal | None:
    """A plain finite number; ``NaN``, ``Infinity`` and absurdly long digits are none."""
    return Decimal(text) if len(text) <= 40 and _PLAIN.fullmatch(text) else None
