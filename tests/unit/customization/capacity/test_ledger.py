"""Hours and dollars: what is unknown stays unknown, what is gone costs no more."""

from datetime import timedelta
from decimal import Decimal

from customization.capacity.ledger import Meter, burn_of, tokens_to_break_even
from tests.builders import NOW

HOUR = timedelta(hours=1)
RUNNING = Meter(2, Decimal("60.50"), NOW - 3 * HOUR)


def test_nothing_is_billed_before_the_platform_accepted_it():
    waiting = Meter(2, Decimal("60.50"), None)
    assert (waiting.hours(NOW), waiting.cost(NOW)) == (0, 0)
    assert burn_of([waiting], NOW).running == 0


def test_hours_are_counted_to_the_second_and_cost_is_units_times_hours_times_price():
    assert RUNNING.hours(NOW) == 3
    assert RUNNING.hours(NOW + timedelta(seconds=36)) == Decimal("3.01")
    assert RUNNING.cost(NOW) == Decimal("363.00")


def test_what_is_gone_costs_no_more():
    gone = Meter(2, Decimal("60.50"), NOW - 3 * HOUR, NOW - HOUR)
    assert gone.hours(NOW + 100 * HOUR) == 2
    assert burn_of([gone], NOW).running == 0


def test_an_unknown_price_is_unknown_and_never_nothing():
    unpriced = Meter(2, None, NOW - 3 * HOUR)
    assert (unpriced.hourly, unpriced.cost(NOW)) == (None, None)
    burn = burn_of([unpriced], NOW)
    assert (burn.running, burn.unpriced, burn.is_known) == (1, 1, False)


def test_the_burn_adds_up_what_is_known_and_counts_what_is_not():
    burn = burn_of([RUNNING, RUNNING, Meter(1, None, NOW - HOUR)], NOW)
    assert (burn.running, burn.unpriced) == (3, 1)
    assert (burn.hourly, burn.so_far) == (Decimal("242.00"), Decimal("726.00"))


def test_hours_since_a_failure_are_doubtful_and_counted_within_the_whole():
    failed = Meter(1, Decimal(10), NOW - 3 * HOUR, failed_at=NOW - HOUR)
    assert (failed.hours(NOW), failed.doubtful_hours(NOW)) == (3, 1)


def test_a_clock_that_went_backwards_bills_nothing():
    assert Meter(1, Decimal(10), NOW + HOUR).cost(NOW) == 0


def test_the_break_even_needs_both_prices():
    assert tokens_to_break_even(Decimal("60.50"), Decimal("0.55")) == 110_000_000
    assert tokens_to_break_even(None, Decimal("0.55")) is None
    assert tokens_to_break_even(Decimal("60.50"), None) is None
    assert tokens_to_break_even(Decimal("60.50"), Decimal(0)) is None
