"""Polls answer 204 while nothing of what a page shows has changed: what is drawn anew takes the focus from people."""

from datetime import timedelta

import pytest
import time_machine

from catalog.customs import change_custom_model
from customization.models import CustomizationJob, Dataset
from tests.builders import NOW
from tests.integration.customization.conftest import fresh
from tests.integration.opened import Opened

pytestmark = pytest.mark.django_db
CURVE = {"training": [{"step": step, "loss": 2.0 / step, "epoch": 0} for step in (1, 2)]}


@pytest.fixture
def job_page(world, running, as_admin) -> Opened:
    world.tick(30)
    with time_machine.travel(world.now, tick=False):
        return Opened(as_admin, running.get_absolute_url(), f"{running.get_absolute_url()}poll")


def test_a_running_job_is_not_drawn_anew_while_only_time_goes_by(world, running, job_page):
    assert job_page.is_quiet()
    world.tick(30)  # a look that shows nothing new
    with time_machine.travel(world.now + timedelta(hours=1), tick=False):
        assert job_page.is_quiet()


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"trouble": "AWS is away."}, "AWS is away."),
        ({"alarm": "Look at it."}, "Look at it."),
        ({"stop_wanted": True}, "Stopping…"),
        ({"last_request_id": "req-77"}, "req-77"),
        ({"remote_word": "Pondering"}, "Pondering"),
        ({"metrics": CURVE}, "Curves"),
    ],
)  # fmt: skip
def test_whatever_is_new_of_a_job_is_brought_once(running, job_page, columns, said):
    CustomizationJob.objects.filter(pk=running.pk).update(**columns)
    assert said in job_page.says()
    assert job_page.is_quiet()


def test_what_happens_to_its_model_is_brought_to_the_job_page(running, job_page):
    change_custom_model(running.model, "praised", now=NOW)
    assert "praised" in job_page.says()


def test_what_is_learnt_of_its_data_is_brought_to_the_job_page(running, job_page):
    Dataset.objects.update(rows=4321)
    assert "4,321 rows" in job_page.says()


def test_a_job_that_goes_on_says_since_when(world, running, as_admin):
    world.tick(30)
    page = as_admin.get(running.get_absolute_url()).content.decode()
    assert f"Running since {fresh(running).started_at:%b %-d, %H:%M:%S} UTC" in page


def test_the_jobs_are_listed_live(running, as_admin):
    page = Opened(as_admin, "/custom/jobs/")
    assert page.is_quiet()
    CustomizationJob.objects.filter(pk=running.pk).update(alarm="Look at it.")
    assert "Look at it." in page.says()
    assert page.is_quiet()


def test_the_first_job_appears_on_an_empty_list(as_admin, request):
    page = Opened(as_admin, "/custom/jobs/")
    assert page.is_quiet()
    job = request.getfixturevalue("running")
    assert job.model.name in page.says()


def test_a_file_that_is_checked_is_drawn_anew_when_more_of_it_is(training, as_admin):
    Dataset.objects.update(state="checking", bytes_checked=10, size=100)
    page = Opened(as_admin, f"/custom/datasets/{training.pk}/")
    assert page.is_quiet()
    Dataset.objects.update(bytes_checked=50)
    assert 'value="50"' in page.says()
    assert page.is_quiet()
    Dataset.objects.update(state="valid")
    assert as_admin.get(page.poll).status_code == 200
