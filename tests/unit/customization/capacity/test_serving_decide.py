"""What one look means for a throughput or deployment: a table of looks and verdicts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from customization.capacity.decide import SHOWS_WITHIN, WISH_EXPIRES, Act, Decision, ServeFacts, decide
from customization.capacity.observation import RemoteServing
from customization.capacity.states import ENDED, LIVE, ServeState
from tests.builders import NOW

MODEL = "arn:aws:bedrock:us-east-1:123456789012:custom-model/x"
ASKED = ServeFacts(ServeState.REQUESTED, None, False, 0, NOW, MODEL)
SENT = replace(ASKED, sent_at=NOW)
SHOWN = replace(SENT, state=ServeState.IN_SERVICE, shown=True)
SOON, LATER = NOW + timedelta(seconds=5), NOW + SHOWS_WITHIN + timedelta(seconds=1)
NEXT_HOUR = NOW + WISH_EXPIRES


def seen(word: str = "InService", model_arn: str = MODEL) -> RemoteServing:
    return RemoteServing(name="x", arn="arn:x", word=word, model_arn=model_arn)


def act_and_state(decision: Decision) -> tuple[Act, ServeState | None]:
    return decision.act, decision.state


@pytest.mark.parametrize("state", sorted(ENDED))
def test_what_has_ended_is_never_looked_at_again(state):
    assert decide(replace(SHOWN, state=state), None, NOW) == Decision()


@pytest.mark.parametrize(
    ("row", "now", "expected"),
    [
        (ASKED, SOON, (Act.CREATE, None)),
        (ASKED, NEXT_HOUR, (Act.GIVE_UP_UNSENT, ServeState.REFUSED)),
        (SENT, SOON, (Act.CREATE, None)),
        (SENT, LATER, (Act.CREATE, None)),
        (SENT, NEXT_HOUR, (Act.GIVE_UP_UNSENT, ServeState.REFUSED)),
        (replace(ASKED, state=ServeState.REMOVING), SOON, (Act.GIVE_UP_UNSENT, ServeState.REMOVED)),
        (replace(SENT, state=ServeState.REMOVING), SOON, (Act.NONE, None)),
        (replace(SENT, state=ServeState.REMOVING), LATER, (Act.NONE, ServeState.REMOVED)),
        (replace(SHOWN, state=ServeState.REMOVING), SOON, (Act.NONE, ServeState.REMOVED)),
        (replace(SENT, state=ServeState.CREATING), SOON, (Act.NONE, None)),
        (SHOWN, SOON, (Act.NONE, None)),
        (replace(SHOWN, misses=1), SOON, (Act.NONE, ServeState.REMOVED)),
        (replace(SHOWN, sent_at=None), NEXT_HOUR, (Act.NONE, None)),
        (replace(SHOWN, sent_at=None, misses=1), SOON, (Act.NONE, ServeState.REMOVED)),
    ],
    ids=[
        "a wish is sent",
        "a wish of an hour ago is dropped",
        "a lost answer: asked again with the same token",
        "a lost answer, long ago: asked again with the same token",
        "a lost answer of an hour ago is dropped",
        "removed before it was sent: never bought",
        "removed while an answer is lost: wait whether it shows",
        "removed, never shown: gone",
        "removed and gone",
        "accepted but lagging: wait",
        "missing once: look again before believing it",
        "missing twice: removed outside modelhub",
        "adopted, missing once: never bought",
        "adopted, missing twice: removed outside modelhub",
    ],
)
def test_absent_from_the_platform(row, now, expected):
    assert act_and_state(decide(row, None, now)) == expected


@pytest.mark.parametrize(
    ("before", "word", "after"),
    [
        ("requested", "Creating", "creating"),
        ("creating", "InService", "in service"),
        ("creating", "Active", "in service"),
        ("creating", "Failed", "failed"),
        ("in service", "Updating", "updating"),
        ("updating", "InService", "in service"),
        ("in service", "Creating", None),
        ("in service", "Sleeping", "unknown"),
        ("unknown", "InService", "in service"),
        ("creating", "", "unknown"),
        ("failed", "InService", None),
    ],
)
def test_words_of_the_platform_move_the_state(before, word, after):
    decision = decide(replace(SHOWN, state=ServeState(before)), seen(word), NOW)
    assert (decision.act, decision.state) == (Act.NONE, ServeState(after) if after else None)
    assert decision.delay


@pytest.mark.parametrize("word", ["Creating", "InService", "Updating", "Failed", "Sleeping"])
def test_what_is_to_be_removed_is_asked_to_go_whatever_it_says_until_it_is_gone(word):
    decision = decide(replace(SHOWN, state=ServeState.REMOVING), seen(word), NOW)
    assert act_and_state(decision) == (Act.DELETE, None)


@pytest.mark.parametrize("state", sorted(LIVE - {ServeState.REMOVING, ServeState.UNKNOWN}))
def test_a_throughput_that_serves_another_model_is_no_success(state):
    decision = decide(replace(SHOWN, state=state), seen("InService", model_arn="arn:other"), NOW)
    assert decision.state == ServeState.UNKNOWN
    assert "arn:other" in decision.alarm
