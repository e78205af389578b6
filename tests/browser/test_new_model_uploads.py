"""Uploads in several parts: one that fails, pause, reload and resume, another file, cancel."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.custom import big_file, drop, expect_checked, good_file, requests_of, start

pytestmark = pytest.mark.browser
PARTS = 3


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    return big_file(tmp_path_factory.mktemp("big"))


@pytest.fixture
def parts(sandbox):
    """Statuses of the parts that S3 was sent in this test."""
    [*_, last] = sandbox.ledger() or [{"seq": 0}]
    return lambda: [call["status"] for call in sandbox.ledger(after=last["seq"], operation="UploadPart")]


def hold_one_part(page, sandbox, big, parts, seconds=20):
    """Two parts arrive, the third hangs."""
    sandbox.fail("timeout", platform="s3", operation="UploadPart", seconds=seconds)
    drop(page, big)
    for _ in range(200):
        if parts().count(200) == PARTS - 1:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the parts did not arrive: {parts()}")


def test_a_part_that_fails_is_sent_again(page, base, sandbox, big, parts, complaints):
    complaints.expect("500")
    start(page, base)
    sandbox.fail("error500", platform="s3", operation="UploadPart")
    with requests_of(page) as asked:
        drop(page, big)
        expect_checked(page)
    assert sorted(parts()) == [200] * PARTS + [500]
    assert len([request for request in asked if request.method == "PUT"]) == PARTS + 1
    expect(page.locator("#data-training")).to_contain_text("7,000 rows")


def test_pause_and_resume(page, base, sandbox, big, parts):
    start(page, base)
    hold_one_part(page, sandbox, big, parts)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#data-training [data-says]")).to_contain_text("paused")
    expect(page.locator("#data-training progress")).to_have_attribute("value", re.compile(r"\d"))
    page.get_by_role("button", name="Resume").click()
    expect_checked(page)
    assert parts().count(200) == PARTS


def test_reload_and_resume_with_the_same_file(page, base, sandbox, big, parts, tmp_path):
    start(page, base, "after-reload")
    hold_one_part(page, sandbox, big, parts)
    page.reload()
    panel = page.locator("#data-training")
    expect(panel).to_contain_text("was interrupted")
    expect(page.get_by_label("Name", exact=True)).to_have_value("after-reload")
    drop(page, good_file(tmp_path))
    expect(panel.locator("[data-error]")).to_contain_text("That is another file. Choose big.jsonl")
    drop(page, big)
    expect_checked(page)
    assert parts().count(200) == PARTS  # what had arrived was not sent again


def test_cancel_throws_the_parts_away(page, base, sandbox, big, parts, platform):
    start(page, base)
    hold_one_part(page, sandbox, big, parts, seconds=5)
    expect(page.locator("#data-training").get_by_text("or drop it here")).to_be_hidden()  # one at a time
    page.locator("#data-training").get_by_role("button", name="Cancel").click()
    expect(page.locator("#data-training").get_by_text("or drop it here")).to_be_visible()
    [(state,)] = platform.query("SELECT state FROM customization_dataset ORDER BY id DESC LIMIT 1")
    assert state == "aborted"
    assert sandbox.ledger(operation="AbortMultipartUpload")
    drop(page, big)  # and again from the start
    expect_checked(page)
