"""Which pairs there are, under which switches, and that a harm that was missed is handed on."""

from collections import Counter, defaultdict

import pytest

from tests.chaos import faults, histories, meeting, pairs, playing
from tests.chaos.forking import Outcome
from tests.chaos.operations import OPERATIONS
from tests.chaos.pairs import NOWHERE, SWITCH_SETS, Place
from tests.chaos.steps import CUT, KILL, LOOK, PAUSE, TWICE, Schedule, Step, act, wait

LOOKS = [NOWHERE, *(Place(1, point) for point in ("claimed", "before_send", "accepted", "before_commit"))]
ACTS = [Place(0, "intent_written"), Place(0, "intent_committed")]
ALL = [*LOOKS, *ACTS, Place(1, "before_ack"), Place(3, "committed", again=True)]
PLACES = {name: list(ALL) for name in OPERATIONS}


@pytest.fixture
def met(monkeypatch):
    """By part of a pair (its operation, its point, its fault): the switch sets it is played under."""
    found = defaultdict(set)

    def pair(operation, place, fault, switches):
        for part in (operation.name, place.point, fault.name):
            found[part].add(SWITCH_SETS.index(switches))

    monkeypatch.setattr(pairs, "pair", pair)
    list(pairs.pairs(PLACES))
    return found


def test_each_fault_meets_each_set_of_switches(met):
    for operation in OPERATIONS.values():
        for fault in faults.of(operation):
            if not fault.name.startswith("S3") and fault.name != "quota":
                assert met[fault.name] == set(range(len(SWITCH_SETS))), fault.name


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_meets_each_set_of_switches(met, operation):
    assert met[operation] == set(range(len(SWITCH_SETS)))


def test_each_kill_point_meets_each_set_of_switches(met):
    for place in LOOKS:
        assert met[place.point] == set(range(len(SWITCH_SETS))), place


def names(operation, place):
    return [
        pair.name.split(" / ")[2]
        for pair in pairs.pairs({name: [] for name in OPERATIONS} | {operation: [place]})
    ]


def test_a_kill_before_anything_is_asked_of_the_platform_meets_no_fault_of_its_calls():
    assert names("provision", Place(0, "intent_written")) == [
        "none", "database lost", "overtaken by a worker", "overtaken by an admin",
    ]  # fmt: skip
    assert "throttle" in names("adopt", Place(0, "before_commit"))


def test_where_nothing_is_to_be_lost_there_is_no_pair_of_a_harm_at_the_point():
    assert "database lost" not in names("provision", NOWHERE)


def test_commits_of_later_looks_share_the_faults():
    whole = [names("provision", Place(3, "committed", again=again)) for again in (False, True)]
    assert len(whole[1]) * pairs.SHARE >= len(whole[0]) > len(whole[1])


def test_a_lost_answer_is_not_played_where_the_answer_must_have_come():
    assert not [name for name in names("provision", Place(1, "accepted")) if "carried out" in name]


def test_no_two_pairs_have_one_name():
    told = [pair.name for pair in pairs.pairs(PLACES)]
    assert len(told) == len(set(told))


class FakeWorld:
    """``ends``: what becomes of each step that is not waiting, in order. ``actions``: how many Events there are."""

    def __init__(self, *ends):
        self.ends, self.done, self.events = list(ends), [], []
        self.moments = [self]
        self.rows = {"events": self.events}

    def do(self, step):
        self.done.append(step)
        return Outcome("done") if step.kind == "wait" else self.ends.pop(0)


DONE, KILLED = Outcome("done"), Outcome("killed", harmed=True)


def test_a_harm_that_did_not_strike_is_handed_on_to_the_next_look():
    world = FakeWorld(DONE, KILLED, DONE)
    left = playing._tell(world, [LOOK.harmed(KILL, "accepted"), wait(6), LOOK, LOOK])
    assert [step.harm for step in world.done] == [KILL, "", KILL, ""]
    assert left == []


def test_what_strikes_nowhere_is_left_over():
    left = playing._tell(FakeWorld(DONE, DONE), [LOOK.harmed(KILL, "accepted"), act("remove")])
    assert left == [LOOK.harmed(KILL, "accepted")]


def test_the_nth_reach_counts_on_from_look_to_look():
    world = FakeWorld(Outcome("done", reached=["committed"]), KILLED)
    playing._tell(world, [LOOK.harmed(KILL, "committed", 2), LOOK])
    assert world.done[1].nth == 1


def test_whoever_sees_that_nothing_has_happened_asks_again():
    world = FakeWorld(KILLED, DONE)
    playing._tell(world, [act("remove").harmed(KILL, "intent_written")])
    assert [str(step) for step in world.done] == [
        "act remove m0 [kill at intent_written #1]",
        "act remove m0",
    ]


def test_two_workers_at_once_take_a_kill_but_no_pause():
    assert TWICE.takes(LOOK.harmed(KILL, "claimed"))
    assert TWICE.takes(LOOK.harmed(CUT, "claimed"))
    assert not TWICE.takes(LOOK.harmed(PAUSE, "claimed"))
    assert not LOOK.takes(act("remove").harmed(KILL, "intent_written"))


def test_a_pair_whose_harm_struck_is_counted():
    schedule = Schedule("pair", (LOOK.harmed(KILL, "claimed"),), is_pair=True, fault="delivery")
    world = type("World", (), {"figures": Counter(), "moments": [type("Moment", (), {"end": KILLED})]})()
    meeting.count(world, schedule, meeting.Before())
    assert dict(world.figures) == dict.fromkeys((meeting.HARM, meeting.STRUCK, meeting.FAULT, meeting.MET), 1)


def test_a_seed_does_not_hang_on_the_product():
    assert not hasattr(histories, "POINTS")
    assert histories._points(Step("discover")) == ("before_commit", "committed", "before_ack", "sql")
