"""Cells of the CSV that a spreadsheet will not run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.views.export import formula_safe


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=cmd|"/C calc"!A0']
)
def test_text_that_could_start_a_formula_is_quoted(text):
    assert formula_safe(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("", ""),
        ("Nova", "Nova"),
        (0, "0"),
        (256_000, "256000"),
        ("a=b", "a=b"),
        ("us.a-v1:0", "us.a-v1:0"),
    ],
)
def test_anything_else_stays_as_it_is(value, cell):
    assert formula_safe(value) == cell


@given(st.text())
def test_no_text_at_all_can_start_a_formula(text):
    assert not formula_safe(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
