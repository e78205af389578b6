"""What training, storing and serving cost. Pure; an unknown price stays unknown, it never becomes 0."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

HOURS_PER_MONTH = 730


@dataclass(frozen=True)
class Rates:
    """US dollars: training per 1,000 tokens, storage per model and month, serving per model unit and hour."""

    training_per_1k: Decimal | None = None
    storage_per_month: Decimal | None = None
    unit_hour: Decimal | None = None
    source: str = ""


def training_cost(rates: Rates, tokens: int | None, epochs: int | None) -> Decimal | None:
    """Tokens × epochs × price, in US dollars to the cent's hundredth; None when any part is unknown."""
    if rates.training_per_1k is None or tokens is None or epochs is None:
        return None
    return (rates.training_per_1k * tokens * epochs / 1000).quantize(Decimal("0.0001"))


def serving_cost(rates: Rates, units: int, hours: Decimal) -> Decimal | None:
    """Units × hours × price, in US dollars; None when the price is unknown."""
    return None if rates.unit_hour is None else (rates.unit_hour * units * hours).quantize(Decimal("0.0001"))


def money(amount: Decimal | None) -> str:
    """Dollars as people read them: "$1,234.50", "$0.0038" below a cent's worth of precision, "unknown"."""
    if amount is None:
        return "unknown"
    if amount != 0 and abs(amount) < Decimal("0.01"):
        return f"${amount.normalize():f}"
    return f"${amount:,.2f}"
