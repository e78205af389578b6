"""What verdicts must see of leases, units, ledgers that were taken over, stopped trainings and results in S3."""

from datetime import timedelta

import pytest

from tests.chaos.evidence import Evidence
from tests.chaos.forking import Outcome
from tests.chaos.invariants import judge
from tests.chaos.specimens import ARN, MODEL, NOW, call, evidence, moment, platform, rows, throughput
from tests.chaos.steps import LOOK, act

HOUR = timedelta(hours=1)
JOB = "arn:job/1"
ON_IT = {"table": "throughputs", "pk": 7}


def leased(hours, *acts):
    """A throughput whose lease ends so many hours after it was provisioned, at NOW."""
    here = rows(throughputs=[throughput(ends_at=(NOW + hours * HOUR).isoformat())])
    begun = moment(act("provision"), Outcome("done", value=ON_IT), {}, at=NOW)
    told = [moment(step, end, here) for step, end in acts]
    return Evidence(platform(), (moment(LOOK, here=here), *told, moment(LOOK, here=here)), (begun,))


@pytest.mark.parametrize(("hours", "kept"), [(8, True), (2, False), (64, False)])
def test_a_lease_ends_when_its_hours_are_over(hours, kept):
    assert ("rented_as_asked" not in judge(leased(hours))) == kept


@pytest.mark.parametrize(("hours", "kept"), [(16, True), (9, False), (8, False)])
def test_an_extension_adds_the_hours_that_were_asked_for(hours, kept):
    extended = (act("extend"), Outcome("done", value=ON_IT))
    assert ("rented_as_asked" not in judge(leased(hours, extended))) == kept


@pytest.mark.parametrize(("hours", "kept"), [(16, True), (8, True), (9, False)])
def test_an_extension_that_was_killed_may_have_added_all_or_nothing(hours, kept):
    killed = (act("extend"), Outcome("killed", harmed=True))
    assert ("rented_as_asked" not in judge(leased(hours, killed))) == kept


def test_no_more_units_are_bought_than_were_asked_for():
    there = platform(bill=[{"arn": ARN, "unit_hours": 3.0, "units": 3}])
    seen = leased(8)
    assert "rented_as_asked" in judge(Evidence(there, seen.moments, seen.earlier))


def adopted(**columns):
    births = [
        birth | {"caller": "somebody-else", "token": None, "tags": {}} for birth in platform()["created"]
    ]
    return evidence(rows(throughputs=[throughput(adopted=True, **columns)]), platform(created=births))


def test_the_ledger_of_an_adopted_throughput_begins_with_its_creation():
    assert "hours_agree" not in judge(adopted())
    assert "hours_agree" in judge(adopted(billed_from=(NOW + 5 * HOUR).isoformat()))


def test_the_ledger_of_an_adopted_throughput_does_not_end_before_it():
    assert "hours_agree" in judge(adopted(billed_until=NOW.isoformat()))


def job(**columns):
    there = {
        "jobArn": JOB,
        "jobName": "j0-1",
        "outputModelName": "j0",
        "status": "Completed",
        "endTime": NOW.isoformat(),
    }
    return {**there, "outputModelArn": MODEL, **columns}


@pytest.mark.parametrize(
    ("acts", "asked"),
    [
        ((act("stop", "j0"),), True),
        ((act("stop", "j1"),), False),
        ((act("archive", "j0"),), False),
        ((), False),
    ],
)
def test_a_training_is_stopped_only_when_an_admin_has_asked_for_it(acts, asked):
    calls = [
        call(
            "StopModelCustomizationJob",
            path=f"/model-customization-jobs/{JOB}/stop",
            at=(NOW + HOUR).isoformat(),
        )
    ]
    told = tuple(moment(step, Outcome("killed", harmed=True)) for step in acts)
    seen = Evidence(platform(jobs=[job()], calls=calls), (moment(LOOK), *told, moment(LOOK)))
    assert ("no_wrong_deletion" not in judge(seen)) == asked


def stored(results=2, beside=1, lost=()):
    return {"results": {JOB: results}, "beside": {JOB: beside}, "lost": list(lost)}


def deleted(in_s3, state="done", artifacts=True):
    """A model was deleted, with its results unless ``artifacts`` is false."""
    deletion = {"id": 3, "model_id": 1, "arn": MODEL, "state": state, "request_token": "d", "trouble": ""}
    deletion |= {"next_check_at": None, "attempts": 0}
    deletion |= dict.fromkeys(("created_at", "changed_at"), NOW.isoformat())
    here = rows(deletions=[deletion])
    asked = moment(
        act("delete", artifacts=artifacts), Outcome("done", value={"table": "models", "pk": 1}), here
    )
    return judge(
        Evidence(platform(jobs=[job()], stored=in_s3), (moment(LOOK), asked, moment(LOOK, here=here)))
    )


def test_results_that_were_to_be_deleted_are_gone():
    assert "S3" not in str(deleted(stored(results=0)))
    assert "wishes_are_kept" in deleted(stored(results=2))


def test_results_stay_when_nobody_asked_for_their_deletion():
    assert "no_wrong_deletion" in deleted(stored(results=0), artifacts=False)
    assert "no_wrong_deletion" in deleted(stored(results=0), state="refused")
    assert "S3" not in str(deleted(stored(), artifacts=False))


@pytest.mark.parametrize("in_s3", [stored(results=0, beside=0), stored(results=0, lost=["jobs/other/1.csv"])])
def test_nothing_beside_the_results_goes_with_them(in_s3):
    assert "no_wrong_deletion" in deleted(in_s3)


@pytest.mark.parametrize("state", ["requested", "cleaning"])
def test_no_deletion_is_under_way_for_ever(state):
    assert "same_as_the_platform" in deleted(stored(), state=state)
