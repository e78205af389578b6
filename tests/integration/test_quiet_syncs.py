"""The polls of the sync pages answer 204 while nothing of what they show has changed."""

import re

import pytest

from catalog.models import SyncRun
from tests.builders import NOW
from tests.integration.opened import Opened

pytestmark = pytest.mark.django_db


def a_run(**columns) -> SyncRun:
    return SyncRun.objects.create(
        **{"platform": "openai", "state": "running", "requested_at": NOW, **columns}
    )


def test_a_run_is_drawn_anew_when_it_comes_to_another_stage(as_viewer):
    run = a_run(stage="Listing models")
    page = Opened(as_viewer, run.get_absolute_url())
    assert page.is_quiet()
    SyncRun.objects.update(stage="Writing")
    assert "Writing…" in page.says()
    assert page.is_quiet()
    SyncRun.objects.update(state="failed", error_message="AWS is away.")
    assert "AWS is away." in as_viewer.get(page.poll, headers={"HX-Request": "true"}).content.decode()


def test_the_runs_are_drawn_anew_when_one_has_changed(as_viewer):
    run = a_run()
    page = Opened(as_viewer, "/sync/")
    assert page.is_quiet()
    SyncRun.objects.filter(pk=run.pk).update(added_count=77)
    assert ">77<" in page.says()
    assert page.is_quiet()


def test_a_page_of_older_runs_goes_on_asking_for_that_page(as_viewer):
    for _ in range(31):
        a_run(state="succeeded")
    page = Opened(as_viewer, "/sync/?page=2")
    assert "page=2" in page.poll
    a_run(platform="bedrock")
    assert re.search("seen=.*seen=", page.says()) is None
    assert "page=2" in page.poll


def test_the_first_run_takes_the_place_of_the_words_that_there_is_none(as_viewer):
    page = Opened(as_viewer, "/sync/")
    assert page.is_quiet()
    a_run()
    runs = page.says().partition('id="runs"')[2]
    assert "Run " in runs
    assert "No sync has run yet" not in runs


def test_the_button_says_that_a_sync_is_running(as_admin):
    a_run()
    page = " ".join(as_admin.get("/sync/").content.decode().split())
    assert "Syncing… </button>" in page
