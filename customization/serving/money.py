"""The money clock in the top bar: what runs now per hour, what it has cost so far, and what strangers cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import blake2s
from typing import NamedTuple

from django.db.models import Q

from customization.capacity.ledger import Burn, Meter, burn_of
from customization.capacity.states import ServeState
from customization.models import Throughput
from customization.models.serving import END_NOT_KNOWN
from customization.pricing import money
from customization.serving.leases import WARN_MINUTES

_NOTHING = Burn(0, Decimal(0), Decimal(0), 0)


class _Row(NamedTuple):
    """The columns that the clock reads, by their names."""

    state: str
    units: int
    unit_hour: Decimal | None
    billed_from: datetime | None
    ends_at: datetime | None
    no_end_reason: str
    alarm: str


@dataclass(frozen=True, slots=True)
class MoneyClock:
    """``ending``: a lease that ends within the hour. ``strangers``: what is billed and nobody's here. ``alarms``: how
    many need a person."""

    burn: Burn
    ending: str = ""
    strangers: Burn = _NOTHING
    alarms: int = 0

    @property
    def is_running(self) -> bool:
        return self.burn.running > 0

    @property
    def hourly(self) -> str:
        return money(self.burn.hourly)

    @property
    def so_far(self) -> str:
        return money(self.burn.so_far)

    @property
    def unknown(self) -> str:
        """How many have no known price, in words; an unknown price is never shown as 0."""
        burn = self.burn
        if not burn.unpriced:
            return ""
        return (
            f"{burn.unpriced} at unknown price" if burn.is_known else f"{burn.running} running, price unknown"
        )

    @property
    def not_ours(self) -> str:
        """What strangers cost, in words; "" when there are none."""
        strangers = self.strangers
        if not strangers.running:
            return ""
        if not strangers.is_known:
            return f"{strangers.running} not ours, price unknown"
        least = " at least" if strangers.unpriced else ""
        return f"{money(strangers.hourly)}/h{least} not ours"

    @property
    def alarm(self) -> str:
        """How many throughputs need a person, in words; "" when none does."""
        return f"{self.alarms} need{'s' if self.alarms == 1 else ''} a person" if self.alarms else ""

    @property
    def warning(self) -> str:
        """What somebody should look at, the worst first."""
        alarm = f"{self.alarm}: Spend says why." if self.alarms else ""
        return " ".join(filter(None, [alarm, self.ending]))

    @property
    def version(self) -> str:
        """Changes whenever the clock shows something else; the dollars so far tick in the page, but from an anchor."""
        burn = self.burn
        shown = (burn.running, burn.hourly, burn.unpriced, burn.anchor, self.warning, self.not_ours)
        return blake2s(repr(shown).encode(), digest_size=8).hexdigest()


def money_clock(now: datetime, strangers: Burn = _NOTHING) -> MoneyClock:
    """What is billed at this moment, from the moment the platform accepted it, and what needs a person. One query."""
    rows = _rows()
    return MoneyClock(
        burn_of((Meter(row.units, row.unit_hour, row.billed_from) for row in rows), now),
        _ending(rows, now),
        strangers,
        sum(1 for row in rows if _needs_a_person(row)),
    )


def _rows() -> list[_Row]:
    """What is billed; and what has an alarm before its acceptance is known, for it may be billed all the same."""
    told = Q(billed_from__isnull=False) | ~Q(alarm="")
    rows = Throughput.objects.filter(told, billed_until=None).order_by()
    return [_Row(*row) for row in rows.values_list(*_Row._fields)]


def _ending(rows: list[_Row], now: datetime) -> str:
    """What is being removed is not warned of: nobody can extend it."""
    soon = now + timedelta(minutes=max(WARN_MINUTES))
    ending = sum(
        1 for row in rows if row.state != ServeState.REMOVING and row.ends_at and row.ends_at <= soon
    )
    return f"{ending} {'lease ends' if ending == 1 else 'leases end'} within the hour." if ending else ""


def _needs_a_person(row: _Row) -> bool:
    lost_its_end = row.ends_at is None and row.no_end_reason == END_NOT_KNOWN
    return bool(row.alarm) or (lost_its_end and row.state != ServeState.REMOVING)
