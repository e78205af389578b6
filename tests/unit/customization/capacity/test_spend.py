"""Sums over throughputs: within a month, ever, and what has no price is counted beside them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from customization.capacity.ledger import Meter
from customization.capacity.spend import Sum, add_up, month_start
from tests.builders import NOW

HOUR = timedelta(hours=1)
MONTH = datetime(2026, 11, 1, tzinfo=UTC)


def meter(
    start: float, end: float | None = None, unit_hour: str | None = "10", units: int = 1, **rest
) -> Meter:
    """From and until in hours before NOW."""
    price = None if unit_hour is None else Decimal(unit_hour)
    return Meter(units, price, NOW - start * HOUR, None if end is None else NOW - end * HOUR, **rest)


class TestHoursBetween:
    def test_only_what_lies_within_counts(self):
        across = Meter(1, Decimal(10), MONTH - 5 * HOUR, MONTH + 7 * HOUR)
        assert across.hours_between(MONTH, NOW) == 7
        assert across.cost_between(MONTH, NOW) == Decimal("70.00")
        assert across.hours_between(MONTH - 100 * HOUR, MONTH) == 5

    def test_what_runs_counts_to_the_end_of_the_window(self):
        assert meter(3).hours_between(NOW - HOUR, NOW) == 1

    def test_what_lies_outside_counts_nothing(self):
        before = Meter(1, Decimal(10), MONTH - 5 * HOUR, MONTH - HOUR)
        assert before.hours_between(MONTH, NOW) == 0
        assert meter(3).hours_between(MONTH - 5 * HOUR, MONTH) == 0

    def test_what_was_never_accepted_counts_nothing(self):
        assert Meter(1, Decimal(10), None).hours_between(MONTH, NOW) == 0

    def test_an_unknown_price_stays_unknown(self):
        assert meter(3, unit_hour=None).cost_between(MONTH, NOW) is None

    @given(st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 2000))
    def test_two_windows_together_are_the_whole(self, start, length, cut):
        row = meter(start, max(start - length, 0))
        long_ago, between = NOW - 3000 * HOUR, NOW - cut * HOUR
        parts = row.hours_between(long_ago, between) + row.hours_between(between, NOW)
        assert parts == row.hours(NOW)


class TestAddingUp:
    def test_now_this_month_and_ever(self):
        old = Meter(1, Decimal(10), MONTH - 10 * HOUR, MONTH + 2 * HOUR)
        totals = add_up([meter(3, units=2), old, meter(5, 4)], NOW)
        assert (totals.hourly.usd, totals.month.usd, totals.ever.usd) == (20, 90, 190)
        assert totals.hours == 3 + 12 + 1

    def test_an_unknown_price_is_counted_and_never_added_as_nothing(self):
        totals = add_up([meter(3), meter(3, unit_hour=None)], NOW)
        for part in (totals.hourly, totals.month, totals.ever):
            assert (part.priced, part.unpriced, part.rest) == (1, 1, "+ 1 with unknown price")
        assert totals.ever.amount == "$30.00"

    def test_when_no_price_is_known_the_sum_is_unknown(self):
        assert add_up([meter(3, unit_hour=None)], NOW).ever.amount == "unknown"
        assert Sum().amount == "$0.00"

    def test_what_was_never_accepted_is_in_no_sum(self):
        totals = add_up([Meter(1, None, None), Meter(1, Decimal(10), None)], NOW)
        assert (totals.ever.priced, totals.ever.unpriced, totals.hours) == (0, 0, 0)

    def test_what_ended_before_the_month_is_not_in_it(self):
        old = Meter(1, None, MONTH - 10 * HOUR, MONTH - 2 * HOUR)
        totals = add_up([old], NOW)
        assert (totals.month.unpriced, totals.ever.unpriced, totals.hourly.unpriced) == (0, 1, 0)

    def test_hours_after_a_failure_are_told_apart(self):
        assert add_up([meter(3, failed_at=NOW - HOUR)], NOW).doubtful_hours == 1


def test_a_month_begins_in_utc():
    tokyo = timezone(timedelta(hours=9))
    assert month_start(datetime(2026, 12, 1, 8, 0, tzinfo=tokyo)) == MONTH
    assert month_start(NOW) == MONTH
