"""New model when something goes wrong on the way: no dead button, no lost draft, no upload that can't go on."""

import pytest
from playwright.sync_api import expect

from tests.browser.custom import (
    LATE,
    big_file,
    drop,
    expect_checked,
    good_file,
    hold_one_part,
    made,
    run,
    start,
    statuses_of_parts,
)

pytestmark = pytest.mark.browser
PARTS = 3
COMPLETE = "CompleteMultipartUpload"
# What happens to the upload past all pages; ``s3`` and the newest file are at hand.
NEWEST = """
from catalog.platforms.aws import client
from customization.models import Dataset
s3, data = client("s3"), Dataset.objects.latest("id")
upload = {"Bucket": data.bucket, "Key": data.key, "UploadId": data.upload_id}
"""
PUT_TOGETHER = """
held = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in s3.list_parts(**upload)["Parts"]]
s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": held})
"""
CUT_OFF = 's3.upload_part(**upload, PartNumber=2, Body=b"cut off")'
THROWN_AWAY = "s3.abort_multipart_upload(**upload)"
OVER = "Dataset.objects.filter(pk=data.pk).update(state='unreadable', trouble='Told.')"


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    return big_file(tmp_path_factory.mktemp("big"))


@pytest.fixture
def parts(sandbox):
    return statuses_of_parts(sandbox)


@pytest.fixture
def panel(page):
    return page.locator("#data-training")


def last_state(platform):
    [(state,)] = platform.query("SELECT state FROM customization_dataset ORDER BY id DESC LIMIT 1")
    return state


def test_a_file_that_s3_put_together_unnoticed_is_found_after_a_reload(
    page, base, sandbox, big, parts, panel, platform, complaints
):
    """modelhub died before it heard the answer. Nothing is sent again, and nobody is told to start anew."""
    complaints.expect("502")
    start(page, base)
    sandbox.fail("error500", platform="s3", operation=COMPLETE, times=None)
    drop(page, big)
    expect(panel.locator("[data-error]")).to_be_visible(timeout=LATE)
    sandbox.clear_faults()
    run(platform, NEWEST + PUT_TOGETHER)
    page.reload()
    expect(panel).to_contain_text("was interrupted")
    drop(page, big)
    expect_checked(page)
    assert parts() == [200] * PARTS


def test_an_upload_that_arrived_while_nobody_looked_is_shown_as_it_stands(
    page, base, sandbox, big, panel, platform
):
    start(page, base)
    hold_one_part(page, sandbox, big, PARTS)
    page.reload()
    expect(panel).to_contain_text("was interrupted")
    run(platform, NEWEST + OVER)
    drop(page, big)
    expect(page.locator("#data-training[data-state=unreadable]")).to_contain_text("Told.")


def test_create_waits_for_a_file_that_is_on_its_way(page, base, sandbox, big, parts, panel):
    """Else the browser asks whether to leave: who stays had a dead button, who leaves lost the upload."""
    start(page, base, "too-early")
    hold_one_part(page, sandbox, big, PARTS, seconds=15)
    create = page.get_by_role("button", name="Create model")
    create.click()
    expect(panel.locator("[data-error]")).to_contain_text("big.jsonl is still on its way")
    expect(create).to_be_enabled()
    page.get_by_role("button", name="Pause").click()
    create.click()
    expect(panel.locator("[data-error]")).to_contain_text("big.jsonl is still on its way")
    page.get_by_role("button", name="Resume").click()
    expect(panel.locator("[data-error]")).to_be_hidden()
    expect_checked(page)
    create.click()
    page.wait_for_url("**/custom/jobs/*/")


def test_another_file_that_could_not_be_taken_back_can_still_be_resumed(
    page, base, sandbox, big, parts, panel, platform, complaints
):
    complaints.expect("502")
    start(page, base)
    hold_one_part(page, sandbox, big, PARTS)
    page.reload()
    expect(panel).to_contain_text("was interrupted")
    sandbox.fail("timeout", platform="s3", operation="UploadPart", seconds=4, times=None)
    sandbox.fail("error500", platform="s3", operation="AbortMultipartUpload", times=None)
    drop(page, big)
    expect(panel.locator("[data-says]")).to_contain_text("big.jsonl")
    panel.get_by_role("button", name="Use another file").click()
    expect(page.locator("#toasts")).to_contain_text("That did not work (HTTP 502)", timeout=LATE)
    sandbox.clear_faults()
    panel.get_by_role("button", name="Resume").click()
    expect_checked(page)
    assert parts().count(200) == PARTS


