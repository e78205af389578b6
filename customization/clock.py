"""The money clock as every page shows it: ours, and what strangers on the platform cost beside it."""

from __future__ import annotations

from datetime import datetime

from customization.radar.costs import unknown_hourly
from customization.serving.money import MoneyClock, money_clock


def whole_clock(now: datetime) -> MoneyClock:
    """One query for ours, one for strangers; two more only while there are some that cost money."""
    return money_clock(now, unknown_hourly(now))
