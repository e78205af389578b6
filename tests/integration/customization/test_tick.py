"""The tick's steps: each with a time of its own, none in the way of the next, and all ended by the worker's end."""

from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from customization import deleting, reconcile, tasks
from customization.models import Deletion
from customization.serving import reconcile as serving_reconcile
from tests.builders import NOW
from tests.integration.customization.conftest import fresh
from tests.integration.customization.serving import conftest as rented

pytestmark = pytest.mark.django_db
serving, trained, throughput = rented.serving, rented.trained, rented.throughput  # fixtures


def ended(*_args, **_kwargs):
    raise SoftTimeLimitExceeded


def test_each_step_gets_a_time_of_its_own(monkeypatch):
    """A step that waits for a platform that hangs must not make the next one write down when that began."""
    clock = [NOW]
    seen = []

    def hangs(now):
        seen.append(now)
        clock[0] = now + timedelta(minutes=2)

    monkeypatch.setattr(tasks, "STEPS", (hangs, seen.append))
    tasks.run_steps(lambda: clock[0])
    assert seen == [NOW, NOW + timedelta(minutes=2)]


def test_a_step_that_fails_does_not_stop_the_next(monkeypatch):
    seen = []
    monkeypatch.setattr(tasks, "STEPS", (lambda now: 1 / 0, seen.append))
    tasks.run_steps(lambda: NOW)
    assert seen == [NOW]


def test_the_workers_end_ends_the_tick(monkeypatch):
    seen = []
    monkeypatch.setattr(tasks, "STEPS", (ended, seen.append))
    with pytest.raises(SoftTimeLimitExceeded):
        tasks.run_steps(lambda: NOW)
    assert not seen


@pytest.mark.parametrize("place", ["_look_at", "bedrock.list_jobs"])
def test_the_workers_end_is_no_trouble_of_a_job(world, job, monkeypatch, place):
    monkeypatch.setattr(f"customization.reconcile.{place}", ended)
    with pytest.raises(SoftTimeLimitExceeded):
        world.tick()
    job = fresh(job)
    assert (job.state, job.trouble, job.attempts) == ("requested", "", 0)
    assert job.next_check_at == world.now + reconcile.CLAIM


@pytest.mark.parametrize("place", ["_look_at", "platform.observe"])
def test_the_workers_end_is_no_trouble_of_a_throughput(serving, throughput, monkeypatch, place):
    type(throughput).objects.update(state="creating", next_check_at=serving.now)
    monkeypatch.setattr(f"customization.serving.reconcile.{place}", ended)
    with pytest.raises(SoftTimeLimitExceeded):
        serving_reconcile.reconcile_serving(serving.now)
    throughput.refresh_from_db()
    assert (throughput.state, throughput.trouble, throughput.attempts) == ("creating", "", 0)


def test_the_workers_end_is_no_trouble_of_a_deletion(world, job, monkeypatch):
    Deletion.objects.create(
        model=job.model, state="requested", created_at=NOW, changed_at=NOW, next_check_at=NOW
    )
    monkeypatch.setattr(deleting, "_look_at", ended)
    with pytest.raises(SoftTimeLimitExceeded):
        deleting.reconcile_deletions(NOW)
    assert Deletion.objects.get().trouble == ""
