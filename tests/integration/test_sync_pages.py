"""Starting a sync on a page, following it, reading how it ended."""

import pytest
from django.test import Client

from catalog import tasks
from catalog.models import SyncRun
from catalog.sync import execute, request_sync, start, sync_platform
from catalog.views import syncing
from tests.builders import NOW
from tests.integration.conftest import only

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def told(monkeypatch) -> list[int]:
    """The runs that workers were told about."""
    runs: list[int] = []
    monkeypatch.setattr(syncing, "nudge", lambda run: runs.append(run.pk))
    return runs


def text(client: Client, url: str, **options) -> str:
    response = client.get(url, **options)
    assert response.status_code == 200
    return response.content.decode()


def test_the_button_asks_for_a_sync_of_every_platform(as_admin, admin, told):
    response = as_admin.post("/sync/start")
    assert (response.status_code, response["Location"]) == (302, "/models/")
    runs = list(SyncRun.objects.order_by("platform"))
    assert [(run.platform, run.state, run.requested_by) for run in runs] == [
        ("bedrock", "requested", admin),
        ("openai", "requested", admin),
    ]
    assert sorted(told) == [run.pk for run in runs]
    assert "Sync requested." in text(as_admin, "/models/")


def test_pressing_twice_makes_no_second_run(as_admin):
    for _ in range(2):
        as_admin.post("/sync/start")
    assert SyncRun.objects.count() == 2


def test_one_platform_can_be_synced_alone(as_admin):
    response = as_admin.post("/sync/start", {"platform": "openai"})
    run = SyncRun.objects.get()
    assert (run.platform, run.accept_shrink, response["Location"]) == ("openai", False, f"/sync/{run.pk}/")


def test_the_smaller_list_is_believed_only_of_a_named_platform(as_admin):
    as_admin.post("/sync/start", {"accept_shrink": "yes"})
    assert not SyncRun.objects.filter(accept_shrink=True).exists()
    SyncRun.objects.all().delete()
    as_admin.post("/sync/start", {"accept_shrink": "yes", "platform": "bedrock"})
    assert SyncRun.objects.get().accept_shrink


@pytest.mark.parametrize("platform", ["azure", "BEDROCK", "\x00", "<script>"])
def test_an_unknown_platform_is_refused_in_words(as_admin, platform):
    response = as_admin.post("/sync/start", {"platform": platform})
    assert response.status_code == 400
    assert "There is no platform" in response.content.decode()
    assert "<script>“" not in response.content.decode()
    assert not SyncRun.objects.exists()


def test_with_htmx_the_button_answers_with_the_state_of_the_platforms(as_admin):
    page = as_admin.post("/sync/start", headers=HTMX).content.decode()
    assert 'id="syncs"' in page
    assert "Waiting for a worker" in page
    assert "disabled" in page
    assert "<html" not in page


def test_a_live_run_is_followed_until_it_has_ended(as_viewer, small_world):
    run = request_sync("bedrock")
    url = f"/sync/{run.pk}/"
    assert 'hx-trigger="every 1s' in text(as_viewer, url)
    start(run)
    part = text(as_viewer, url, headers=HTMX)
    assert "Asking the platform" in part
    assert "<html" not in part
    execute(run)
    part = text(as_viewer, url, headers=HTMX)
    assert "hx-trigger" not in part
    assert "10 models: 10 added, 0 changed, 0 gone, 0 refused, 0 unchanged" in " ".join(part.split())


def test_a_boosted_link_gets_the_whole_page(as_viewer, small_world):
    run = sync_platform("bedrock")
    assert "<html" in text(as_viewer, f"/sync/{run.pk}/", headers={**HTMX, "HX-Boosted": "true"})


def test_a_run_tells_what_was_added_changed_missed_gone_returned_and_refused(as_viewer, small_world):
    sync_platform("bedrock")
    record = {k: v for k, v in small_world.model("bedrock", "acme.m1").items() if k != "modelId"}
    small_world.change_model("bedrock", "acme.m2", modelName="Acme Two")
    small_world.withdraw_model("bedrock", "acme.m1")
    small_world.publish_model("bedrock", "x" * 600)
    page = text(as_viewer, sync_platform("bedrock").get_absolute_url())
    for words in ("Changed", "Acme 2 → Acme Two", "Missing, not yet given up", "absent from 1 of 3 complete syncs",
                  "Refused", "its id is longer than 512 characters"):  # fmt: skip
        assert words in page, words
    sync_platform("bedrock")
    page = text(as_viewer, sync_platform("bedrock").get_absolute_url())
    assert "Gone" in page
    small_world.publish_model("bedrock", "acme.m1", **record)
    assert "Returned" in text(as_viewer, sync_platform("bedrock").get_absolute_url())


def test_a_failed_run_tells_the_error_in_words_and_the_way_out(as_admin, small_world):
    small_world.fail("expired", platform="bedrock", times=None)
    run = sync_platform("bedrock")
    page = text(as_admin, run.get_absolute_url())
    for words in ("The security token included in the request is expired", "Check the credentials",
                  "ExpiredTokenException", run.request_id, "Sync Amazon Bedrock again"):  # fmt: skip
        assert words in page
    assert "accept the smaller list" not in page


def test_a_shrunken_list_can_be_accepted_on_its_page(as_admin, as_viewer, small_world):
    sync_platform("bedrock")
    only(small_world, "bedrock", "acme.m0", "acme.m1")
    run = sync_platform("bedrock")
    assert 'name="accept_shrink" value="yes"' in text(as_admin, run.get_absolute_url())
    assert "accept_shrink" not in text(as_viewer, run.get_absolute_url())
    as_admin.post("/sync/start", {"platform": "bedrock", "accept_shrink": "yes"})
    tasks.sync(SyncRun.objects.latest("id").pk)
    assert SyncRun.objects.latest("id").state == "succeeded"


def test_an_empty_list_cannot_be_accepted(as_admin, small_world):
    """It is never believed, so the page must not offer it."""
    sync_platform("bedrock")
    small_world.fail("empty_list", platform="bedrock", times=None)
    run = sync_platform("bedrock")
    assert run.error_word == "implausible"
    assert "accept_shrink" not in text(as_admin, run.get_absolute_url())
    assert "accept the smaller list" not in run.way_out


def test_the_history_lists_the_runs_newest_first_and_by_the_page(as_viewer, admin):
    for number in range(35):
        SyncRun.objects.create(
            platform="bedrock", state="failed", requested_at=NOW, finished_at=NOW, error_message=f"trouble {number}",
            requested_by=admin if number == 34 else None,
        )  # fmt: skip
    page = text(as_viewer, "/sync/")
    assert page.count("Run ") >= 30
    assert "trouble 34" in page
    assert "trouble 4<" not in page
    assert ">anna<" in page
    assert "trouble 4" in text(as_viewer, "/sync/?page=2")


def test_no_run_at_all_is_said_in_words(as_viewer):
    assert "No sync has run yet" in text(as_viewer, "/sync/")


def test_a_run_that_is_no_more_is_a_404(as_viewer):
    for pk in ("999", "99999999999999999999"):
        assert as_viewer.get(f"/sync/{pk}/").status_code == 404
