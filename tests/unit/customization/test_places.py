"""Addresses in S3, and the names we give to uploads."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customization.gateways.places import Place, place_of, safe_name


@given(
    st.from_regex(r"[a-z0-9.-]{3,63}", fullmatch=True),
    st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=50),
)
def test_every_address_leads_back_to_itself(bucket, key):
    if key.endswith("/"):
        return
    assert place_of(Place(bucket, key).uri) == Place(bucket, key)


@given(st.text())
def test_what_is_no_address_is_a_value_error_and_nothing_else(text):
    with contextlib.suppress(ValueError):
        assert place_of(text).uri


@given(st.text())
def test_a_safe_name_is_safe(text):
    name = safe_name(text)
    assert name.endswith(".jsonl")
    assert len(name) <= 106
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert not name.startswith((".", "-"))


@pytest.mark.parametrize(
    ("given_", "made"),
    [
        ("train.jsonl", "train.jsonl"),
        ("train.json", "train.jsonl"),
        ("Train.JSONL", "Train.jsonl"),
        ("my data.jsonl", "my-data.jsonl"),
        ("../../x", "x.jsonl"),
        ("", "data.jsonl"),
        ("…", "data.jsonl"),
        ("C:\\x\\y.jsonl", "y.jsonl"),
    ],
)
def test_names_of_files(given_, made):
    assert safe_name(given_) == made
