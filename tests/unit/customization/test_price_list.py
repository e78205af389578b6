"""Rows of AWS's price list become prices in our units, or are left out with the reason; never guessed, never 0."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customization.price_list import Product, product_from, understand, why_implausible
from customization.pricing import Part

DAY = date(2026, 8, 1)
NOVA = "amazon.nova-2-lite"


def product(
    usage: str = "USE1-Nova2.0Lite-Customization-Training",
    unit: str = "1K tokens",
    usd: str = "0.00378",
    **rest,
) -> Product:
    return Product(usage, unit, Decimal(usd), **{"as_of": DAY, **rest})


def entry(**changes) -> dict:
    dimension = {
        "unit": "hour",
        "beginRange": "0",
        "endRange": "Inf",
        "pricePerUnit": {"USD": "60.5000000000"},
    }
    whole = {
        "product": {"attributes": {"usagetype": "USE1-X", "model": "X"}, "sku": "A"},
        "terms": {
            "OnDemand": {
                "A.B": {"effectiveDate": "2026-08-01T00:00:00Z", "priceDimensions": {"A.B.C": dimension}}
            }
        },
        "publicationDate": "2026-09-01T00:00:00Z",
    }
    return whole | changes


def with_dimension(**changes) -> dict:
    found = entry()
    (dimension,) = found["terms"]["OnDemand"]["A.B"]["priceDimensions"].values()
    dimension.update(changes)
    return found


class TestReading:
    def test_an_entry_is_a_usage_type_with_one_price_and_a_day(self):
        assert product_from(json.dumps(entry())) == Product("USE1-X", "hour", Decimal("60.5"), DAY, "X")

    def test_without_a_term_date_the_lists_own_counts(self):
        found = entry()
        del found["terms"]["OnDemand"]["A.B"]["effectiveDate"]
        assert product_from(json.dumps(found)).as_of == date(2026, 9, 1)

    def test_a_price_in_tiers_is_no_single_price(self):
        assert product_from(json.dumps(with_dimension(endRange="1000"))) is None

    @pytest.mark.parametrize(
        "broken",
        [
            entry(terms={}),
            entry(terms={"OnDemand": {}}),
            entry(terms={"Reserved": {"x": 1}}),
            entry(product={}),
            entry(product={"attributes": {}}),
            entry(product=None),
            with_dimension(pricePerUnit={"CNY": "1"}),
            with_dimension(pricePerUnit={"USD": "cheap"}),
            with_dimension(pricePerUnit={"USD": "NaN"}),
            with_dimension(pricePerUnit={"USD": "Infinity"}),
            with_dimension(pricePerUnit=None),
            with_dimension(unit=None),
            entry(terms=[1, 2]),
            [],
            "text",
            None,
        ],
    )
    def test_an_unknown_shape_is_nothing(self, broken):
        assert product_from(json.dumps(broken)) is None

    @pytest.mark.parametrize("text", ["", "{", "<html>", "[" * 100_000, "1e999999999"])
    def test_what_is_no_json_is_nothing(self, text):
        assert product_from(text) is None

    @given(
        st.recursive(
            st.none() | st.text() | st.floats() | st.integers(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "product",
                            "attributes",
                            "terms",
                            "OnDemand",
                            "priceDimensions",
                            "pricePerUnit",
                            "USD",
                            "unit",
                        ]
                    ),
                    inner,
                )
            ),
        )
    )
    def test_nothing_makes_it_stumble(self, anything):
        product_from(json.dumps(anything))


class TestUnderstanding:
    @pytest.mark.parametrize(
        ("usage", "unit", "usd", "known", "ours"),
        [
            (
                "USE1-Nova2.0Lite-Customization-Training",
                "1K tokens",
                "0.00378",
                (NOVA, Part.TRAINING),
                "0.00378",
            ),
            (
                "USE1-Nova2.0Lite-Customization-Training",
                "1M tokens",
                "3.78",
                (NOVA, Part.TRAINING),
                "0.00378",
            ),
            (
                "USE1-Nova2.0Lite-Customization-Training",
                "1,000 Tokens",
                "0.00378",
                (NOVA, Part.TRAINING),
                "0.00378",
            ),
            ("Nova2.0Lite-Customization-Storage", "Model / month", "1.95", (NOVA, Part.STORAGE), "1.95"),
            (
                "USE1-Nova2.0Lite-ProvisionedThroughput-NoCommit-ModelUnits",
                "hour",
                "60.50",
                (NOVA, Part.UNIT_HOUR),
                "60.50",
            ),
            (
                "USW2-Llama3-1-70B-ProvisionedThroughput-NoCommit-ModelUnits",
                "Hrs",
                "24",
                ("meta.llama3-1-70b-instruct", Part.UNIT_HOUR),
                "24",
            ),
            (
                "EUC1-NovaMicro-Customization-Training",
                "1M tokens",
                "1",
                ("amazon.nova-micro-v1", Part.TRAINING),
                "0.001",
            ),
        ],
    )
    def test_what_is_known_is_taken_in_our_units(self, usage, unit, usd, known, ours):
        understood = understand([product(usage, unit, usd)])
        assert {key: figure.usd for key, figure in understood.figures.items()} == {known: Decimal(ours)}
        assert (understood.figures[known].as_of, understood.not_understood) == (DAY, ())

    @pytest.mark.parametrize(
        ("strange", "why"),
        [
            (product("USE1-Nova9Mega-Customization-Training"), "an unknown model"),
            (product("USE1-Nova2.0LitePlus-Customization-Training"), "an unknown model"),
            (product("USE1-Nova2.0Lite-Customization-Training-Video"), "an unknown kind of price"),
            (product("USE1-Nova2.0Lite-ProvisionedThroughput-NoCommit-Turbo"), "an unknown kind of price"),
            (product("USE1-NovaCanvas-Customization-Training", "image"), "priced per image"),
            (product(unit="tokens"), "priced per tokens"),
            (product("USE1-Nova2.0Lite-Customization-Storage", "GB"), "priced per GB"),
            (product(usd="0"), "no price"),
            (product(usd="-1"), "no price"),
            (product(usd="0.0000000001"), "no price"),
            (product(usd="1E+20"), "no price"),
            (product(model="Nova Pro"), "an unknown model"),
        ],
    )
    def test_what_is_strange_is_named_and_left_out(self, strange, why):
        understood = understand([strange])
        assert understood.figures == {}
        assert understood.not_understood == (f"{strange.usage}: {why}",)

    @pytest.mark.parametrize(
        "usage",
        [
            "USE1-Nova2.0Lite-input-tokens",
            "USE1-Nova2.0Lite-output-tokens-custom-model",
            "USE1-Nova2.0Lite-ProvisionedThroughput-1month-ModelUnits",
            "USE1-Guardrail-ContentPolicyUnitsConsumed",
            "",
        ],
    )
    def test_what_is_no_concern_of_ours_is_not_even_named(self, usage):
        assert understand([product(usage)]) == understand([])

    def test_aws_may_name_a_model_in_a_way_we_do_not_know_beside_a_usage_type_that_we_do(self):
        assert understand([product(model="Nova 2.0 Lite (text)")]).figures

    def test_a_rate_for_customs_wins_over_the_base_models(self):
        rows = [
            product("USE1-NovaPro-ProvisionedThroughput-Custom-NoCommit-ModelUnits", "hour", "108.15"),
            product("USE1-NovaPro-ProvisionedThroughput-NoCommit-ModelUnits", "hour", "99"),
        ]
        for order in (rows, rows[::-1]):
            (figure,) = understand(order).figures.values()
            assert figure.usd == Decimal("108.15")

    def test_rows_that_contradict_each_other_are_not_taken(self):
        understood = understand([product(), product(usd="0.005")])
        assert understood.figures == {}
        assert understood.not_understood == (f"{NOVA}: several prices for training",)

    def test_rows_that_agree_are_one_price_of_the_latest_day(self):
        understood = understand(
            [product(), product(as_of=date(2026, 9, 1)), product(unit="1M tokens", usd="3.78")]
        )
        assert understood.figures[NOVA, Part.TRAINING].as_of == date(2026, 9, 1)


class TestPlausible:
    TEN = tuple((f"m{number}", Part.TRAINING) for number in range(10))

    def test_an_empty_list_is_never_believed(self):
        assert "no price" in why_implausible([], [])
        assert "no price" in why_implausible(self.TEN, [])

    def test_a_fifth_may_go_and_more_may_not(self):
        assert why_implausible(self.TEN, self.TEN[:8]) == ""
        assert why_implausible(self.TEN, self.TEN[:7]) == "The list lacks 3 of the 10 prices known from it."

    def test_new_ones_do_not_make_up_for_lost_ones(self):
        others = [(f"n{number}", Part.STORAGE) for number in range(50)]
        assert why_implausible(self.TEN, [*self.TEN[:5], *others])

    def test_the_first_list_is_believed(self):
        assert why_implausible([], self.TEN[:1]) == ""
