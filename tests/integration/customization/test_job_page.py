"""A job's page: what it says of an end, and the question before a stop for browsers that run no scripts."""

from datetime import timedelta

import pytest

from catalog.models import Model
from customization import jobs
from customization.datasets.fingerprint import Rows
from customization.decide import Decision
from customization.models import CustomizationJob, Dataset
from customization.observation import RemoteJob
from customization.recording import record
from tests.builders import NOW
from tests.integration.customization.conftest import STOP, fresh, valid_file

pytestmark = pytest.mark.django_db


def page_of(client, job) -> str:
    """The page, with its line breaks and indentation as single spaces."""
    return " ".join(client.get(job.get_absolute_url()).content.decode().split())


def test_a_stopped_job_with_a_message_is_not_called_failed(world, running, as_viewer):
    CustomizationJob.objects.filter(pk=running.pk).update(state="stopped", failure="Stopped by somebody.")
    page = page_of(as_viewer, running)
    assert "Training was stopped" in page
    assert "Stopped by somebody." in page
    assert "Training failed" not in page
    assert "notice-error" not in page


def test_a_failed_job_is_called_failed_whether_or_not_it_says_why(world, running, as_viewer):
    for failure in ("The rows are wrong.", ""):
        CustomizationJob.objects.filter(pk=running.pk).update(state="failed", failure=failure)
        page = page_of(as_viewer, running)
        assert "Training failed" in page
        assert failure in page


def test_the_page_names_the_phase_that_runs(world, running, as_viewer):
    world.tick(15)
    assert "</span> Training: validation ✓, data… </h2>" in page_of(as_viewer, running)


def test_without_scripts_stop_is_a_link_to_a_question(world, running, as_admin):
    link = f"/custom/jobs/{running.pk}/stop"
    assert f'<a class="button without-js" href="{link}">Stop…</a>' in page_of(as_admin, running)
    asked = as_admin.get(link)
    page = asked.content.decode()
    assert asked.status_code == 200
    assert "Stop training support-tone?" in page
    assert "What was trained so far is lost" in page
    assert f'method="post" action="{link}"' in page
    assert not fresh(running).stop_wanted  # a link only asks
    assert as_admin.post(link).status_code == 302
    assert fresh(running).stop_wanted


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"state": "completed"}, "The job is completed: there is nothing to stop."),
        ({"state": "stopping"}, "The job is stopping: there is nothing to stop."),
        ({"stop_wanted": True}, "The job is being stopped already."),
    ],
)
def test_the_question_is_not_asked_in_vain(world, running, as_admin, columns, said):
    CustomizationJob.objects.filter(pk=running.pk).update(**columns)
    asked = as_admin.get(f"/custom/jobs/{running.pk}/stop")
    assert asked.status_code == 409
    assert said in asked.content.decode()
    assert world.calls(STOP) == []


def test_the_question_about_nothing_is_not_found(as_admin):
    assert as_admin.get("/custom/jobs/99/stop").status_code == 404


@pytest.mark.parametrize(
    "state", ["requested", "running", "unknown", "stopping", "completed", "failed", "stopped"]
)
def test_the_button_and_the_rules_agree(world, running, as_admin, state):
    CustomizationJob.objects.filter(pk=running.pk).update(state=state)
    offered = f'href="/custom/jobs/{running.pk}/stop"' in page_of(as_admin, running)
    assert offered == (not jobs.why_not_stop(fresh(running)))


def test_the_page_says_which_data_was_used_and_leads_to_its_report(world, running, as_viewer):
    report = {"errors": [], "warnings": [{"line": 3, "code": "x", "message": "The same row as line 1."}]}
    Dataset.objects.update(rows=1234, tokens=56789, sha256="ab" * 32, report=report)
    page = page_of(as_viewer, running)
    link = f"/custom/datasets/{running.training_id}/report"
    assert f'<a href="{link}">train.jsonl</a> 1,234 rows, about 56,789 tokens' in page
    assert "ab" * 32 in page
    shown = as_viewer.get(link).content.decode()
    assert "The same row as line 1." in shown
    assert "Use another file" not in shown
    assert "data-poll" not in shown.partition("<main")[2]


def test_phases_say_when_they_began_and_how_long_they_took(world, running, as_viewer):
    phases = [
        {"name": "Validation", "word": "Completed", "started_at": "2026-11-22T10:00:00+00:00",
         "changed_at": "2026-11-22T10:12:05+00:00"},
        {"name": "Training", "word": "InProgress", "started_at": "2026-11-22T10:12:05+00:00", "changed_at": None},
    ]  # fmt: skip
    CustomizationJob.objects.update(phases=phases)
    page = page_of(as_viewer, running)
    assert "Nov 22, 10:00:00 UTC, took 12 min 5 s" in page
    assert "since Nov 22, 10:12:05 UTC" in page


def test_what_a_look_leaves_out_empties_no_column(world, running):
    world.tick(15)
    before = fresh(running)
    seen = RemoteJob(name=running.remote_name, arn="", word="InProgress")
    record(fresh(running), seen, Decision(delay=timedelta(seconds=5)), world.now)
    after = fresh(running)
    assert (after.arn, after.started_at) == (before.arn, before.started_at)
    assert before.arn
    assert before.started_at


def test_events_name_the_request_that_aws_support_asks_for(world, running, as_viewer):
    asked = running.model.events.exclude(detail={}).latest("id").detail["aws_request_id"]
    assert asked in page_of(as_viewer, running)
    assert asked in as_viewer.get("/activity/").content.decode()


def fingerprint(*lines: bytes) -> bytes:
    seen = Rows()
    list(seen.add(lines, 1))
    return seen.fingerprint().to_bytes()


@pytest.mark.parametrize(("second", "said"), [((b"b", b"c"), True), ((b"c", b"d"), False)])
def test_rows_in_both_files_are_told_where_the_curves_are(
    world, request_job, training, as_viewer, second, said
):
    Dataset.objects.update(fingerprint=fingerprint(b"a", b"b"))
    more = valid_file("validation", "more.jsonl", fingerprint=fingerprint(*second))
    job = request_job(validation=more)
    assert ("1 rows of the validation data are in the training data too" in page_of(as_viewer, job)) == said


def test_one_file_has_no_rows_in_both(world, running, as_viewer):
    Dataset.objects.update(fingerprint=fingerprint(b"a", b"b"))
    assert "rows of the validation data" not in page_of(as_viewer, running)


def test_only_the_model_that_has_a_name_now_ends_the_draft_of_that_name(as_admin, job):
    """draft.js forgets the draft on the page of the model it became; an archived one had the name before."""
    page = as_admin.get(f"/custom/jobs/{job.pk}/").content.decode()
    assert f'data-made="{job.model.name}"' in page
    Model.objects.filter(pk=job.model_id).update(archived_at=NOW)
    assert "data-made" not in as_admin.get(f"/custom/jobs/{job.pk}/").content.decode()
