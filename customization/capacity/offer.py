"""What renting or deploying would cost, in words, and which of the two is the better offer. Pure.

An unknown price stays "unknown". Where on-demand deployment is offered is a dated table, ``data/on_demand.json``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from catalog.traits import format_price
from customization.capacity.ledger import HOURS_PER_DAY, HOURS_PER_MONTH, tokens_to_break_even
from customization.pricing import money

_FILE = Path(__file__).parent.parent / "data" / "on_demand.json"
# Chats send more than they get back. The page says which mix it assumes.
INPUT_PER_OUTPUT = 3
# Bedrock's ids of another context size (…-v1:0:256k) have no token prices of their own.
_CONTEXT = re.compile(r":\d+k$")


@dataclass(frozen=True, slots=True)
class Terms:
    """A throughput as somebody thinks of renting it. ``hours`` None: without an end."""

    units: int
    unit_hour: Decimal | None
    hours: int | None = None

    @property
    def is_known(self) -> bool:
        return self.unit_hour is not None

    @property
    def rate(self) -> Decimal | None:
        return None if self.unit_hour is None else self.unit_hour * self.units

    @property
    def hourly(self) -> str:
        return money(self.rate)

    @property
    def daily(self) -> str:
        return money(_times(self.rate, HOURS_PER_DAY))

    @property
    def monthly(self) -> str:
        return money(_times(self.rate, HOURS_PER_MONTH))

    @property
    def lease(self) -> str:
        """What the whole lease costs; "" without an end."""
        return "" if self.hours is None else money(_times(self.rate, self.hours))

    @property
    def in_words(self) -> str:
        if self.rate is None:
            return "an unknown price"
        return f"{self.hourly} an hour, {self.daily} a day, {self.monthly} a month"


@dataclass(frozen=True, slots=True)
class OnDemand:
    """Whether a base model's customs can be deployed on demand, as far as our table knows."""

    offered: bool
    why_not: str
    source: str


@dataclass(frozen=True, slots=True)
class BreakEven:
    """From how many tokens an hour, every hour, renting is cheaper than paying by the token."""

    tokens: int
    input_price: Decimal
    output_price: Decimal

    @property
    def prices(self) -> str:
        return f"{format_price(self.input_price)} for 1M tokens in and {format_price(self.output_price)} for 1M out"

    @property
    def in_words(self) -> str:
        """Two digits are all that such an estimate bears: "71 million"."""
        for size, word in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
            if self.tokens >= size:
                count = self.tokens / size
                return f"{count:.1f} {word}" if count < 10 else f"{count:,.0f} {word}"
        return str(self.tokens)


def on_demand(base_external_id: str, region: str) -> OnDemand:
    """Does the platform deploy customs of this base on demand in this region?"""
    table = _table()
    source = f"{table['source']}, {table['as_of']}"
    if not base_external_id.startswith(tuple(table["bases"])):
        return OnDemand(False, "This base model is not in AWS’s list for on-demand deployment.", source)
    if region not in table["regions"]:
        return OnDemand(
            False, f"AWS lists on-demand deployment for {' and '.join(table['regions'])} only.", source
        )
    return OnDemand(True, "", source)


def break_even(
    rate: Decimal | None, input_price: Decimal | None, output_price: Decimal | None
) -> BreakEven | None:
    """None when any of the three prices is unknown. Token prices are dollars per 1M tokens."""
    if input_price is None or output_price is None:
        return None
    mixed = (input_price * INPUT_PER_OUTPUT + output_price) / (INPUT_PER_OUTPUT + 1)
    tokens = tokens_to_break_even(rate, mixed)
    return None if tokens is None else BreakEven(tokens, input_price, output_price)


def callable_id(base_external_id: str) -> str:
    """The id under which the base model is called on demand, and has token prices."""
    return _CONTEXT.sub("", base_external_id)


def _times(rate: Decimal | None, hours: int) -> Decimal | None:
    return None if rate is None else rate * hours


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_FILE.read_text())
    return table
