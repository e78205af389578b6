"""Uploads in several parts: one that fails, pause, reload and resume, another file, cancel."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser.custom import (
    LATE,
    big_file,
    drop,
    expect_checked,
    good_file,
    hold_one_part,
    requests_of,
    run,
    start,
    statuses_of_parts,
    wait_for_parts,
)

pytestmark = pytest.mark.browser
PARTS = 3


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    return big_file(tmp_path_factory.mktemp("big"))


@pytest.fixture
def parts(sandbox):
    return statuses_of_parts(sandbox)


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
    hold_one_part(page, sandbox, big, PARTS)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#data-training [data-says]")).to_contain_text("paused")
    expect(page.locator("#data-training progress")).to_have_attribute("value", re.compile(r"\d"))
    page.get_by_role("button", name="Resume").click()
    expect_checked(page)
    assert parts().count(200) == PARTS


def test_resuming_while_a_lost_part_waits_for_its_next_try_sends_no_part_twice(
    page, base, sandbox, big, parts, complaints
):
    """Who waited when the upload was paused has nothing to do with its next run."""
    complaints.expect("500")
    start(page, base)
    sandbox.fail("error500", platform="s3", operation="UploadPart", times=None)
    drop(page, big)
    wait_for_parts(page, parts, 500, PARTS)
    page.get_by_role("button", name="Pause").click()
    sandbox.clear_faults()
    sandbox.fail("timeout", platform="s3", operation="UploadPart", times=PARTS, seconds=20)
    page.get_by_role("button", name="Resume").click()
    page.wait_for_timeout(5_000)
    assert parts().count(200) == 0  # the parts of this run hang, and nobody else sends any
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").click()
    expect_checked(page)
    assert parts().count(200) == PARTS


def test_a_finish_that_fails_is_told_and_can_be_resumed(page, base, sandbox, big, parts, complaints):
    complaints.expect("502")
    start(page, base)
    sandbox.fail("error500", platform="s3", operation="CompleteMultipartUpload", times=None)
    drop(page, big)
    expect(page.locator("#data-training [data-error]")).to_be_visible(timeout=LATE)
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    sandbox.clear_faults()
    page.get_by_role("button", name="Resume").click()
    expect_checked(page)
    assert parts().count(200) == PARTS  # nothing was sent again


def test_use_another_file_ends_an_upload_that_was_resumed(
    page, base, sandbox, big, parts, platform, complaints
):
    start(page, base)
    hold_one_part(page, sandbox, big, PARTS)
    page.reload()
    panel = page.locator("#data-training")
    expect(panel).to_contain_text("was interrupted")
    sandbox.fail("timeout", platform="s3", operation="UploadPart", seconds=4, times=None)
    drop(page, big)
    expect(panel.locator("[data-says]")).to_contain_text("big.jsonl")
    with requests_of(page) as asked:
        panel.get_by_role("button", name="Use another file").click()
        expect(panel.get_by_text("or drop it here")).to_be_visible()
        page.wait_for_timeout(8_000)
    assert [request.url for request in asked if request.method == "PUT" or "/sign" in request.url] == []
    [(state,)] = platform.query("SELECT state FROM customization_dataset ORDER BY id DESC LIMIT 1")
    assert state == "aborted"


def test_reload_and_resume_with_the_same_file(page, base, sandbox, big, parts, tmp_path):
    start(page, base, "after-reload")
    hold_one_part(page, sandbox, big, PARTS)
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
    hold_one_part(page, sandbox, big, PARTS, seconds=5)
    expect(page.locator("#data-training").get_by_text("or drop it here")).to_be_hidden()  # one at a time
    page.locator("#data-training").get_by_role("button", name="Cancel").click()
    expect(page.locator("#data-training").get_by_text("or drop it here")).to_be_visible()
    [(state,)] = platform.query("SELECT state FROM customization_dataset ORDER BY id DESC LIMIT 1")
    assert state == "aborted"
    assert sandbox.ledger(operation="AbortMultipartUpload")
    drop(page, big)  # and again from the start
    expect_checked(page)


def test_another_file_of_the_same_name_and_size_does_not_go_on_with_the_upload(
    page, base, sandbox, big, parts, tmp_path
):
    """Its parts would be put together with those of the first: a file that nobody has."""
    start(page, base)
    hold_one_part(page, sandbox, big, PARTS)
    page.reload()
    other = tmp_path / big.name
    other.write_bytes(big.read_bytes().replace(b"1", b"2", 1))
    os.utime(other, (big.stat().st_atime, big.stat().st_mtime))
    panel = page.locator("#data-training")
    drop(page, other)
    expect(panel.locator("[data-error]")).to_contain_text("is not the file whose upload began here")
    drop(page, big)
    expect_checked(page)
    assert parts().count(200) == PARTS


def test_a_part_that_stalls_is_sent_again_after_a_minute(page, base, sandbox, big, parts):
    page.clock.install()
    start(page, base)
    hold_one_part(page, sandbox, big, PARTS, seconds=30)
    page.clock.fast_forward(61_000)
    expect(page.locator("#data-training [data-says]")).to_contain_text("was lost; trying again")
    page.clock.fast_forward(2_000)
    expect_checked(page)
    assert parts().count(200) == PARTS


def test_an_upload_that_was_cancelled_elsewhere_is_told_at_once(
    page, base, sandbox, big, parts, platform, complaints
):
    complaints.expect("409")
    start(page, base)
    hold_one_part(page, sandbox, big, PARTS, seconds=2)
    page.get_by_role("button", name="Pause").click()
    run(platform, "from customization.models import Dataset; from customization import uploads; "
                  "uploads.cancel(Dataset.objects.latest('id'))")  # fmt: skip
    with requests_of(page) as asked:
        page.get_by_role("button", name="Resume").click()
        expect(page.locator("#data-training[data-state=aborted]")).to_contain_text("Cancelled")
    assert len([request for request in asked if "/sign" in request.url]) == 1
    page.reload()
    expect(page.locator("#data-training").get_by_text("or drop it here")).to_be_visible()
