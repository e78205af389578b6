"""Curves from the CSV files a job leaves: with and without perplexity, and from files that are none."""

import io
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customization.curves import WIDTH, curves_of, unread_of
from customization.metrics import MOST_EPOCHS, MOST_POINTS, Point, epochs_run, polyline, thinned
from customization.metrics import points as points_of

FULL = "step_number,epoch_number,training_loss,perplexity\n0,0,2.5,12.1\n1,0,1.5,4.4\n"


def points(text: str) -> list[Point]:
    return list(points_of(io.StringIO(text, newline="")))


def test_a_full_file():
    assert points(FULL) == [Point(0, 0, 2.5, 12.1), Point(1, 0, 1.5, 4.4)]


def test_a_file_without_perplexity_as_nova_writes_it():
    assert points("step_number,epoch_number,validation_loss\n1,1,0.25\n") == [Point(1, 1, 0.25, None)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "step_number,epoch_number,training_loss\n",
        "<html><body>503</body></html>",
        "a,b,c\n1,2,3\n",
        "\x00\x00",
        '"',
        "training_loss\n" + "x" * 200_000,
        "\ufeff",
    ],
)
def test_a_file_without_losses_has_no_points(text):
    assert points(text) == []


@pytest.mark.parametrize(
    "row",
    [
        "x,0,1.0,1",
        "1,x,1.0,1",
        "1,0,NaN,1",
        "1,0,inf,1",
        "1,0,-Infinity,1",
        "1e999,0,1.0,1",
        "1,0,,1",
        ",,,",
        "1",
        "1,0,1.0.0,1",
    ],
)
def test_a_row_that_makes_no_sense_is_left_out(row):
    assert points(f"{FULL}{row}\n") == points(FULL)


@pytest.mark.parametrize("perplexity", ["", "n/a", "NaN", "inf"])
def test_a_perplexity_that_is_none_costs_only_itself(perplexity):
    assert points(f"{FULL}2,1,1.25,{perplexity}\n")[-1] == Point(2, 1, 1.25, None)


def test_an_endless_field_costs_only_what_comes_after_it():
    assert points(FULL + "x" * 200_000 + "\n") == points(FULL)


@given(st.text())
def test_no_text_is_an_exception_and_every_point_can_be_stored(text):
    for found in (points(text), points("training_loss,step_number\n" + text)):
        json.dumps([point.loss for point in found], allow_nan=False)


@pytest.mark.parametrize(
    ("epochs", "ran"),
    [
        ([0], 1),
        ([0, 0, 1, 1, 2], 3),
        ([1, 1, 2], 2),  # a file that counts from 1
        ([0, 2], 3),  # an epoch whose steps were not written ran all the same
        ([], None),
        ([-1], None),
        ([0, 10**300], 1),  # damage must not become a price
        ([MOST_EPOCHS], MOST_EPOCHS),
    ],
)
def test_epochs_are_counted_as_they_ran(epochs, ran):
    assert epochs_run(epochs) == ran


def test_a_polyline_goes_from_left_to_right_and_low_is_at_the_bottom():
    assert polyline([(1, 2.0), (2, 1.0), (5, 0.0)], 100, 50, 0.0, 2.0) == "0.0,0.0 25.0,25.0 100.0,50.0"
    assert polyline([(7, 1.0)], 100, 50, 1.0, 1.0) == "0.0,50.0 0.0,50.0"
    assert polyline([], 100, 50, 0.0, 0.0) == ""


def test_curves_are_drawn_for_what_there_is():
    rows = [{"loss": 2.0, "perplexity": None}, {"loss": 1.0, "perplexity": 3.0}]
    found = curves_of({"training": rows, "validation": [], "training_missing": "x"})
    assert [(curve.title, curve.steps) for curve in found] == [
        ("Training loss", 2),
        ("Training perplexity", 1),
    ]
    assert (found[0].low, found[0].high, found[0].first, found[0].last) == (1.0, 2.0, 2.0, 1.0)


def test_a_curve_is_drawn_over_the_steps_that_the_file_names():
    (curve,) = curves_of({"training": [{"step": n, "loss": 1.0 / n} for n in (10, 20, 50)]})
    assert (curve.begins, curve.ends) == (10, 50)
    assert [point.split(",")[0] for point in curve.points.split()] == ["0.0", "140.0", "560.0"]


@pytest.mark.parametrize("steps", [(0, 0, 0), (3, 2, 1), (None, 1, 2), (1, 2, 2)])
def test_where_the_steps_make_no_sense_rows_are_counted(steps):
    (curve,) = curves_of({"training": [{"step": n, "loss": 1.0} for n in steps]})
    assert (curve.begins, curve.ends) == (1, 3)


@pytest.mark.parametrize("metrics", [{}, {"training": None}, {"training": []}, {"training": [{}]}])
def test_without_losses_there_are_no_curves(metrics):
    assert curves_of(metrics) == []


@pytest.mark.parametrize("count", [1, 2, WIDTH - 1, WIDTH, WIDTH + 1, 1121, 100_000])
def test_a_long_training_is_drawn_by_no_more_points_than_can_be_seen(count):
    (curve,) = curves_of({"training": [{"loss": float(n)} for n in range(count)]})
    drawn = curve.points.split()
    assert len(drawn) <= WIDTH
    assert (curve.steps, curve.last) == (count, float(count - 1))
    if count > 1:
        assert drawn[-1] == f"{WIDTH:.1f},0.0"


def trained(steps: int, epochs: int = 10):
    return (Point(n, n * epochs // steps, float(n)) for n in range(steps))


@pytest.mark.parametrize("steps", [0, 1, 2, MOST_POINTS - 1, MOST_POINTS])
def test_a_short_training_is_kept_as_it_is(steps):
    assert thinned(trained(steps)) == (list(trained(steps)), steps)


@pytest.mark.parametrize("steps", [MOST_POINTS + 1, 2 * MOST_POINTS + 1, 100_000, 123_457])
def test_a_long_training_is_thinned_and_its_epochs_stay_whole(steps):
    kept, count = thinned(trained(steps))
    numbers = [point.step for point in kept]
    assert (count, numbers[0], numbers[-1]) == (steps, 0, steps - 1)
    assert MOST_POINTS / 2 < len(kept) <= MOST_POINTS + 11
    assert numbers == sorted(set(numbers))
    assert epochs_run(point.epoch for point in kept) == 10
    ends = {point.epoch: point.step for point in trained(steps)}  # the last of each wins
    assert set(ends.values()) <= set(numbers)


def test_thinning_holds_no_more_than_it_keeps():
    tracemalloc.start()
    thinned(trained(50_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 << 20


def test_a_file_in_which_every_step_is_an_epoch_of_its_own_is_damage_and_kept_small():
    kept, _ = thinned(Point(n, n, 1.0) for n in range(50_000))
    assert len(kept) <= MOST_POINTS + MOST_EPOCHS + 2


def test_a_thinned_curve_tells_how_many_steps_there_were():
    rows = [{"loss": 2.0, "perplexity": 3.0}, {"loss": 1.0, "perplexity": None}]
    found = curves_of({"training": rows, "training_steps": 100_000})
    assert [(curve.title, curve.steps) for curve in found] == [
        ("Training loss", 100_000),
        ("Training perplexity", 1),
    ]


def test_what_could_not_be_read_is_told_and_what_is_not_there_is_not():
    assert unread_of({"training_unread": "too large", "validation_missing": "none"}) == ["too large"]
    assert unread_of({}) == []
