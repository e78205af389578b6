"""What people do with rented throughputs in 90 days: a plan for each, by seed, as plain data."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

KINDS = ("lease ends", "extended", "no end", "removed early", "removed in the console", "fails")
# The base models, and what a unit-hour of their customs costs.
BASES = {
    "amazon.nova-lite-v1:0:300k": "60.50",
    "amazon.nova-micro-v1:0:128k": "24.00",
    "acme.large-v1": "197.3333",
}


@dataclass(frozen=True)
class Deed:
    """``after`` the beginning of the 90 days. ``hours``: of a lease or an extension; None: without an end."""

    after: timedelta
    what: str
    hours: int | None = None


@dataclass(frozen=True)
class Plan:
    name: str
    base: str
    kind: str
    units: int
    deeds: tuple[Deed, ...] = field(default=())


def plans(count: int, days: int, seed: int) -> list[Plan]:
    """One for each throughput; each kind in turn. All end before the days are over."""
    chance = random.Random(seed)
    return [_plan(number, days, chance) for number in range(count)]


def _plan(number: int, days: int, chance: random.Random) -> Plan:
    kind = KINDS[number % len(KINDS)]
    begin = timedelta(seconds=chance.randrange(0, int((days - 9) * 86400)))
    deeds = tuple(Deed(begin + deed.after, deed.what, deed.hours) for deed in _deeds(kind, chance))
    return Plan(f"m{number}", chance.choice(list(BASES)), kind, chance.randint(1, 3), deeds)


def _deeds(kind: str, chance: random.Random) -> list[Deed]:
    hours = chance.randint(2, 72)
    begin = Deed(timedelta(), "provision", hours)
    match kind:
        case "lease ends":
            return [begin]
        case "extended":
            first = Deed(_in(chance, 0, hours), "extend", chance.randint(1, 48))
            return [begin, first, Deed(first.after + _in(chance, 0, 1), "extend", chance.randint(1, 24))]
        case "no end":
            return [Deed(timedelta(), "provision", None), Deed(_in(chance, 5, 150), "remove")]
        case "fails":
            fails = Deed(timedelta(), "script a failure")
            return [fails, begin, Deed(_in(chance, 1, hours), "remove")]
    what = "remove" if kind == "removed early" else "remove in the console"
    return [begin, Deed(_in(chance, 1, hours), what)]


def _in(chance: random.Random, least: float, most: float) -> timedelta:
    return timedelta(seconds=chance.randrange(int(least * 3600) + 1, int(most * 3600)))
