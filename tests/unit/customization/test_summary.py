"""A dataset's report as its panel shows it."""

import pytest

from customization.models import Dataset
from customization.summary import HEIGHT, Summary, bars, kinds


def test_a_file_without_a_report_has_an_empty_summary():
    summary = Summary(Dataset(state="uploaded"))
    assert (summary.is_moving, summary.errors, summary.error_count, summary.bars) == (True, [], 0, [])


@pytest.mark.parametrize(
    ("state", "moving"),
    [
        ("uploading", False),
        ("uploaded", True),
        ("checking", True),
        ("valid", False),
        ("invalid", False),
        ("unreadable", False),
        ("aborted", False),
    ],
)
def test_only_a_file_that_will_change_by_itself_moves(state, moving):
    assert Summary(Dataset(state=state)).is_moving is moving


def test_all_errors_are_counted_though_only_some_are_listed():
    report = {"errors": [{"line": 1}], "error_totals": {"a": 300, "b": 5}}
    assert Summary(Dataset(state="invalid", report=report)).error_count == 305


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        ({}, ""),
        ({"bad_json": 1}, "1 × no valid JSON"),
        ({"missing_key": 3, "role_order": 1200}, "1,200 × roles out of order, 3 × missing key"),
        ({"b_b": 2, "a_a": 2}, "2 × a a, 2 × b b"),
    ],
)
def test_kinds_are_counted_in_words_the_most_frequent_first(totals, said):
    assert kinds(totals) == said


def test_the_highest_bar_fills_the_height_and_an_empty_one_is_flat():
    low, high, none = bars(
        [
            {"from": 1, "to": 9, "rows": 5},
            {"from": 10, "to": 99, "rows": 10},
            {"from": 100, "to": 200, "rows": 0},
        ]
    )
    assert (low.height, high.height, none.height) == (HEIGHT / 2, HEIGHT, 0)
    assert high.y == 0
    assert low.x < high.x < none.x
    assert "10 rows of 10 to 99 tokens" in high.title


def test_rows_of_no_length_divide_by_nothing():
    assert bars([{"from": 0, "to": 0, "rows": 0}])[0].height == 0
    assert bars([]) == []


def test_an_estimate_says_about():
    report = {"warning_totals": {"duplicate_row": 4000, "no_final_newline": 1}, "duplicates_estimated": True}
    assert (
        Summary(Dataset(state="valid", report=report)).warning_kinds
        == "about 4,000 × duplicate row, 1 × no final newline"
    )
