"""Nothing that befalls a worker, an admin or a pair is lost on the way to the verdict."""

from collections import Counter

import pytest

from tests.chaos import faults, feeding, meeting, snapshots, world
from tests.chaos.evidence import Evidence
from tests.chaos.forking import PATIENCE, Outcome
from tests.chaos.invariants import judge
from tests.chaos.operations import OPERATIONS
from tests.chaos.specimens import moment, platform, rows
from tests.chaos.steps import LOOK, TWICE, Schedule
from tests.chaos.world import DEEDS, World


class Worker:
    def __init__(self, outcome):
        self.outcome = outcome

    def start(self, step, now, patience):
        pass

    def end(self):
        return self.outcome


@pytest.mark.parametrize(
    "end", [Outcome("hung"), Outcome("failed", "KeyError"), Outcome("done", defects=["tick_step_failed"])]
)
@pytest.mark.parametrize("other", [Outcome("done"), Outcome("killed", harmed=True)])
def test_what_befalls_either_of_two_workers_counts(monkeypatch, end, other):
    monkeypatch.setattr(snapshots, "take", rows)
    for crew in ((end, other), (other, end)):
        monkeypatch.setattr(world, "CREW", tuple(map(Worker, crew)))
        scene = World(None)
        scene.do(TWICE)
        assert "refused_with_reason" in judge(Evidence(platform(), (moment(LOOK), *scene.moments)))


def test_deeds_of_before_the_story_are_no_fault_of_a_pair():
    scene = type("World", (), {"figures": Counter({DEEDS: 1}), "moments": []})()
    schedule = Schedule("pair", (LOOK,), is_pair=True, fault="others")
    before = meeting.before(scene, schedule)
    meeting.count(scene, schedule, before)
    assert scene.figures[meeting.MET] == 0
    scene.figures[DEEDS] += 1
    meeting.count(scene, schedule, before)
    assert scene.figures[meeting.MET] == 1


def test_where_a_throughput_is_removed_again_the_removal_goes_wrong():
    found = faults.of(OPERATIONS["provision and remove"], 0, "before_delete")
    calls = {
        step.fields.get("operation") for fault in found if fault.name == "throttle" for step in fault.armed
    }
    assert calls == {"DeleteProvisionedModelThroughput"}


def test_an_error_that_nobody_expects_does_not_end_the_wishes():
    feeder = feeding.Feeder(None, 1, 0.0)

    def wish():
        if len(feeder.met) == 2:
            feeder._over.set()
        raise KeyError("odd")

    for name in feeding.WISHES:
        setattr(feeder, f"_{name}", wish)
    feeder.start()  # in a thread of its own, as always: it has no business with this one's database
    feeder._thread.join(10)
    feeder.stop()
    assert [said.split(": ", 1)[1] for said in feeder.met] == ["KeyError: 'odd'"] * 3


def test_who_waits_for_the_platform_is_not_taken_for_hanging():
    assert PATIENCE > 2 * world.clients.LATE
