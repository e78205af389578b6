"""What a verdict must not let pass: each of these was once, or could be, called kept."""

from datetime import timedelta

import pytest

from tests.chaos.evidence import Evidence
from tests.chaos.forking import Outcome
from tests.chaos.invariants import judge
from tests.chaos.specimens import ARN, MODEL, NOW, call, event, evidence, moment, platform, rows, throughput
from tests.chaos.steps import LOOK, Step, act, wait

HOUR = timedelta(hours=1)
CREATE = "CreateProvisionedModelThroughput"


def nothing_made(**parts):
    births = [birth for birth in platform()["created"] if birth["kind"] == "model"]
    return platform(throughputs=[], bill=[], created=births, **parts)


def unmade(state, **columns):
    return rows(
        models=[
            rows()["models"][0] | {"enabled": False, "status": "red", "serving": "failed", "serving_arn": ""}
        ],
        throughputs=[throughput(arn="", state=state, billed_from=None, seen_at=None, **columns)],
        events=[event(1, f"throughput {state}", "red", "red", why="Because.")],
    )


def refusal(status, fault=None):
    calls = [call(CREATE, status, token="t", fault=fault)]
    return evidence(unmade("refused", next_check_at=None), nothing_made(calls=calls))


@pytest.mark.parametrize(
    ("status", "fault"), [(429, "throttle"), (500, "error500"), (403, "expired"), (None, "closed")]
)
def test_a_wish_that_ends_without_a_final_answer_is_dropped(status, fault):
    assert "no_wish_is_dropped" in judge(refusal(status, fault))


@pytest.mark.parametrize(("status", "fault"), [(400, None), (400, "quota"), (403, "denied")])
def test_a_wish_may_end_when_the_platform_says_no_for_good(status, fault):
    assert judge(refusal(status, fault)) == {}


def refused_again(times):
    said = "ValidationException: The provided name is currently in use."
    calls = [call(CREATE, 400, token="t", said=said)] * times
    return evidence(unmade("refused", next_check_at=None), nothing_made(calls=calls))


@pytest.mark.parametrize(("times", "dropped"), [(1, True), (4, True), (5, False)])
def test_a_name_in_use_is_final_only_when_it_stays_in_use(times, dropped):
    assert ("no_wish_is_dropped" in judge(refused_again(times))) == dropped


@pytest.mark.parametrize(("operation", "waits"), [("GetProvisionedModelThroughput", False), (CREATE, True)])
def test_that_something_is_not_there_keeps_nobody_waiting(operation, waits):
    waiting = unmade("requested", trouble="Busy.", next_check_at=(NOW + HOUR).isoformat())
    asked = [call(operation, 404, token="t", at=(NOW + HOUR).isoformat())]
    broken = judge(evidence(waiting, nothing_made(calls=asked)))
    assert ("same_as_the_platform" not in broken) == waits


def test_a_wish_may_end_after_an_hour():
    old = unmade("refused", next_check_at=None, created_at=(NOW - HOUR).isoformat())
    assert judge(evidence(old, nothing_made())) == {}


def test_a_wish_that_was_never_sent_does_not_wait():
    late = unmade("requested", trouble="Busy.", next_check_at=(NOW + HOUR).isoformat())
    assert "same_as_the_platform" in judge(evidence(late, nothing_made()))


def test_a_wish_waits_when_it_was_refused_in_the_last_pass():
    waiting = unmade("requested", trouble="Busy.", next_check_at=(NOW + HOUR).isoformat())
    asked = [call(CREATE, 429, token="t", fault="throttle", at=(NOW + HOUR).isoformat())]
    assert judge(evidence(waiting, nothing_made(calls=asked))) == {}


@pytest.mark.parametrize(("asked_at", "waits"), [(NOW + HOUR, True), (NOW, False)])
def test_a_pass_is_all_its_looks_and_not_the_last_one_alone(asked_at, waits):
    here = unmade("requested", trouble="Busy.", next_check_at=(NOW + 2 * HOUR).isoformat())
    asked = [call(CREATE, 429, token="t", fault="throttle", at=asked_at.isoformat())]
    told = [moment(step, here=here, at=NOW + HOUR + timedelta(seconds=after))
            for step, after in ((wait(360), 0), (LOOK, 0), (wait(60), 60), (LOOK, 60))]  # fmt: skip
    broken = judge(Evidence(nothing_made(calls=asked), tuple(told)))
    assert ("same_as_the_platform" not in broken) == waits


def test_an_extension_that_moves_nothing_is_no_extension():
    leased = [throughput(ends_at=(NOW + 9 * HOUR).isoformat())]
    done = Outcome("done", value={"table": "throughputs", "pk": 7})
    told = moment(act("extend"), done, rows(throughputs=leased))
    start = moment(LOOK, here=rows(throughputs=leased))
    assert "wishes_are_kept" in judge(Evidence(platform(), (start, told)))


def test_what_was_called_done_shows():
    done = Outcome("done", value={"table": "models", "pk": 1})
    assert "wishes_are_kept" in judge(Evidence(platform(), (moment(LOOK), moment(act("disable"), done))))


def test_a_model_that_was_disabled_is_green_only_when_somebody_enables_it():
    more = [event(3, "disabled", "green", "yellow"), event(4, "throughput in service", "yellow", "green")]
    assert "enabled_cleared_on_removal" in judge(evidence(rows(events=rows()["events"] + more)))


@pytest.mark.parametrize("due", [None, (NOW + 11 * HOUR).isoformat(), NOW.isoformat()])
def test_whatever_is_alive_is_looked_at_in_time(due):
    assert "looked_at_in_time" in judge(evidence(rows(throughputs=[throughput(next_check_at=due)])))


