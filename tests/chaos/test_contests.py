"""What must be seen of a race: that what was won is carried out in the end, here and on the platform."""

import pytest

from tests.chaos.contests import CONTESTS, DONE, REFUSED, Result, Round, violations
from tests.chaos.specimens import ARN, MODEL, NOW, event, model, platform, rows, throughput

END = NOW.replace(hour=20).isoformat()
TOLD = Result("remove", REFUSED, "The provisioned throughput is being removed already.")


def removal(state="removed", there=(), told=1):
    """A race of two that removed; one was told that it did."""
    before = rows(throughputs=[throughput(ends_at=END)])
    events = [*before["events"], *(event(9 + n, "throughput removal", "green", "red") for n in range(told))]
    after = rows(throughputs=[throughput(ends_at=END, state="removing")], events=events)
    settled = rows(throughputs=[throughput(ends_at=END, state=state, sent_at=None)], events=events)
    bill = [{"arn": ARN, "unit_hours": 1.0, "units": 1, "ended_at": None if there else NOW.isoformat()}]
    found = [{"provisionedModelArn": ARN, "modelArn": MODEL, "status": word} for word in there]
    story = platform(throughputs=found, bill=bill)
    contest = next(contest for contest in CONTESTS if contest.name == "remove")
    return list(violations(contest, Round([Result("remove", DONE), TOLD], before, after, settled, story)))


def test_what_was_won_and_carried_out_is_not_called_broken():
    assert removal() == []


@pytest.mark.parametrize(
    ("state", "there"), [("removing", ("InService",)), ("removing", ()), ("removed", ("InService",))]
)
def test_a_removal_that_was_won_is_carried_out(state, there):
    assert "should be removed by now" in str(removal(state, there))


def test_a_winner_without_an_event_is_seen():
    assert "1 × remove won, 0 × “throughput removal”" in str(removal(told=0))


def test_a_deletion_that_was_won_is_carried_out():
    free = {"throughputs": [], "models": [model(serving_arn="", enabled=False)]}
    deletion = {"id": 3, "model_id": 1, "arn": MODEL, "state": "requested"}
    events = [*rows()["events"], event(9, "deletion requested", "red", "red")]
    after = rows(**free, deletions=[deletion], events=events)
    contest = next(contest for contest in CONTESTS if contest.name == "delete")
    story = platform(throughputs=[], bill=[])
    said = list(violations(contest, Round([Result("delete", DONE)], rows(**free), after, after, story)))
    assert "a deletion is requested" in said
    assert "1 × delete won, and m0 is built" in said
