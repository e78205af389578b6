"""Hours and dollars of what is rented. Pure; an unknown price stays unknown, it never becomes 0.

A throughput counts as billed from the moment the platform accepted it until the platform itself says that it is gone.
Whether AWS bills a throughput that failed is not documented (read 2026-11-22): those hours are kept apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

HOURS_PER_DAY, HOURS_PER_MONTH = 24, 730
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Meter:
    """One throughput as the meter sees it: dollars per unit-hour (None: unknown), and from when to when."""

    units: int
    unit_hour: Decimal | None
    billed_from: datetime | None
    billed_until: datetime | None = None
    failed_at: datetime | None = None

    @property
    def hourly(self) -> Decimal | None:
        """Dollars an hour while it runs."""
        return None if self.unit_hour is None else self.unit_hour * self.units

    def hours(self, now: datetime) -> Decimal:
        """Hours billed so far, as a fraction; 0 before the platform accepted it."""
        return _hours(self.billed_from, self.billed_until or now)

    def doubtful_hours(self, now: datetime) -> Decimal:
        """Those of ``hours`` since it failed: AWS may or may not bill them."""
        return _hours(self.failed_at, self.billed_until or now)

    def hours_between(self, start: datetime, end: datetime) -> Decimal:
        """Those of its hours that lie between two moments, the later one not after now."""
        if self.billed_from is None:
            return Decimal(0)
        return _hours(max(self.billed_from, start), min(self.billed_until or end, end))

    def cost_between(self, start: datetime, end: datetime) -> Decimal | None:
        """Dollars between two moments; None when the price is unknown."""
        hourly = self.hourly
        return None if hourly is None else (hourly * self.hours_between(start, end)).quantize(_CENT)

    def cost(self, now: datetime) -> Decimal | None:
        """Dollars so far; None when the price is unknown."""
        hourly = self.hourly
        return None if hourly is None else (hourly * self.hours(now)).quantize(_CENT)


@dataclass(frozen=True, slots=True)
class Burn:
    """What runs now: dollars an hour and so far of those with a known price, and how many have none.

    ``anchor`` stands still while the dollars go on, and is another one when other ones run or they began otherwise.
    """

    running: int
    hourly: Decimal
    so_far: Decimal
    unpriced: int
    anchor: Decimal = Decimal(0)

    @property
    def is_known(self) -> bool:
        return self.running > self.unpriced


def burn_of(meters: Iterable[Meter], now: datetime) -> Burn:
    """Add up what is billed at this moment."""
    running = [meter for meter in meters if meter.billed_from and not meter.billed_until]
    priced = [meter for meter in running if meter.hourly is not None]
    return Burn(
        running=len(running),
        hourly=sum((meter.hourly or Decimal(0) for meter in priced), Decimal(0)),
        so_far=sum((meter.cost(now) or Decimal(0) for meter in priced), Decimal(0)),
        unpriced=len(running) - len(priced),
        anchor=sum((_anchor(meter) for meter in priced), Decimal(0)),
    )


def _anchor(meter: Meter) -> Decimal:
    """Dollars an hour, weighted with the second of its beginning."""
    begun = int(meter.billed_from.timestamp()) if meter.billed_from else 0
    return (meter.hourly or Decimal(0)) * begun


def tokens_to_break_even(hourly: Decimal | None, dollars_per_1m_tokens: Decimal | None) -> int | None:
    """From how many tokens an hour renting is cheaper than paying by the token; None when a price is unknown."""
    if hourly is None or not dollars_per_1m_tokens:
        return None
    return round(hourly / dollars_per_1m_tokens * 1_000_000)


def _hours(start: datetime | None, end: datetime) -> Decimal:
    return Decimal(0) if start is None else Decimal(max(0, round((end - start).total_seconds()))) / 3600
