"""What an offer costs in words, when renting is cheaper, and which base models can be deployed on demand."""

from decimal import Decimal

import pytest

from customization.capacity.offer import Terms, break_even, callable_id, on_demand

NOVA = "amazon.nova-2-lite-v1:0:256k"


def test_the_cost_is_told_by_the_hour_the_day_the_month_and_the_lease():
    terms = Terms(2, Decimal("60.50"), 8)
    assert terms.in_words == "$121.00 an hour, $2,904.00 a day, $88,330.00 a month"
    assert terms.lease == "$968.00"
    assert Terms(2, Decimal("60.50")).lease == ""


def test_an_unknown_price_stays_unknown():
    terms = Terms(2, None, 8)
    assert terms.in_words == "an unknown price"
    assert {terms.hourly, terms.daily, terms.monthly, terms.lease} == {"unknown"}
    assert not terms.is_known


def test_a_price_of_zero_is_no_unknown_price():
    assert Terms(1, Decimal(0), 8).hourly == "$0.00"


def test_the_break_even_weighs_three_tokens_in_for_one_out():
    found = break_even(Decimal("60.50"), Decimal("0.30"), Decimal("2.50"))
    assert found.tokens == 71_176_471
    assert found.in_words == "71 million"
    assert found.prices == "$0.30 for 1M tokens in and $2.50 for 1M out"


@pytest.mark.parametrize(
    ("rate", "price", "words"),
    [
        ("1", "10", "100 thousand"),
        ("5", "1000", "5.0 thousand"),
        ("0.5", "1000", "500"),
        ("21", "0.01", "2.1 billion"),
    ],
)
def test_the_break_even_is_rounded_to_what_it_is_worth(rate, price, words):
    assert break_even(Decimal(rate), Decimal(price), Decimal(price)).in_words == words


@pytest.mark.parametrize("missing", range(3))
def test_no_break_even_without_all_three_prices(missing):
    prices = [Decimal(1), Decimal(1), Decimal(1)]
    prices[missing] = None
    assert break_even(*prices) is None
    assert break_even(Decimal(1), Decimal(0), Decimal(0)) is None


@pytest.mark.parametrize(
    ("base", "region", "offered"),
    [
        (NOVA, "us-east-1", True),
        ("amazon.nova-pro-v1:0:300k", "us-west-2", True),
        ("meta.llama3-3-70b-instruct-v1:0:128k", "us-west-2", True),
        (NOVA, "eu-central-1", False),
        ("amazon.titan-embed-image-v1:0", "us-east-1", False),
        ("meta.llama3-1-70b-instruct-v1:0:128k", "us-west-2", False),
        ("", "us-east-1", False),
    ],
)
def test_on_demand_is_offered_for_what_the_dated_table_names(base, region, offered):
    answer = on_demand(base, region)
    assert answer.offered == offered
    assert bool(answer.why_not) != offered
    assert "2026-11-22" in answer.source


def test_token_prices_are_those_of_the_id_without_its_context_size():
    assert callable_id(NOVA) == "amazon.nova-2-lite-v1:0"
    assert callable_id("amazon.titan-embed-image-v1:0") == "amazon.titan-embed-image-v1:0"
