"""The thinking step as a table: our state × what is seen × sent or not × stop wanted or not × attempts."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from customization.decide import ALARM_AFTER, SHOWS_WITHIN, Act, JobFacts, decide, is_anothers
from customization.observation import RemoteJob
from customization.states import REMOTE_WORDS, SETTLED, JobState, may_move, state_of

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OPEN = sorted(set(JobState) - SETTLED)
WORDS = [*REMOTE_WORDS, "Queued", ""]
ATTEMPTS = (0, ALARM_AFTER - 1, ALARM_AFTER, 1000)


def facts(state: JobState, **changes) -> JobFacts:
    usual = {
        "token": "ours",
        "sent_at": NOW,
        "stop_wanted": False,
        "attempts": 0,
        "created_at": NOW,
        "output_uri": "s3://b/ours",
    }
    return JobFacts(state=state, **{**usual, **changes})


def seen(word: str = "InProgress", token: str = "ours", **more) -> RemoteJob:
    return RemoteJob(name="job", arn="arn:job", word=word, token=token, **more)


EVERYTHING = list(
    product(
        JobState,
        [None, *WORDS],
        ["ours", "theirs", ""],
        [None, NOW, NOW - SHOWS_WITHIN],
        [True, False],
        ATTEMPTS,
    )
)


def test_the_whole_table():
    """4,032 rows, and what must hold in each."""
    assert len(EVERYTHING) == 4032
    for state, word, token, sent_at, stop, attempts in EVERYTHING:
        row = (state, word, token, sent_at, stop, attempts)
        job = facts(state, sent_at=sent_at, stop_wanted=stop, attempts=attempts)
        there = None if word is None else seen(word, token)
        got = decide(job, there, NOW)
        # A settled job is left alone, whatever is seen.
        if state in SETTLED:
            assert (got.act, got.state, got.delay, got.alarm) == (Act.NONE, None, None, ""), row
            continue
        # An open job is looked at again, or settles.
        assert got.delay is not None or got.state in SETTLED or got.act == Act.LOOK_CLOSER, row
        assert got.state is None or may_move(state, got.state), row
        # Money is spent only on a job nobody has seen, that is still only requested, and that somebody still wants.
        assert (got.act == Act.CREATE) == (there is None and state == JobState.REQUESTED and not stop), row
        # What is somebody else's is never touched.
        if there and token == "theirs":
            assert (got.act, got.state) == (Act.DISOWN, JobState.FAILED), row
            assert "Clone" in got.alarm, row
            continue
        # Success is what the platform calls so, and nothing else.
        assert (got.state == JobState.COMPLETED) == (word == "Completed"), row
        # A stop is sent when it is wanted and the job is there and not ended.
        wanted = bool(there) and stop and state_of(word) in (JobState.RUNNING, JobState.UNKNOWN)
        assert (got.act == Act.STOP) == wanted, row


@pytest.mark.parametrize("sent_at", [NOW, None])
def test_a_request_nobody_has_seen_is_sent_again_with_its_token(sent_at):
    assert decide(facts(JobState.REQUESTED, sent_at=sent_at), None, NOW).act == Act.CREATE


def test_a_stop_before_sending_sends_nothing():
    got = decide(facts(JobState.REQUESTED, sent_at=None, stop_wanted=True), None, NOW)
    assert (got.act, got.state) == (Act.GIVE_UP, JobState.STOPPED)


def test_a_stop_after_a_lost_answer_only_looks_until_a_job_would_have_shown():
    """Asking again would buy what nobody wants; giving up at once might leave a job that costs money."""
    job = facts(JobState.REQUESTED, stop_wanted=True)
    just_before = decide(job, None, NOW + SHOWS_WITHIN - timedelta(seconds=1))
    assert (just_before.act, just_before.state) == (Act.NONE, None)
    assert just_before.delay
    then = decide(job, None, NOW + SHOWS_WITHIN)
    assert (then.act, then.state) == (Act.GIVE_UP, JobState.STOPPED)


def test_a_job_that_shows_after_a_lost_answer_is_stopped():
    assert decide(facts(JobState.REQUESTED, stop_wanted=True), seen(), NOW).act == Act.STOP


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.STOPPING, JobState.UNKNOWN])
@pytest.mark.parametrize("attempts", ATTEMPTS)
def test_a_job_that_does_not_show_is_waited_for_and_becomes_an_alarm(state, attempts):
    got = decide(facts(state, attempts=attempts), None, NOW)
    assert (got.act, got.state) == (Act.NONE, None)
    assert bool(got.alarm) == (attempts >= ALARM_AFTER)


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("word", ["Completed", "Failed", "Stopped"])
def test_an_end_is_looked_at_closely_and_taken_over(state, word):
    got = decide(facts(state), seen(word), NOW)
    assert (got.act, got.state, got.delay) == (Act.LOOK_CLOSER, REMOTE_WORDS[word], None)


def test_a_stop_is_repeated_until_the_platform_says_that_it_is_stopping():
    assert decide(facts(JobState.STOPPING, stop_wanted=True), seen("InProgress"), NOW).act == Act.STOP
    assert decide(facts(JobState.RUNNING, stop_wanted=True), seen("Stopping"), NOW).act == Act.NONE


def test_a_young_job_is_looked_at_more_often_than_an_old_one():
    young, old = facts(JobState.RUNNING), facts(JobState.RUNNING, created_at=NOW - timedelta(hours=3))
    assert decide(young, seen(), NOW).delay < decide(old, seen(), NOW).delay


@pytest.mark.parametrize(
    ("token", "output", "anothers"),
    [
        ("ours", "s3://b/ours", False),
        ("ours", "s3://elsewhere", False),
        ("theirs", "s3://b/ours", True),
        ("", "s3://b/ours", False),
        ("", "s3://b/ours/", False),
        ("", "s3://b/theirs", True),
        ("", "", False),
    ],
)
def test_whose_a_job_is(token, output, anothers):
    assert is_anothers(facts(JobState.REQUESTED), seen(token=token, output_uri=output)) is anothers
