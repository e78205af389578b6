"""What must be seen of a throughput in both books: hours, dollars, units, and the end that was asked for."""

from datetime import timedelta
from decimal import Decimal

from tests.chaos.money import Line
from tests.chaos.plans import Plan


def line(dollars, hours="10", **more):
    plan = Plan("m0", "amazon.nova-lite-v1:0:300k", "no end", 2)
    return Line(plan, Decimal(hours), Decimal("10"), dollars, Decimal("605"), **{"units": (2, 2), **more})


def test_dollars_are_judged_for_themselves():
    assert line(Decimal("605")).wrong(1.0) == []
    assert line(Decimal("607")).wrong(1.0) == []  # two units at 60.50, a minute
    assert len(line(Decimal("610")).wrong(1.0)) == 1
    assert len(line(Decimal("605"), hours="11").wrong(1.0)) == 1


def test_units_and_the_end_are_judged_by_what_was_asked_for():
    assert line(Decimal("605"), units=(2, 2), late=timedelta(minutes=1)).wrong(1.0) == []
    assert len(line(Decimal("605"), units=(2, 3)).wrong(1.0)) == 1
    assert len(line(Decimal("605"), units=(3, 3)).wrong(1.0)) == 1
    assert len(line(Decimal("605"), late=timedelta(hours=-7)).wrong(1.0)) == 1
    assert len(line(Decimal("605"), late=timedelta(hours=1)).wrong(1.0)) == 1


def test_an_unknown_price_is_no_price_of_nothing():
    assert line(None).wrong(1.0) == ["m0 (no end) has no price"]