def test_a_part_that_did_not_arrive_after_all_is_sent_again(
    page, base, sandbox, big, parts, panel, platform, complaints
):
    """What the browser believes to be there is not: a finish that is refused must not be refused for ever."""
    complaints.expect("502", "409")
    start(page, base)
    sandbox.fail("error500", platform="s3", operation=COMPLETE, times=None)
    drop(page, big)
    expect(panel.locator("[data-error]")).to_be_visible(timeout=LATE)
    sandbox.clear_faults()
    run(platform, NEWEST + CUT_OFF)
    before = parts().count(200)
    page.get_by_role("button", name="Resume").click()
    expect(panel.locator("[data-error]")).to_contain_text("1 of 3 parts have not arrived: [2]")
    page.get_by_role("button", name="Resume").click()
    expect_checked(page)
    assert parts().count(200) == before + 1


def test_an_upload_that_s3_has_ended_is_not_tried_for_ever(
    page, base, sandbox, big, panel, platform, complaints
):
    complaints.expect("404", "409")
    start(page, base)
    hold_one_part(page, sandbox, big, PARTS)
    page.get_by_role("button", name="Pause").click()
    run(platform, NEWEST + THROWN_AWAY)
    page.get_by_role("button", name="Resume").click()
    expect(panel.locator("[data-error]")).to_contain_text("is gone from S3. Upload the file again.")
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.get_by_text("or drop it here")).to_be_visible()


def test_a_file_that_is_chosen_after_s3_has_ended_an_upload_takes_its_place(
    page, base, sandbox, big, panel, platform, complaints, tmp_path
):
    complaints.expect("404", "409")
    start(page, base)
    hold_one_part(page, sandbox, big, PARTS)
    drop(page, good_file(tmp_path))
    expect(panel.locator("[data-error]")).to_contain_text("big.jsonl is under way. Cancel it before")
    page.get_by_role("button", name="Pause").click()
    run(platform, NEWEST + THROWN_AWAY)
    page.get_by_role("button", name="Resume").click()
    expect(panel.locator("[data-error]")).to_contain_text("Press “Cancel” to choose one.")
    sandbox.clear_faults()
    drop(page, good_file(tmp_path))
    expect_checked(page)


def test_what_is_typed_after_a_refused_create_survives_a_reload(page, base, tmp_path, complaints):
    """And the reload asks for the page: the browser must not send the refused form once more."""
    complaints.expect("422")
    start(page, base, "refused-first")
    drop(page, good_file(tmp_path))
    expect_checked(page)
    page.get_by_label("Epochs epochCount").fill("50")
    page.get_by_role("button", name="Create model").click()
    expect(page.locator("#errors")).to_contain_text("Epochs must be 1 to 5.")
    page.get_by_label("Description").fill("typed after the refusal")
    page.get_by_label("Epochs epochCount").fill("3")
    with page.expect_request("**/custom/new/") as asked:
        page.reload()
    assert asked.value.method == "GET"
    expect(page.get_by_label("Description")).to_have_value("typed after the refusal")
    expect(page.get_by_label("Epochs epochCount")).to_have_value("3")
    expect(page.get_by_label("Name", exact=True)).to_have_value("refused-first")
    expect(page.locator("#data-training")).to_contain_text("60 rows")
    expect(page.locator("#errors")).to_have_count(0)


def test_a_look_at_a_model_of_the_same_name_does_not_throw_the_draft_away(page, base, tmp_path, complaints):
    complaints.expect("422")
    job = made(page, base, "looked-at", good_file(tmp_path))
    page.goto("/custom/new/")
    expect(page.get_by_label("Name", exact=True)).to_have_value("")  # the first has become a model
    start(page, base, "looked-at")
    page.get_by_label("Description").fill("A second one")
    page.goto(f"/custom/jobs/{job}/")
    page.goto("/custom/new/")
    expect(page.get_by_label("Description")).to_have_value("A second one")
    page.get_by_role("button", name="Create model").click()
    expect(page.locator("#errors")).to_be_visible()
    page.goto(f"/custom/jobs/{job}/")
    page.goto("/custom/new/")
    expect(page.get_by_label("Description")).to_have_value("A second one")
