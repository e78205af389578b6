"""Forms post and links get: every page works in a browser that runs no scripts."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.custom import good_file, put
from tests.browser.hands import expect_colour, fill_login, list_of, row_of, switch, tick
from tests.browser.live import ADMIN, COLLEAGUE

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(open_as):
    """The admin's page, without JavaScript."""
    return open_as(ADMIN, java_script_enabled=False)


def test_log_in_and_out(open_as):
    page = open_as(None, "/", java_script_enabled=False)
    expect(page).to_have_url(re.compile(r"/login/\?next="))
    fill_login(page, COLLEAGUE)
    expect(page.get_by_role("heading", name="Models", level=1)).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto("/models/")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_search_by_its_button_and_filter_by_links(plain, platform):
    plain.goto("/models/")
    plain.get_by_role("searchbox").fill("llama")
    plain.get_by_role("button", name="Search").click()
    expect(plain).to_have_url(re.compile("q=llama"))
    menu = plain.locator("#facet-lifecycle")
    menu.locator("summary").click()
    menu.get_by_role("link", name="Legacy").click()
    expect(plain).to_have_url(re.compile("q=llama&lifecycle=legacy"))
    wanted = platform.models("name LIKE '%llama%' AND lifecycle = 'legacy'")
    expect(plain.locator("tbody tr")).to_have_count(len(wanted))
    plain.get_by_role("columnheader", name="Type").get_by_role("link").click()
    expect(plain).to_have_url(re.compile("q=llama&lifecycle=legacy&sort=kind"))


def test_enable_and_disable(plain, platform):
    [model] = platform.yellow()
    plain.goto(list_of(model, platform="bedrock"))
    here = plain.url
    switch(row_of(plain, model), "Enable")
    expect(plain).to_have_url(here)
    expect(plain.locator(".messages")).to_contain_text(f"{model.name} is enabled.")
    expect_colour(row_of(plain, model), "green")
    plain.goto(model.url)
    plain.get_by_role("button", name="Disable", exact=True).click()
    expect(plain.locator(".messages")).to_contain_text(f"{model.name} is disabled.")
    expect(plain.locator(".verdict-yellow")).to_be_visible()


def test_a_stale_click_gets_a_page_with_the_reason(plain, open_as, platform, complaints):
    complaints.expect("409")
    [model] = platform.yellow()
    plain.goto(list_of(model))
    theirs = open_as(COLLEAGUE, model.url, java_script_enabled=False)
    theirs.get_by_role("button", name="Enable", exact=True).click()
    switch(row_of(plain, model), "Enable")
    expect(plain.get_by_role("alert")).to_contain_text(f"{model.name} is already enabled.")
    plain.get_by_role("link", name=f"See {model.name}").click()
    expect(plain.locator(".verdict-green")).to_be_visible()


def test_many_at_once(plain, platform):
    [model] = platform.yellow()
    plain.goto(list_of(model))
    tick(plain, model)
    plain.locator("#bulk").get_by_role("button", name="Enable").click()
    expect(plain.locator("main .notice")).to_contain_text("1 enabled.")
    expect(plain.locator("tbody tr")).to_contain_text([model.name])
    plain.get_by_role("link", name="Back to the list").click()
    expect_colour(row_of(plain, model), "green")


def test_sync_and_read_how_it_ended(plain, platform, sandbox):
    sandbox.publish_model("bedrock", "example.plain-1", modelName="Plain 1", providerName="Example Labs")
    plain.goto("/models/")
    plain.get_by_role("button", name="Sync models").click()
    expect(plain.locator(".messages")).to_contain_text("Sync requested")
    platform.wait_for("SELECT 1 FROM catalog_model WHERE external_id = 'example.plain-1'")
    plain.goto("/sync/")
    plain.locator("table.runs tbody tr", has_text="Bedrock").first.get_by_role("link").click()
    expect(plain.locator(".named")).to_contain_text("Plain 1")


def test_nothing_that_needs_javascript_is_offered(plain):
    plain.goto("/models/")
    for locator in (
        plain.get_by_role("button", name="Switch between light and dark"),
        plain.get_by_role("button", name="Copy"),
        plain.get_by_label("Tick all models on this page"),
    ):
        expect(locator.first).to_be_hidden()


def test_make_a_model_from_a_file_in_s3_and_stop_its_job(plain, base, platform, tmp_path, complaints):
    complaints.expect("422")
    uri = put(platform, good_file(tmp_path), "plain/orders.jsonl")
    plain.goto("/custom/new/")
    plain.get_by_label("Name", exact=True).fill("plainly-made")
    plain.get_by_label("Base model").select_option(str(base.pk))
    plain.get_by_role("button", name="Show what this base model needs").click()
    plain.get_by_label("Epochs epochCount").fill("3")
    plain.locator("#data-training summary").click()
    plain.get_by_label("S3 address of the training data").fill(uri)
    plain.get_by_role("button", name="Create model").click()
    expect(plain.locator("#errors")).to_contain_text("The file is being checked now.")
    platform.wait_for(
        "SELECT 1 FROM customization_dataset WHERE key = 'plain/orders.jsonl' AND state = 'valid'"
    )
    expect(plain.get_by_label("Epochs epochCount")).to_have_value("3")
    plain.get_by_role("button", name="Create model").click()
    expect(plain.get_by_role("heading", name="plainly-made")).to_be_visible()
    platform.wait_for(
        "SELECT 1 FROM customization_customizationjob WHERE remote_name LIKE 'plainly-%' AND arn <> ''"
    )
    plain.reload()
    plain.get_by_role("link", name="Stop…").click()
    expect(plain.get_by_role("heading", name="Stop training plainly-made?")).to_be_visible()
    plain.get_by_role("button", name="Stop the job").click()
    expect(plain.locator(".messages")).to_contain_text("The job is being stopped.")
