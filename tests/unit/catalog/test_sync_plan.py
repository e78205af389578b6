"""What a fresh list means for the rows we have: tables, and properties over any two lists."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.sync_plan import Implausible, Known, Plan, plan_sync

A, B, C = {"name": "A"}, {"name": "B"}, {"name": "C"}


def known(columns, **presence) -> Known:
    return Known(columns, **presence)


@pytest.mark.parametrize(
    ("have", "seen", "expected"),
    [
        ({}, {"a": A}, Plan(added={"a": A})),
        ({"a": known(A)}, {"a": A}, Plan(unchanged=1)),
        ({"a": known(A)}, {"a": B}, Plan(changed={"a": {"name": ("A", "B")}})),
        ({"a": known(A, missed_syncs=2)}, {"a": A}, Plan(returned=["a"])),
        ({"a": known(A, listed=False, missed_syncs=3)}, {"a": A}, Plan(returned=["a"])),
        (
            {"a": known(A, listed=False, missed_syncs=3)},
            {"a": B},
            Plan(changed={"a": {"name": ("A", "B")}}, returned=["a"]),
        ),
    ],
)
def test_a_present_model_is_added_changed_returned_or_left_alone(have, seen, expected):
    assert plan_sync(have, seen) == expected


@pytest.mark.parametrize(
    ("before", "after", "gone"), [(0, 1, []), (1, 2, []), (2, 3, ["away"]), (7, 8, ["away"])]
)
def test_the_third_complete_list_without_a_model_makes_it_gone(before, after, gone):
    have = {str(number): known(A) for number in range(9)} | {"away": known(A, missed_syncs=before)}
    plan = plan_sync(have, {str(number): A for number in range(9)})
    assert (plan.missed, plan.gone, plan.unchanged) == ({"away": after}, gone, 9)


def test_a_gone_model_that_stays_away_costs_no_write():
    have = {"here": known(A), "gone": known(A, listed=False, missed_syncs=3)}
    assert plan_sync(have, {"here": A}).is_empty


def test_changes_are_told_field_by_field_with_old_and_new():
    have = {"a": known({"name": "A", "traits": "", "streaming": None})}
    plan = plan_sync(have, {"a": {"name": "A", "traits": "Text in", "streaming": False}})
    assert plan.changed == {"a": {"traits": ("", "Text in"), "streaming": (None, False)}}


@pytest.mark.parametrize("have", [{}, {"a": known(A)}, {"a": known(A, listed=False)}])
@pytest.mark.parametrize("accept", [True, False])
def test_an_empty_list_is_never_believed(have, accept):
    with pytest.raises(Implausible, match="empty list"):
        plan_sync(have, {}, accept_shrink=accept)


@pytest.mark.parametrize("size", [5, 10, 100, 1000])
def test_exactly_a_fifth_may_be_missing(size):
    have = {str(number): known(A) for number in range(size)}
    seen = dict.fromkeys(list(have)[size // 5 :], A)
    assert len(plan_sync(have, seen).missed) == size // 5


@pytest.mark.parametrize("size", [5, 10, 100, 1000])
def test_more_than_a_fifth_missing_is_refused_in_words_unless_accepted(size):
    have = {str(number): known(A) for number in range(size)}
    seen = dict.fromkeys(list(have)[size // 5 + 1 :], A)
    with pytest.raises(Implausible, match=f"{size // 5 + 1} of {size} listed models are missing.*20%"):
        plan_sync(have, seen)
    assert len(plan_sync(have, seen, accept_shrink=True).missed) == size // 5 + 1


def test_newcomers_do_not_hide_a_shrunken_list():
    have = {str(number): known(A) for number in range(10)}
    seen = dict.fromkeys(list(have)[3:], A) | {f"new-{number}": A for number in range(50)}
    with pytest.raises(Implausible):
        plan_sync(have, seen)


def test_models_that_are_gone_already_do_not_count_as_missing():
    have = {f"gone-{number}": known(A, listed=False) for number in range(50)} | {"a": known(A)}
    assert plan_sync(have, {"a": A}).is_empty


KEYS = st.sampled_from([f"m{number}" for number in range(12)])
COLUMNS = st.fixed_dictionaries(
    {"name": st.sampled_from("ABC"), "streaming": st.sampled_from([None, True, False])}
)
PRESENCE = st.one_of(
    st.tuples(st.just(True), st.integers(0, 2)), st.tuples(st.just(False), st.integers(3, 9))
)
HAVE = st.dictionaries(
    KEYS,
    st.builds(
        lambda columns, there: Known(columns, listed=there[0], missed_syncs=there[1]), COLUMNS, PRESENCE
    ),
)
SEEN = st.dictionaries(KEYS, COLUMNS, min_size=1)


def applied(have: dict[str, Known], plan: Plan, seen: dict) -> dict[str, Known]:
    """What the rows are after the plan was written."""
    after = dict(have)
    for key in [*plan.added, *plan.changed, *plan.returned]:
        after[key] = Known(seen[key])
    for key, missed in plan.missed.items():
        after[key] = Known(have[key].columns, listed=key not in plan.gone, missed_syncs=missed)
    return after


@given(HAVE, SEEN)
def test_every_model_falls_into_exactly_one_group(have, seen):
    plan = plan_sync(have, seen, accept_shrink=True)
    touched = {*plan.changed, *plan.returned}
    resting = {key for key, row in have.items() if key not in seen and not row.listed}
    assert set(plan.added) == set(seen) - set(have)
    assert touched <= set(seen) & set(have)
    assert set(plan.missed) == {key for key, row in have.items() if key not in seen and row.listed}
    assert set(plan.gone) <= set(plan.missed)
    assert plan.unchanged == len(set(seen) & set(have)) - len(touched)
    assert len(plan.added) + len(touched) + len(plan.missed) + plan.unchanged + len(resting) == len(
        {*have, *seen}
    )


@given(HAVE, SEEN)
def test_a_second_sync_with_the_same_list_changes_nothing_that_is_present(have, seen):
    after = applied(have, plan_sync(have, seen, accept_shrink=True), seen)
    again = plan_sync(after, seen, accept_shrink=True)
    assert (again.added, again.changed, again.returned) == ({}, {}, [])
    assert set(again.missed) == {key for key, row in after.items() if key not in seen and row.listed}


@given(HAVE, SEEN)
def test_after_three_complete_syncs_with_one_list_there_is_nothing_left_to_write(have, seen):
    rows = have
    for _ in range(3):
        rows = applied(rows, plan_sync(rows, seen, accept_shrink=True), seen)
    assert plan_sync(rows, seen).is_empty
    assert {key for key, row in rows.items() if row.listed} == set(seen)
    assert all(rows[key].columns == seen[key] for key in seen)


@given(HAVE, SEEN)
def test_a_list_is_refused_exactly_when_over_a_fifth_of_the_listed_is_missing(have, seen):
    listed = [key for key, row in have.items() if row.listed]
    assume(listed)
    missing = len([key for key in listed if key not in seen])
    try:
        plan_sync(have, seen)
    except Implausible:
        assert missing * 5 > len(listed)
    else:
        assert missing * 5 <= len(listed)
