"""Two reconcilers at the same rows at the same time: one create each. On PostgreSQL, with real threads."""

import threading

import pytest
from django.db import connection, connections

from catalog import killpoints
from customization import jobs
from customization.models import CustomizationJob
from customization.reconcile import reconcile_jobs
from tests.integration.customization.conftest import CREATE, green_base, story, valid_file

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

JOBS, RECONCILERS = 8, 4


def run_together(work, count: int) -> list[BaseException]:
    barrier, failed = threading.Barrier(count), []

    def body() -> None:
        try:
            barrier.wait(timeout=10)
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=body) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return failed


@pytest.fixture
def requested(world, transactional_db) -> list[CustomizationJob]:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: SQLite lets one writer in at a time")
    world.control.switch(training_seconds=3600)
    base, training = green_base(), valid_file()
    return [jobs.create(name=f"race-{n}", base=base, training=training, now=world.now) for n in range(JOBS)]


def test_reconcilers_that_race_make_every_job_once(world, requested):
    assert run_together(lambda: reconcile_jobs(world.now), RECONCILERS) == []
    assert sorted(CustomizationJob.objects.values_list("state", flat=True)) == ["running"] * JOBS
    assert len(world.births()) == len(world.calls(CREATE)) == JOBS
    assert {birth["arn"] for birth in world.births()} == set(
        CustomizationJob.objects.values_list("arn", flat=True)
    )
    assert [story(job) for job in requested] == [["requested", "training running"]] * JOBS


def test_two_that_hold_the_same_row_at_once_still_make_one_job(world, requested):
    """A stop makes a row due while somebody is about to send it: both send, with one token."""
    both = threading.Barrier(2)

    def hook(point: str) -> None:
        if point == "before_send":
            both.wait(timeout=10)

    CustomizationJob.objects.exclude(pk=requested[0].pk).update(next_check_at=None)

    def first_then_second() -> None:
        CustomizationJob.objects.filter(pk=requested[0].pk).update(next_check_at=world.now)
        reconcile_jobs(world.now)

    with killpoints.armed(hook):
        threads_failed = run_together_staggered(first_then_second)
    assert threads_failed == []
    assert len(world.births()) == 1
    assert len(world.calls(CREATE)) == 2
    job = CustomizationJob.objects.get(pk=requested[0].pk)
    assert (job.state, job.arn) == ("running", world.births()[0]["arn"])
    assert story(job) == ["requested", "training running"]


def run_together_staggered(work) -> list[BaseException]:
    """The second comes once the first has claimed the row."""
    failed: list[BaseException] = []

    def body() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=body) for _ in range(2)]
    threads[0].start()
    threads[0].join(timeout=1.5)
    threads[1].start()
    for thread in threads:
        thread.join(timeout=30)
    return failed


def test_a_name_that_two_people_want_at_once_goes_to_one(world, requested):
    base, training = requested[0].base, requested[0].training
    refused = run_together(
        lambda: jobs.create(name="Wanted", base=base, training=training, now=world.now), RECONCILERS
    )
    assert len(refused) == RECONCILERS - 1
    assert all(isinstance(error, jobs.Refused) and set(error.errors) == {"name"} for error in refused)
    assert CustomizationJob.objects.filter(model__name="Wanted").count() == 1
