"""The statistics that the benchmarks rest on."""

from __future__ import annotations

import json

import pytest

from bench.pairs import Aim, Comparison, alternate, cpu, from_json


def comparison(*pairs: tuple[float, float], aim: Aim | None = None) -> Comparison:
    return Comparison("list", "ours", "stock", pairs, aim=aim)


def test_it_takes_the_median_of_the_pairs_ratios_not_the_ratio_of_the_medians():
    found = comparison((1, 4), (10, 20), (100, 300))

    assert found.ratio == 3
    assert found.spread == (2, 4)
    assert (found.our_median, found.their_median) == (10, 20)


@pytest.mark.parametrize(
    ("theirs", "verdict"),
    [
        (1.29, "no clear difference"),
        (0.78, "no clear difference"),
        (1.31, "ours is cheaper"),
        (0.7, "ours costs more"),
    ],
)
def test_it_calls_no_win_below_one_point_three(theirs: float, verdict: str):
    assert comparison((1, theirs)).verdict == verdict


@pytest.mark.parametrize(
    ("aim", "verdict"),
    [
        (Aim(low=5), "met"),
        (Aim(low=5.1), "MISSED"),
        (Aim(high=5), "met"),
        (Aim(high=4.9), "MISSED"),
        (Aim(high=2, of="ours"), "met"),
        (Aim(high=1.9, of="ours"), "MISSED"),
    ],
)
def test_an_aim_is_met_or_missed_by_the_median(aim: Aim, verdict: str):
    assert comparison((2, 10), aim=aim).verdict == verdict


def test_the_sides_alternate_and_take_turns_to_go_first():
    order: list[str] = []

    def side(name: str, value: float) -> float:
        order.append(name)
        return value

    pairs = alternate(lambda: side("ours", 1), lambda: side("theirs", 2), 3)

    assert order == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert pairs == [(1, 2), (1, 2), (1, 2)]


def test_a_sample_is_milliseconds_per_call():
    ticks = iter([10.0, 10.5])
    calls: list[int] = []

    assert cpu(lambda: calls.append(1), times=5, clock=lambda: next(ticks))() == 100
    assert len(calls) == 5


def test_a_comparison_survives_its_file():
    found = comparison((1.0, 6.0), (2.0, 11.0), aim=Aim(low=5))

    again = from_json(json.loads(json.dumps(found.as_json())))

    assert again == found
