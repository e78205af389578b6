"""The platform's words and ours; which moves are allowed; how soon to look again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.facts import BuildState
from customization.states import (
    BUILD_OF,
    MOVES,
    REMOTE_WORDS,
    SETTLED,
    JobState,
    check_delay,
    may_move,
    progress_of,
    retry_delay,
    state_of,
)

# All words of botocore's ModelCustomizationJobStatus (bedrock/2023-04-20).
DOCUMENTED = {"InProgress", "Completed", "Failed", "Stopping", "Stopped"}


def test_every_documented_word_is_known():
    assert set(REMOTE_WORDS) == DOCUMENTED


@given(st.text())
def test_a_word_nobody_documented_is_never_a_success(word):
    assert word in DOCUMENTED or state_of(word) == JobState.UNKNOWN


@pytest.mark.parametrize(
    "word", ["completed", "COMPLETED", "Completed ", "Complete", "Succeeded", "", "Active"]
)
def test_words_that_come_near_are_unknown_too(word):
    assert state_of(word) == JobState.UNKNOWN


def test_only_completed_means_built():
    assert {state for state, build in BUILD_OF.items() if build == BuildState.BUILT} == {JobState.COMPLETED}
    assert set(BUILD_OF) == set(JobState)


@pytest.mark.parametrize("before", sorted(SETTLED))
@pytest.mark.parametrize("after", list(JobState))
def test_a_settled_job_never_moves(before, after):
    assert not may_move(before, after)


@pytest.mark.parametrize("before", list(JobState))
def test_nothing_goes_back_to_requested_and_nothing_stays_by_moving(before):
    assert not may_move(before, JobState.REQUESTED)
    assert not may_move(before, before)


@pytest.mark.parametrize("before", sorted(set(JobState) - SETTLED))
def test_every_open_state_can_end_in_every_way(before):
    assert MOVES[before] >= SETTLED


def test_a_stopping_job_is_not_called_running_again_by_an_old_list():
    assert not may_move(JobState.STOPPING, JobState.RUNNING)


def test_an_unknown_word_can_be_left_again():
    assert may_move(JobState.UNKNOWN, JobState.RUNNING)


PHASES = ("Validation", "Data processing", "Training")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), ""),
        (("NotStarted", "NotStarted", "NotStarted"), ""),
        (("InProgress", "NotStarted", "NotStarted"), "validation…"),
        (("Completed", "InProgress", ""), "validation ✓, data…"),
        (("Completed", "Completed", "InProgress"), "validation ✓, data ✓, training…"),
        (("Completed", "Failed", "NotStarted"), "validation ✓, data (Failed)"),
        (("Queued",), "validation (Queued)"),  # a word nobody knows is shown as it came
    ],
)
def test_progress_is_said_in_one_line(words, said):
    phases = [{"name": name, "word": word} for name, word in zip(PHASES, words, strict=False)]
    assert progress_of(phases) == said


@given(st.sampled_from(list(JobState)), st.timedeltas(timedelta(), timedelta(days=30)))
def test_looks_are_seconds_to_a_minute_apart(state, age):
    assert timedelta(seconds=5) <= check_delay(state, age) <= timedelta(seconds=60)


@given(st.integers(0, 10_000))
def test_pauses_after_failures_grow_and_are_bounded(attempts):
    assert timedelta(seconds=5) <= retry_delay(attempts) <= retry_delay(attempts + 1) <= timedelta(minutes=5)


def test_the_first_pauses():
    assert [retry_delay(n).total_seconds() for n in range(8)] == [5, 10, 20, 40, 80, 160, 300, 300]


@pytest.mark.parametrize(("asked", "given_"), [(None, 5), (0.0, 5), (3.0, 5), (120.0, 120), (900.0, 900)])
def test_the_pause_the_platform_asks_for_is_kept_when_it_is_longer(asked, given_):
    assert retry_delay(0, asked).total_seconds() == given_
