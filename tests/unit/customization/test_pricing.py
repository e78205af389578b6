"""Costs in exact decimals; what is unknown stays unknown."""

from datetime import date
from decimal import Decimal

import pytest

from customization.models import CustomizationJob, Price
from customization.prices import load_bundled, rates_for
from customization.pricing import Rates, money, rate_in_words, training_cost

PRICE = Rates(training_per_1k=Decimal("0.00378"), unit_hour=Decimal("60.50"))


def test_training_is_tokens_times_epochs_times_price():
    assert training_cost(PRICE, 1_234_567, 3) == Decimal("14.0000")  # 13.99998978, to the cent's hundredth


@pytest.mark.parametrize(("rates", "tokens", "epochs"), [(Rates(), 1, 1), (PRICE, None, 1), (PRICE, 1, None)])
def test_an_unknown_part_makes_the_whole_unknown(rates, tokens, epochs):
    assert training_cost(rates, tokens, epochs) is None


def test_nothing_costs_nothing_which_is_not_unknown():
    assert training_cost(PRICE, 0, 3) == 0
    assert money(Decimal(0)) == "$0.00"


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (None, "unknown"),
        ("1234.5", "$1,234.50"),
        ("0.0038", "$0.0038"),
        ("0.01", "$0.01"),
        ("1E+3", "$1,000.00"),
        ("0.00000010", "$0.0000001"),
    ],
)
def test_money_as_people_read_it(amount, said):
    assert money(None if amount is None else Decimal(amount)) == said


@pytest.mark.parametrize(
    ("usd", "said"),
    [
        (None, "unknown"),
        ("60.5000", "$60.50"),
        ("0.00378000", "$0.00378"),
        ("0.012345", "$0.012345"),
        ("1234", "$1,234.00"),
    ],
)
def test_a_price_keeps_every_digit(usd, said):
    assert rate_in_words(None if usd is None else Decimal(usd)) == said


@pytest.mark.parametrize(
    ("typed", "epochs"),
    [
        ("3", 3),
        ("99999", 99999),
        ("", None),
        ("2.5", None),
        ("²", None),
        ("٣", None),
        ("9" * 5000, None),
        (None, None),
        (["x"], None),
        (4, 4),
    ],
)
def test_epochs_are_read_only_from_plain_digits(typed, epochs):
    assert CustomizationJob(hyperparameters={"epochCount": typed}).epochs == epochs


@pytest.mark.django_db
class TestWhichPriceCounts:
    BASE = "amazon.nova-2-lite-v1:0:256k"

    def price(self, prefix: str, origin: str, amount: str) -> None:
        Price.objects.create(
            base_prefix=prefix, region="us-east-1", origin=origin, training_per_1k=amount, as_of="2026-01-01"
        )

    def test_the_bundled_table_is_there_and_loading_it_again_changes_nothing(self):
        before = list(Price.objects.values())
        load_bundled()
        assert list(Price.objects.values()) == before
        assert rates_for(self.BASE).training_per_1k == Decimal("0.00378")

    def test_an_admins_row_wins_then_the_platforms_then_the_longest_id(self):
        self.price("amazon.nova-2-lite-v1", "bundled", "0.5")
        assert rates_for(self.BASE).training_per_1k == Decimal("0.5")
        self.price("amazon", "platform", "0.6")
        assert rates_for(self.BASE).training_per_1k == Decimal("0.6")
        self.price("amazon.nova", "admin", "0.7")
        assert rates_for(self.BASE).training_per_1k == Decimal("0.7")

    def test_a_row_that_is_silent_on_a_part_hides_nobodys_word_on_it(self):
        own = {"base_prefix": "amazon.nova", "region": "us-east-1", "as_of": "2026-11-20"}
        Price.objects.create(**own, origin="admin", unit_hour="50", source="our contract")
        Price.objects.create(**own, origin="platform", training_per_1k="0.004", source="AWS Price List")
        rates = rates_for(self.BASE)
        assert (rates.unit_hour, rates.training_per_1k, rates.storage_per_month) == (
            Decimal(50),
            Decimal("0.004"),
            Decimal("1.95"),
        )
        assert rates.unit_hour_source == "set by an admin: our contract, 2026-11-20"
        assert rates.training_source == "AWS Price List, 2026-11-20"
        assert rates.storage_source == "bundled table: AWS Price List, read 2026-08-15"
        assert rates.source.count(";") == 2

    def test_a_long_source_still_fits_into_the_rows_that_keep_it(self):
        price = Price(origin="admin", source="x" * 300, as_of=date(2026, 11, 20))
        assert len(price.said_by) <= 300
        assert price.said_by.endswith(", 2026-11-20")

    def test_every_bundled_row_names_its_source_and_day(self):
        rows = Price.objects.filter(origin="bundled")
        assert rows
        assert not [row for row in rows if not row.source or not row.as_of]

    def test_another_region_or_base_has_no_price(self):
        assert rates_for(self.BASE, "eu-west-1") == Rates()
        assert rates_for("acme.rocket") == Rates()
