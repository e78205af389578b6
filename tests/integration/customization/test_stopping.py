"""A Stop that the platform does not carry out: asked again, later and later, and never in silence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from catalog.platforms import aws
from catalog.platforms.base import ConflictError
from customization import jobs
from customization.gateways import bedrock
from tests.integration.customization.conftest import LIST, STOP, fresh, story

pytestmark = pytest.mark.django_db
BUSY = "The model customization job is being validated."


@contextmanager
def listed_as(word: str) -> Iterator[None]:
    """The sandbox speaks only documented words; the answer is altered on its way, below our clients."""
    client, name = aws.client("bedrock"), f"after-call.bedrock.{LIST}"

    def alter(parsed, **_):
        for entry in parsed.get("modelCustomizationJobSummaries", ()):
            entry["status"] = word

    client.meta.events.register(name, alter)
    try:
        yield
    finally:
        client.meta.events.unregister(name, alter)


@pytest.fixture
def refusing(monkeypatch) -> Callable[[], list[str]]:
    """AWS answers Stop with a conflict, and the job goes on."""
    asked: list[str] = []

    def refuse(arn: str) -> str:
        asked.append(arn)
        raise ConflictError(BUSY, code="ConflictException")

    monkeypatch.setattr(bedrock, "stop_job", refuse)
    return asked


def test_a_word_nobody_knows_does_not_make_a_stopping_job_flap(world, running):
    world.control.switch(stop_again="accepted", stopping_seconds=600)
    with listed_as("Pausing"):
        world.tick(20)
        jobs.stop(fresh(running), actor=None, now=world.wait(1))
        for _ in range(12):
            world.tick(60)
    assert story(running)[2:] == ["training unknown", "stop requested", "training stopping"]
    world.tick(600)
    assert fresh(running).state == "stopped"


def test_a_job_that_somebody_else_stops_still_says_that_its_word_is_unknown(world, running):
    world.control.switch(stopping_seconds=600)
    world.control.stop_job(running.remote_name)
    world.tick(20)
    assert fresh(running).state == "stopping"
    with listed_as("Pausing"):
        world.tick(20)
    assert (fresh(running).state, fresh(running).remote_word) == ("unknown", "Pausing")


def test_a_refused_stop_says_why_and_is_asked_later_and_later(world, running, refusing):
    jobs.stop(running, actor=None, now=world.wait(1))
    pauses = []
    for _ in range(5):
        world.tick()
        job = fresh(running)
        pauses.append((job.next_check_at - world.now).total_seconds())
        assert (job.state, job.trouble, job.alarm) == ("running", BUSY, "")
        world.wait(pauses[-1])
    assert pauses == [5, 10, 20, 40, 80]
    assert (len(refusing), job.attempts) == (5, 5)


def test_a_stop_that_is_refused_for_long_is_an_alarm_and_is_over_when_it_is_heeded(
    world, running, refusing, as_admin, monkeypatch
):
    jobs.stop(running, actor=None, now=world.wait(1))
    for _ in range(8):
        world.tick(301)
    job = fresh(running)
    assert f"asked 8 times to stop this job, and it goes on. {BUSY} Look at the job in the AWS" in job.alarm
    assert "This job needs a person." in as_admin.get(job.get_absolute_url()).content.decode()
    monkeypatch.undo()
    for _ in range(3):
        world.tick(301)
    job = fresh(running)
    assert (job.state, job.trouble, job.alarm, job.attempts) == ("stopped", "", "", 0)


def test_a_stop_that_is_accepted_and_not_begun_is_an_alarm_too(world, running):
    world.control.switch(stop_again="accepted", stopping_seconds=36_000)
    jobs.stop(running, actor=None, now=world.wait(1))
    with listed_as("InProgress"):
        for _ in range(10):
            world.tick(301)
    job = fresh(running)
    assert (job.state, job.trouble) == ("stopping", "")
    assert "it goes on. Look" in job.alarm
    assert len(world.calls(STOP)) == 10


def test_a_stop_that_is_heeded_after_many_tries_is_looked_at_soon(world, running, refusing, monkeypatch):
    world.control.switch(stopping_seconds=600)
    jobs.stop(running, actor=None, now=world.wait(1))
    for _ in range(5):
        world.tick(301)
    monkeypatch.undo()
    world.tick(301)
    job = fresh(running)
    assert job.state == "stopping"
    assert (job.next_check_at - world.now).total_seconds() <= 10
