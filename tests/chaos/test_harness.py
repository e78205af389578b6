"""The harness itself: what it calls broken, how it shrinks, and that a run really kills and judges."""

import subprocess
import sys
from collections import Counter

import pytest

from catalog import killpoints
from tests.chaos import bugs, histories, meeting, pairs
from tests.chaos.evidence import Evidence
from tests.chaos.forking import Outcome
from tests.chaos.invariants import INVARIANTS, judge
from tests.chaos.patching import is_there
from tests.chaos.playing import Verdict
from tests.chaos.report import Progress
from tests.chaos.sabotage import without_step
from tests.chaos.shrinking import shrink
from tests.chaos.specimens import ARN, NOW, evidence, model, platform, rows, throughput
from tests.chaos.steps import KILL, LOOK, Schedule, Step, act, wait
from tests.chaos.world import Moment


def test_what_agrees_is_not_called_broken():
    assert judge(evidence()) == {}


@pytest.mark.parametrize(
    ("promise", "found"),
    [
        ("no_orphans", evidence(rows(throughputs=[]))),
        ("no_orphans", evidence(there=platform(throughputs=[]))),
        ("no_duplicates", evidence(there=platform(created=platform()["created"] * 2))),
        ("nothing_lost", evidence(rows(throughputs=[throughput(arn="")]))),
        ("no_wrong_deletion", evidence(there=platform(deaths=[
            {"kind": "throughput", "arn": ARN, "at": NOW.isoformat(), "served_by": []}]))),
        ("green_is_callable", evidence(rows(models=[model(serving_arn="arn:other")]))),
        ("same_as_the_platform", evidence(rows(throughputs=[throughput(state="creating")]))),
        ("tokens_are_ours", evidence(there=platform(calls=[
            {"platform": "bedrock", "operation": "CreateX", "token": "?", "fault": None, "at": NOW.isoformat()}]))),
        ("wishes_are_kept", evidence(rows(throughputs=[throughput(ends_at=NOW.isoformat())]))),
        ("hours_agree", evidence(rows(throughputs=[throughput(billed_until=NOW.isoformat())]))),
        ("hours_agree", evidence(rows(throughputs=[throughput(billed_from=None)]))),
        ("every_change_has_an_event", evidence(rows(events=rows()["events"][:1]))),
        ("enabled_cleared_on_removal", evidence(rows(throughputs=[throughput(state="removing")]))),
        ("settled_in_two_passes", evidence(passes=3)),
    ],
)  # fmt: skip
def test_each_promise_is_seen_broken(promise, found):
    assert promise in judge(found)


def test_an_error_that_nobody_expects_is_no_refusal():
    start = evidence().moments[0]
    failed = Moment("act", act("remove"), NOW, NOW, Outcome("failed", "KeyError: 1"), start.rows)
    assert "refused_with_reason" in judge(Evidence(platform(), (start, failed)))


def test_a_seed_is_always_the_same_history():
    assert histories.history(7) == histories.history(7)
    assert histories.history(7) != histories.history(8)


def test_a_failing_schedule_is_made_short():
    bad = act("remove").harmed(KILL, "sql")
    long = Schedule("1", (LOOK, wait(1), bad, LOOK, wait(5), LOOK))
    short = shrink(long, lambda schedule: any(step.what == "remove" for step in schedule.steps))
    assert short.steps == (Step("act", "remove", "m0"),)


def test_at_least_twenty_bugs_are_kept_each_under_a_name_of_its_own():
    assert len({bug.name for bug in bugs.BUGS}) == len(bugs.BUGS) >= 20
    assert len(INVARIANTS) >= 10


@pytest.mark.parametrize("bug", bugs.BUGS, ids=lambda bug: bug.name)
def test_what_a_seeded_bug_changes_is_there(bug):
    paths = [patch.path for patch in bug.patches if hasattr(patch, "path")]
    assert [path for path in paths if not is_there(path)] == []


def test_a_step_that_is_not_there_can_not_be_left_out():
    with pytest.raises(LookupError, match="no such step"):
        without_step("no such step")()


def test_a_kill_point_that_no_story_reaches_is_told():
    found = {"create": [pairs.Place(1, point) for point in killpoints.POINTS if point != "accepted"]}
    assert pairs.unreached_in(found) == ["accepted"]


def figures(struck, met):
    return {meeting.HARM: 100, meeting.STRUCK: struck, meeting.FAULT: 100, meeting.MET: met}


@pytest.mark.parametrize(("struck", "met", "failures"), [(94, 98, 0), (93, 98, 1), (94, 97, 1), (0, 0, 2)])
def test_a_run_in_which_too_little_came_about_fails(struck, met, failures):
    progress = Progress(100)
    progress.figures.update(figures(struck, met))
    assert len(progress.empty()) == failures


def test_a_pair_whose_fault_met_nobody_is_named(capsys):
    progress = Progress(1)
    one = {meeting.HARM: 1, meeting.STRUCK: 1, meeting.FAULT: 1}
    progress.take(Verdict("remove / no kill / closed", figures=Counter(one)))
    progress.end()
    assert "not: remove / no kill / closed" in capsys.readouterr().out


@pytest.mark.services
def test_a_run_kills_workers_and_finds_nothing_broken():
    command = [sys.executable, "-m", "tests.chaos", "run", "--n", "6", "--no-pairs"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "workers killed (SIGKILL)" in done.stdout
