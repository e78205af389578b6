"""One job, followed to its end: stopped, failed, cloned, seen by people who may only look."""

import pytest
from playwright.sync_api import expect

from tests.browser.custom import expect_checked, expect_running, expect_state, good_file, made
from tests.browser.hands import without_reload
from tests.browser.live import VIEWER

pytestmark = pytest.mark.browser


def test_stop_asks_first(page, base, tmp_path, sandbox):
    made(page, base, "stopped-early", good_file(tmp_path))
    expect_running(page)
    with without_reload(page):
        page.get_by_role("button", name="Stop…").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("What was trained so far is lost")
        page.wait_for_timeout(3_000)  # a poll goes by; the question stays
        expect(dialog.get_by_role("button", name="Keep training")).to_be_focused()
        dialog.get_by_role("button", name="Keep training").click()
        expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Stop…").click()
    dialog.get_by_role("button", name="Stop the job").click()
    expect(page.locator(".messages")).to_contain_text("The job is being stopped.")
    expect(page.get_by_role("button", name="Stop…")).to_have_count(0)
    sandbox.advance(10)
    expect_state(page, "stopped")
    page.get_by_role("button", name="Archive").click()
    expect(page.locator(".messages")).to_contain_text("stopped-early is archived.")


def test_a_failure_is_told_with_a_hint_and_the_clone_is_prefilled(page, base, tmp_path, sandbox):
    sandbox.script_job("no_s3_permission")
    number = made(page, base, "failed-early", good_file(tmp_path))
    expect_state(page, "failed")
    failure = page.locator("#live .notice-error")
    expect(failure).to_contain_text("validate GetObject")
    expect(failure).to_contain_text("give it s3:GetObject")
    page.get_by_role("link", name="Clone").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("")
    expect(page.get_by_label("Base model")).to_have_value(str(base.pk))
    expect(page.get_by_label("Epochs epochCount")).to_have_value("2")
    expect_checked(page)
    page.get_by_label("Name", exact=True).fill("second-try")
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("second-try")
    page.get_by_role("button", name="Create model").click()
    page.wait_for_url("**/custom/jobs/*/")
    assert not page.url.endswith(f"/{number}/")
    expect_running(page)
    page.goto("/custom/jobs/")
    expect(page.get_by_role("link", name="second-try")).to_be_visible()


def test_a_viewer_sees_jobs_but_no_buttons(page, open_as, base, tmp_path, complaints):
    complaints.expect("403")
    number = made(page, base, "to-be-seen", good_file(tmp_path))
    expect_running(page)
    seen = open_as(VIEWER, "/custom/jobs/")
    expect(seen.get_by_role("link", name="New model")).to_have_count(0)
    seen.get_by_role("link", name="to-be-seen").click()
    expect(seen.locator(".phase-InProgress")).to_be_visible()
    assert seen.url.endswith(f"/custom/jobs/{number}/")
    for name in ("Stop", "Archive"):
        expect(seen.get_by_role("button", name=name)).to_have_count(0)
    expect(seen.get_by_role("link", name="Clone")).to_have_count(0)
    seen.goto("/models/")
    expect(seen.get_by_role("link", name="New model")).to_have_count(0)
    seen.goto("/custom/new/")
    expect(seen.get_by_role("heading", name="Not allowed")).to_be_visible()
