"""That nobody called, and that nobody can know, are told apart."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from customization.capacity.idle import Use, idle_of
from tests.builders import NOW

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def idle(since=NOW - 10 * HOUR, last=None, read=NOW, begun=None, trouble="", now=NOW, hours=4, zone=UTC):
    return idle_of(
        in_service_since=since,
        last_invoked_at=last,
        usage_read_at=read,
        usage_read_from=begun,
        usage_trouble=trouble,
        now=now,
        hours=hours,
        zone=zone,
    )


@pytest.mark.parametrize(("facts", "use", "words"), [
    ({}, Use.IDLE, "idle since 02:00 UTC, never called"),
    ({"last": NOW - 5 * HOUR}, Use.IDLE, "idle since 07:00 UTC"),
    ({"last": NOW - 4 * HOUR}, Use.IDLE, "idle since 08:00 UTC"),
    ({"last": NOW - 4 * HOUR + MINUTE}, Use.IN_USE, "in use"),
    ({"last": NOW}, Use.IN_USE, "in use"),
    ({"since": NOW - 3 * HOUR}, Use.NO_DATA, "no data yet"),
    ({"since": None}, Use.NO_DATA, "no data yet"),
    ({"read": None}, Use.NO_DATA, "no data yet"),
    ({"read": None, "trouble": "Access denied"}, Use.CANNOT_READ, "cannot read: Access denied"),
    ({"last": NOW - 9 * HOUR, "trouble": "Access denied"}, Use.CANNOT_READ, "cannot read: Access denied"),
    ({"read": NOW - 2 * HOUR}, Use.CANNOT_READ, "cannot read: not read since 10:00 UTC"),
    # Called before it was rented anew, or by a clock that is ahead: service began later, and that counts.
    ({"since": NOW - HOUR, "last": NOW - 9 * HOUR}, Use.IN_USE, "in use"),
    ({"since": NOW - 30 * HOUR}, Use.IDLE, "idle since 2026-11-21 06:00 UTC, never called"),
    # What was before the readings began nobody knows.
    ({"since": NOW - 90 * HOUR, "begun": NOW - 5 * HOUR}, Use.IDLE, "no call seen since 07:00 UTC"),
    ({"since": NOW - 90 * HOUR, "begun": NOW - 3 * HOUR}, Use.NO_DATA, "no data yet"),
    ({"since": NOW - 90 * HOUR, "last": NOW - 80 * HOUR, "begun": NOW - 5 * HOUR},
     Use.IDLE, "no call seen since 07:00 UTC"),
    ({"since": NOW - 90 * HOUR, "last": NOW - 80 * HOUR, "begun": NOW - HOUR}, Use.NO_DATA, "no data yet"),
    ({"last": NOW - 4 * HOUR, "begun": NOW - 9 * HOUR}, Use.IDLE, "idle since 08:00 UTC"),
    ({"begun": NOW - 72 * HOUR}, Use.IDLE, "idle since 02:00 UTC, never called"),
])  # fmt: skip
def test_what_is_known_of_calls(facts, use, words):
    known = idle(**facts)
    assert (known.use, known.words, str(known)) == (use, words, words)
    assert known.is_idle == (use == Use.IDLE)


def test_the_time_after_the_last_reading_accuses_nobody():
    called = NOW - 4 * HOUR - 30 * MINUTE
    assert not idle(last=called, read=NOW - 40 * MINUTE).is_idle
    assert idle(last=called, read=NOW - 30 * MINUTE).is_idle


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "idle since 03:00 CET, never called"),
        ("America/New_York", "idle since 2026-11-21 21:00 EST, never called"),  # yesterday, there
    ],
)
def test_moments_are_told_in_the_zone_that_is_asked_for(zone, words):
    assert idle(zone=ZoneInfo(zone)).words == words


def test_the_hours_are_a_setting():
    assert idle(hours=10).is_idle
    assert not idle(hours=11).is_idle
