"""What throughputs cost together: now, this month and ever. Pure; what has no price is counted, never added as 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from customization.capacity.ledger import Meter
from customization.pricing import money


@dataclass(slots=True)
class Sum:
    """Dollars of those whose price is known, and how many have none."""

    usd: Decimal = field(default_factory=Decimal)
    priced: int = 0
    unpriced: int = 0

    def add(self, usd: Decimal | None) -> None:
        if usd is None:
            self.unpriced += 1
        else:
            self.usd += usd
            self.priced += 1

    @property
    def amount(self) -> str:
        """Dollars of the known part; "unknown" when every price is."""
        return money(self.usd if self.priced or not self.unpriced else None)

    @property
    def rest(self) -> str:
        """What the amount leaves out, in words: "+ 2 with unknown price", or ""."""
        return f"+ {self.unpriced:,} with unknown price" if self.unpriced and self.priced else ""


@dataclass(slots=True)
class Totals:
    hourly: Sum = field(default_factory=Sum)
    month: Sum = field(default_factory=Sum)
    ever: Sum = field(default_factory=Sum)
    hours: Decimal = field(default_factory=Decimal)
    doubtful_hours: Decimal = field(default_factory=Decimal)


def add_up(meters: Iterable[Meter], now: datetime) -> Totals:
    """Add up everything the platform ever accepted, in one pass."""
    totals, month = Totals(), month_start(now)
    for meter in meters:
        if meter.billed_from is None:
            continue
        if meter.billed_until is None:
            totals.hourly.add(meter.hourly)
        if meter.hours_between(month, now):
            totals.month.add(meter.cost_between(month, now))
        totals.ever.add(meter.cost(now))
        totals.hours += meter.hours(now)
        totals.doubtful_hours += meter.doubtful_hours(now)
    return totals


def month_start(now: datetime) -> datetime:
    """The first moment of this month in UTC, as AWS's bills count months."""
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
