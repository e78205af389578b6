"""What people type for hyperparameters, against the dated table and without one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customization.hyperparameters import (
    MAX_PAIRS,
    MAX_TEXT,
    _table,
    carried_over,
    check,
    defaults,
    family_of,
)

NOVA, LLAMA = family_of("amazon.nova-lite-v1:0:300k"), family_of("meta.llama3-1-8b-instruct-v1:0:128k")
RIGHT = {"epochCount": "2", "learningRate": "0.00001", "learningRateWarmupSteps": "10"}
FAMILIES = [family for _, family in _table().values()]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.label)
def test_bounds_are_inclusive_and_hold(family):
    for row in family.parameters:
        fill = {name: value or "1" for name, value in defaults(family).items()}
        step = Decimal(1) if row.kind == "integer" else Decimal("1e-12")
        for value in (row.minimum, row.maximum):
            assert check(family, {**fill, row.name: value}) == {}
        for value in (Decimal(row.minimum) - step, Decimal(row.maximum) + step):
            assert set(check(family, {**fill, row.name: f"{value:f}"})) == {row.name}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.label)
def test_defaults_pass_their_own_rules_and_every_row_explains_itself(family):
    lacking = {row.name for row in family.parameters if not row.default}
    assert set(check(family, {})) == lacking
    assert all(row.help and row.title and row.range for row in family.parameters)
    assert family.as_of
    assert family.source


STRANGE = [
    "NaN",
    "nan",
    "sNaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "1e-999999999",
    "9" * 5000,
    "",
    " ",
    "two",
    "0x10",
    "1_0",
    "٣",
    "²",
    "1,5",
    "1 0",
    "--1",
    "+-1",
    "1e",
    "e1",
    ".",
    "None",
    "\x00",
    "1\x00",
]


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
@pytest.mark.parametrize("name", RIGHT)
def test_what_is_no_number_in_range_is_refused_in_words(name, text):
    errors = check(NOVA, {**RIGHT, name: text})
    assert set(errors) == {name}
    assert len(errors[name]) < 200


@given(st.text(max_size=60))
def test_no_text_is_an_exception(text):
    check(NOVA, dict.fromkeys(RIGHT, text))
    check(None, {text: text})


@pytest.mark.parametrize("text", ["2.0", "2e0", "2.5", "+2", "2."])
def test_a_whole_number_is_written_as_one(text):
    assert "whole number" in check(NOVA, {**RIGHT, "epochCount": text})["epochCount"]


@pytest.mark.parametrize("text", ["1e-5", "0.00001", "1E-5", ".00001", "0.000010"])
def test_a_rate_may_be_written_in_the_usual_ways(text):
    assert check(NOVA, {**RIGHT, "learningRate": text}) == {}


def test_an_unknown_name_is_told_with_the_known_ones():
    assert check(NOVA, {**RIGHT, "wings": "2"}) == {
        "wings": "Amazon Nova (Micro, Lite, Pro, 2 Lite) has no hyperparameter “wings”. "
        "It has: epochCount, learningRate, learningRateWarmupSteps."
    }


def test_a_fixed_value_is_called_so():
    assert "exactly 1" in check(LLAMA, {"batchSize": "2"})["batchSize"]


@pytest.mark.parametrize(
    ("base", "label"),
    [
        ("amazon.nova-lite-v1:0:300k", "Amazon Nova (Micro, Lite, Pro, 2 Lite)"),
        ("amazon.nova-2-lite-v1:0:256k", "Amazon Nova (Micro, Lite, Pro, 2 Lite)"),
        ("amazon.nova-canvas-v1:0", "Amazon Nova Canvas"),
        ("meta.llama3-3-70b-instruct-v1:0", "Meta Llama 3.x"),
        ("anthropic.claude-3-haiku-20240307-v1:0", "Anthropic Claude 3"),
        ("amazon.titan-embed-image-v1:0", "Amazon Titan Multimodal Embeddings"),
    ],
)
def test_families_are_known_by_the_beginning_of_the_id(base, label):
    assert family_of(base).label == label


@pytest.mark.parametrize(
    "base",
    ["", "acme.rocket-v1", "amazon.nova", "amazon.titan-text-lite-v1", "cohere.command", "AMAZON.NOVA-LITE"],
)
def test_other_families_are_unknown(base):
    assert family_of(base) is None


def test_an_unknown_family_takes_free_pairs_of_bounded_size():
    assert check(None, {"anything": "goes", "depth": "12"}) == {}
    assert check(None, {}) == {}
    for pairs in (
        {"": "v"},
        {"n": ""},
        {"n" * (MAX_TEXT + 1): "v"},
        {"n": "v" * (MAX_TEXT + 1)},
        {"n": "a\x00b"},
        {"n\n": "v"},
    ):
        assert len(check(None, pairs)) == 1
    assert set(check(None, {str(n): "v" for n in range(MAX_PAIRS + 1)})) == {""}


@pytest.mark.parametrize(
    ("old", "new", "pairs", "kept", "left_out"),
    [
        (NOVA, NOVA, {"epochCount": "9", "wings": "2"}, {"epochCount": "9", "wings": "2"}, {}),
        (NOVA, LLAMA, RIGHT, {}, {}),  # nobody chose Nova's defaults
        (NOVA, LLAMA, {**RIGHT, "learningRate": "1e-5"}, {}, {}),  # the same number
        (NOVA, LLAMA, {**RIGHT, "epochCount": "4"}, {"epochCount": "4"}, {}),
        (LLAMA, NOVA, {"epochCount": "8", "batchSize": "1"}, {}, {"epochCount": "8"}),  # Nova takes 5 at most
        (NOVA, LLAMA, {"learningRateWarmupSteps": "50"}, {}, {"learningRateWarmupSteps": "50"}),
        (NOVA, LLAMA, {"epochCount": ""}, {}, {}),
        (NOVA, None, {**RIGHT, "epochCount": "4"}, {"epochCount": "4"}, {}),  # unknown families take any
        (None, NOVA, {"epochCount": "2", "depth": "12"}, {"epochCount": "2"}, {"depth": "12"}),
    ],
)
def test_what_is_carried_over_to_another_family(old, new, pairs, kept, left_out):
    assert carried_over(old, new, pairs) == (kept, left_out)


@given(st.sampled_from([*FAMILIES, None]), st.sampled_from(FAMILIES))
def test_a_form_that_nobody_touched_shows_the_new_familys_defaults(old, new):
    if old != new:
        assert carried_over(old, new, defaults(old)) == ({}, {})


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=30)))
def test_what_is_carried_over_is_right_for_the_new_family(pairs):
    kept, left_out = carried_over(NOVA, LLAMA, {**pairs, "learningRate": "0.5"})
    assert check(LLAMA, kept) == {}
    assert not kept.keys() & left_out.keys()
