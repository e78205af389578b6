"""When a platform is synced by itself."""

from datetime import timedelta

import pytest

from catalog.models import SyncRun
from catalog.schedule import due_platforms, pause_after, waiting_runs
from tests.builders import NOW

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 60), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (10, 60)]
)
def test_the_pause_doubles_with_each_failure_up_to_the_interval(failures, minutes):
    assert pause_after(failures, HOUR) == minutes * MINUTE


def test_a_short_interval_is_never_made_longer_by_failures():
    assert pause_after(5, MINUTE) == MINUTE


def ended(state: str, ago: timedelta, platform: str = "bedrock") -> SyncRun:
    return SyncRun.objects.create(
        platform=platform, state=state, requested_at=NOW - ago, finished_at=NOW - ago
    )


def due() -> list[str]:
    return [platform.value for platform in due_platforms(NOW)]


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hourly(settings):
    settings.SYNC_EVERY_MINUTES = 60


def test_a_platform_that_was_never_synced_is_due():
    assert due() == ["bedrock", "openai"]


@pytest.mark.parametrize(
    ("runs", "is_due"),
    [
        ([("succeeded", 59)], False),
        ([("succeeded", 60)], True),
        ([("failed", 1)], False),
        ([("failed", 2)], True),
        ([("failed", 3), ("failed", 6)], False),
        ([("failed", 4), ("failed", 6)], True),
        ([("failed", 3), ("succeeded", 9), ("failed", 12)], True),
        ([("failed", 33)] + [("failed", 100 + n) for n in range(20)], False),
        ([("failed", 60)] + [("failed", 100 + n) for n in range(20)], True),
    ],
)
def test_a_failed_platform_is_tried_again_sooner_and_then_ever_later(runs, is_due):
    ended("succeeded", timedelta(0), "openai")
    for state, minutes in runs:
        ended(state, minutes * MINUTE)
    assert due() == (["bedrock"] if is_due else [])


@pytest.mark.parametrize("state", ["requested", "running"])
def test_no_sync_is_due_while_one_is_alive(state):
    ended("succeeded", timedelta(0), "openai")
    ended("succeeded", 5 * HOUR)
    SyncRun.objects.create(platform="bedrock", state=state, requested_at=NOW - 3 * HOUR)
    assert due() == []


def test_a_request_that_nobody_took_is_nudged_again_after_a_while():
    lost = SyncRun.objects.create(platform="bedrock", requested_at=NOW - timedelta(seconds=16))
    SyncRun.objects.create(platform="openai", requested_at=NOW - timedelta(seconds=14))
    assert list(waiting_runs(NOW)) == [lost]
    SyncRun.objects.update(state="running")
    assert list(waiting_runs(NOW)) == []
