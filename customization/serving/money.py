"""The money clock in the top bar: what runs now per hour, what it has cost so far, and what strangers cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import blake2s

from customization.capacity.ledger import Burn, Meter, burn_of
from customization.models import Throughput
from customization.pricing import money
from customization.serving.leases import WARN_MINUTES

_NOTHING = Burn(0, Decimal(0), Decimal(0), 0)


@dataclass(frozen=True, slots=True)
class MoneyClock:
    """``warning``: a lease that ends within the hour. ``strangers``: what is billed and nobody's here."""

    burn: Burn
    warning: str = ""
    strangers: Burn = _NOTHING

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
    def version(self) -> str:
        """Changes whenever the clock shows something else, apart from the dollars so far: these tick in the page."""
        burn = self.burn
        shown = (burn.running, burn.hourly, burn.unpriced, self.warning, self.not_ours)
        return blake2s(repr(shown).encode(), digest_size=8).hexdigest()


def money_clock(now: datetime, strangers: Burn = _NOTHING) -> MoneyClock:
    """What is billed at this moment, from the moment the platform accepted it. One query."""
    billed = Throughput.objects.filter(billed_from__isnull=False, billed_until=None).order_by()
    rows = list(billed.values_list("units", "unit_hour", "billed_from", "ends_at"))
    soon = now + timedelta(minutes=max(WARN_MINUTES))
    ending = sum(1 for *_, ends_at in rows if ends_at and ends_at <= soon)
    return MoneyClock(
        burn_of((Meter(units, unit_hour, since) for units, unit_hour, since, _ in rows), now),
        f"{ending} {'lease ends' if ending == 1 else 'leases end'} within the hour." if ending else "",
        strangers,
    )