def test_a_worker_that_dies_by_itself_is_broken():
    died = moment(LOOK, Outcome("killed"))
    assert "refused_with_reason" in judge(Evidence(platform(), (moment(LOOK), died)))


def test_a_stranger_that_was_adopted_hides_nothing():
    adopted = {"arn": ARN, "state": "adopted"}
    assert "no_orphans" in judge(evidence(rows(throughputs=[], found=[adopted])))


@pytest.mark.parametrize(
    ("step", "end"),
    [
        (act("remove"), Outcome("refused", "It is being removed already.")),
        (act("undeploy"), Outcome("killed", harmed=True)),
        (act("remove", "m1"), Outcome("killed", harmed=True)),
    ],
)
def test_who_asked_for_nothing_has_not_asked_for_a_removal(step, end):
    death = {"kind": "throughput", "arn": ARN, "at": (NOW + HOUR).isoformat(), "served_by": []}
    gone = platform(throughputs=[], deaths=[death])
    assert "no_wrong_deletion" in judge(Evidence(gone, (moment(LOOK), moment(step, end), moment(LOOK))))


def test_who_was_killed_may_have_asked():
    death = {"kind": "throughput", "arn": ARN, "at": (NOW + HOUR).isoformat(), "served_by": []}
    killed = moment(act("remove"), Outcome("killed", harmed=True))
    seen = Evidence(platform(throughputs=[], deaths=[death]), (moment(LOOK), killed, moment(LOOK)))
    assert "no_wrong_deletion" not in judge(seen)


def test_nobody_has_asked_before_it_was_asked():
    death = {"kind": "throughput", "arn": ARN, "at": NOW.isoformat(), "served_by": []}
    late = moment(act("remove"), Outcome("killed", harmed=True))
    seen = Evidence(platform(throughputs=[], deaths=[death]), (moment(LOOK), late, moment(LOOK)))
    assert "no_wrong_deletion" in judge(seen)


def test_what_is_made_bears_the_installations_tag():
    births = [birth | {"tags": {"modelhub:request": "t"}} for birth in platform()["created"]]
    assert "tokens_are_ours" in judge(evidence(there=platform(created=births)))


def test_a_second_throughput_does_not_borrow_the_events_of_the_first():
    first = throughput(id=6, arn="arn:gone", state="removed", request_token="s", next_check_at=None)
    start = moment(LOOK, here=rows(throughputs=[first]))
    after = moment(LOOK, here=rows(throughputs=[first, throughput()]))
    assert "every_change_has_an_event" in judge(Evidence(platform(), (start, after)))


@pytest.mark.parametrize(
    "said",
    [
        event(3, "lease changed", "green", "green", who="modelhub"),
        event(3, "throughput failed", "green", "green"),
    ],
)
def test_an_event_says_who_and_why(said):
    seen = Evidence(platform(), (moment(LOOK), moment(LOOK, here=rows(events=[*rows()["events"], said]))))
    assert "events_say_who_and_why" in judge(seen)


def test_what_is_called_by_an_unknown_word_is_not_in_service():
    there = platform(words=[
        {"at": NOW.isoformat(), "word": "Degraded", "arns": [ARN]},
        {"at": (NOW + HOUR).isoformat(), "word": "", "arns": []},
    ])  # fmt: skip
    assert "green_is_callable" in judge(evidence(there=there))


def dead(ended, failed_at=None, **bill):
    """Dead an hour after its birth; our ledger ended at ``ended``."""
    death = {
        "kind": "throughput",
        "arn": ARN,
        "at": (NOW + HOUR).isoformat(),
        "served_by": [],
        "model_arn": MODEL,
    }
    there = platform(throughputs=[], deaths=[death | {"failed_at": failed_at}])
    there["bill"] = [there["bill"][0] | bill]
    row = throughput(state="removed", next_check_at=None, billed_until=ended.isoformat(), failed_at=failed_at)
    return row, there


def test_hours_of_one_that_was_gone_before_any_look_are_compared_too():
    row, there = dead(NOW + 3 * HOUR)
    late = [
        moment(LOOK, here=rows(throughputs=[throughput(seen_at=None)]), at=NOW + n * HOUR)
        for n in (1, 2, 3, 4)
    ]
    last = moment(LOOK, here=rows(throughputs=[row | {"seen_at": None}]), at=NOW + 5 * HOUR)
    assert "hours_agree" not in judge(Evidence(there, (*late, last)))
    row, there = dead(NOW + 4 * HOUR)
    last = moment(LOOK, here=rows(throughputs=[row | {"seen_at": None}]), at=NOW + 5 * HOUR)
    assert "hours_agree" in judge(Evidence(there, (*late, last)))


def test_hours_of_one_that_failed_are_compared_too():
    row, there = dead(NOW + HOUR, (NOW + HOUR / 2).isoformat(), unit_hours=0.5)
    last = moment(LOOK, here=rows(throughputs=[row]))
    assert "hours_agree" in judge(Evidence(there, (last, last)))
    assert "hours_agree" not in judge(
        Evidence(there, (last, last), switches={"failed_throughput_billed": False})
    )


def test_a_step_of_somebody_else_is_no_action():
    assert judge(Evidence(platform(), (moment(LOOK), moment(Step("behind", "says", "m0"))))) == {}


def test_a_look_refuses_nobody():
    escaped = moment(LOOK, Outcome("refused", "Too many requests, please wait."))
    assert "refused_with_reason" in judge(Evidence(platform(), (moment(LOOK), escaped)))
