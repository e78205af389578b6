"""What a fresh list means for the rows we have. Pure: no database, no clock, no platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.columns import Columns
from catalog.facts import RETIRED_AFTER

MAX_SHRINK = 0.20

Change = tuple[object, object]


class Implausible(Exception):
    """The list is empty or has shrunk too much to be believed; nothing is marked gone.

    ``code`` is "empty" or "shrunk": only a shrunken list can be accepted.
    """

    def __init__(self, message: str, *, code: str, way_out: str) -> None:
        super().__init__(message)
        self.code = code
        self.way_out = way_out


@dataclass(frozen=True, slots=True)
class Known:
    """A row as it stands: its synced columns and how present it is."""

    columns: Columns
    listed: bool = True
    missed_syncs: int = 0


@dataclass(frozen=True)
class Plan:
    """The writes a sync owes; every model is in at most one of the groups (``returned`` may also be ``changed``)."""

    added: dict[str, Columns] = field(default_factory=dict)
    changed: dict[str, dict[str, Change]] = field(default_factory=dict)
    returned: list[str] = field(default_factory=list)
    missed: dict[str, int] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.returned or self.missed or self.gone)


def plan_sync(
    known: Mapping[str, Known], seen: Mapping[str, Columns], *, accept_shrink: bool = False
) -> Plan:
    """Compare what we hold with a complete list; both are keyed by the platform's own id.

    ``missed`` holds the new count of complete syncs without the model; the third makes it ``gone``.
    Raises Implausible for an empty list, or one that lacks over 20 % of the listed models.
    """
    _refuse_implausible(known, seen, accept_shrink)
    plan = Plan(added={key: columns for key, columns in seen.items() if key not in known})
    unchanged = 0
    for key, row in known.items():
        columns = seen.get(key)
        if columns is None:
            if row.listed:
                missed = row.missed_syncs + 1
                plan.missed[key] = missed
                if missed >= RETIRED_AFTER:
                    plan.gone.append(key)
            continue
        changes = {
            name: (row.columns.get(name), value)
            for name, value in columns.items()
            if row.columns.get(name) != value
        }
        if changes:
            plan.changed[key] = changes
        if not row.listed or row.missed_syncs:
            plan.returned.append(key)
        elif not changes:
            unchanged += 1
    return Plan(plan.added, plan.changed, plan.returned, plan.missed, plan.gone, unchanged)


def _refuse_implausible(known: Mapping[str, Known], seen: Mapping[str, Columns], accept_shrink: bool) -> None:
    if not seen:
        raise Implausible(
            "The platform answered with an empty list. Nothing was changed.",
            code="empty",
            way_out="An empty list is never believed: sync again once the platform shows models of its own.",
        )
    listed = [key for key, row in known.items() if row.listed]
    missing = sum(key not in seen for key in listed)
    if listed and missing / len(listed) > MAX_SHRINK and not accept_shrink:
        raise Implausible(
            f"{missing} of {len(listed)} listed models are missing from the answer, more than "
            f"{MAX_SHRINK:.0%}. That looks like a broken answer, so nothing was changed.",
            code="shrunk",
            way_out="If the platform really offers that much less now, sync again and accept the smaller list.",
        )
