"""What training, storing and serving cost. Pure; an unknown price stays unknown, it never becomes 0."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Part(StrEnum):
    """The three things that cost: named as the columns of a price."""

    TRAINING = "training_per_1k"
    STORAGE = "storage_per_month"
    UNIT_HOUR = "unit_hour"

    @property
    def label(self) -> str:
        return {
            "training_per_1k": "training",
            "storage_per_month": "storage",
            "unit_hour": "inference",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Quote:
    """One figure in US dollars, and who says so since when."""

    usd: Decimal
    source: str
    by_admin: bool = False


@dataclass(frozen=True)
class Rates:
    """US dollars: training per 1,000 tokens, storage per model and month, serving per model unit and hour.

    Each has a source of its own: an admin's word on one of them says nothing about the others.
    """

    training_per_1k: Decimal | None = None
    storage_per_month: Decimal | None = None
    unit_hour: Decimal | None = None
    training_source: str = ""
    storage_source: str = ""
    unit_hour_source: str = ""

    @property
    def source(self) -> str:
        """All sources in one sentence, each named once."""
        sources = (self.training_source, self.storage_source, self.unit_hour_source)
        return "; ".join(dict.fromkeys(filter(None, sources)))


def training_cost(rates: Rates, tokens: int | None, epochs: int | None) -> Decimal | None:
    """Tokens × epochs × price, in US dollars to the cent's hundredth; None when any part is unknown."""
    if rates.training_per_1k is None or tokens is None or epochs is None:
        return None
    return (rates.training_per_1k * tokens * epochs / 1000).quantize(Decimal("0.0001"))


def money(amount: Decimal | None) -> str:
    """Dollars as people read them: "$1,234.50", "$0.0038" below a cent's worth of precision, "unknown"."""
    if amount is None:
        return "unknown"
    if amount != 0 and abs(amount) < Decimal("0.01"):
        return f"${amount.normalize():f}"
    return f"${amount:,.2f}"


def rate_in_words(usd: Decimal | None) -> str:
    """A price with every digit it has, at least to the cent: "$60.50", "$0.00378", "unknown"."""
    if usd is None:
        return "unknown"
    plain = usd.normalize()
    return f"${usd:,.2f}" if usd == usd.quantize(Decimal("0.01")) else f"${plain:,f}"
