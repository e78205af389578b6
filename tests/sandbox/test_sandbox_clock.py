"""Time in the sandbox, and what depends on it."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.client import SandboxError
from sandbox.clock import Clock
from sandbox.store import Store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Machine:
    """A machine clock that a test can turn."""

    def __init__(self) -> None:
        self.seconds = NOON.timestamp()

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def clock(machine: Machine) -> Clock:
    return Clock(Store().shelf("clock"), machine)


def test_it_shows_the_machines_time_unless_told_otherwise(clock, machine):
    machine.seconds += 90
    assert clock.now() == NOON + timedelta(seconds=90)


def test_advancing_skips_time_and_it_runs_on(clock, machine):
    clock.advance(3600)
    machine.seconds += 10
    assert clock.now() == NOON + timedelta(seconds=3610)


def test_a_frozen_clock_stands_still_but_can_be_set_and_advanced(clock, machine):
    clock.freeze()
    machine.seconds += 100
    assert clock.now() == NOON
    clock.advance(60)
    assert clock.now() == NOON + timedelta(seconds=60)
    clock.set(NOON)
    clock.unfreeze()
    machine.seconds += 1
    assert clock.now() == NOON + timedelta(seconds=1)


def test_speed_multiplies_what_passes_from_then_on(clock, machine):
    machine.seconds += 10
    clock.run_at(60)
    machine.seconds += 2
    assert clock.now() == NOON + timedelta(seconds=130)


def test_time_goes_on_while_the_sandbox_is_down(machine):
    shelf = Store().shelf("clock")
    Clock(shelf, machine).advance(100)
    machine.seconds += 5
    assert Clock(shelf, machine).now() == NOON + timedelta(seconds=105)


def test_the_control_endpoint_turns_it(control):
    control.freeze()
    control.set_clock(NOON)
    control.advance(61)
    assert control.now() == NOON + timedelta(seconds=61)
    assert control.clock()["frozen"] is True
    assert control.set_speed(10)["speed"] == 10
    assert control.reset_clock() | {"now": ""} == {"now": "", "frozen": False, "speed": 1.0}
    assert abs(control.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_what_no_clock_can_do_is_refused_and_changes_nothing(control):
    control.freeze()
    before = control.clock()
    with pytest.raises(SandboxError):
        control.set_speed(-1)
    with pytest.raises(SandboxError):
        control.advance(1e30)
    with pytest.raises(SandboxError):
        control._call("POST", "clock", {"tick": 1})
    assert control.clock() == before


def test_the_ledger_and_new_models_carry_sandbox_time(control, bedrock):
    control.freeze()
    control.set_clock(NOON)
    bedrock.list_foundation_models()
    assert control.ledger()[-1]["at"] == "2026-11-22T12:00:00.000Z"
    assert control.publish_model("openai", "gpt-7")["created"] == int(NOON.timestamp())
