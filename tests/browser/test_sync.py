"""The list follows the platforms: by itself, by the button, and in spite of trouble."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import expect_colour, row_of, sync_by_button, without_reload
from tests.browser.live import VIEWER

pytestmark = pytest.mark.browser


def test_sync_shows_its_progress_and_announces_what_is_new(page, sandbox):
    page.goto("/models/")
    sandbox.publish_model("bedrock", "example.comet-1", modelName="Comet 1", providerName="Example Labs")
    sandbox.fail("timeout", platform="bedrock", operation="ListFoundationModels", times=1, seconds=2)
    with without_reload(page):
        page.get_by_role("button", name="Sync models").click()
        expect(page.get_by_role("button", name="Syncing…")).to_be_disabled()
        expect(page.locator("#syncs")).to_contain_text("Asking the platform…")
        expect(page.get_by_role("button", name="Sync models")).to_be_enabled(timeout=20_000)
        expect(page.locator("#syncs")).not_to_contain_text("Asking the platform…")
        expect(page.locator("#newcomers")).to_contain_text("The list has changed")
    page.get_by_role("link", name="Show the new list").click()
    expect(page.locator("#newcomers .notice")).to_have_count(0)
    page.get_by_role("searchbox").fill("comet")
    expect(page.locator("tbody .c-name")).to_contain_text(["Comet 1"])


def test_a_renamed_model_changes_its_row_without_reloading(page, platform, sandbox):
    [model] = platform.yellow()
    page.goto(f"/models/?q={model.external_id}")
    sandbox.change_model("bedrock", model.external_id, modelName="Renamed By Its Makers")
    with without_reload(page):
        sync_by_button(page, platform)
        expect(row_of(page, model).locator(".c-name > a")).to_have_text("Renamed By Its Makers")
    page.goto(model.url)
    expect(page.locator(".events > li").first).to_contain_text(f"name {model.name} → Renamed By Its Makers")


def test_a_withdrawn_model_is_missing_at_first_and_retired_after_three_syncs(page, platform, sandbox):
    sandbox.publish_model("bedrock", "example.meteor-1", modelName="Meteor 1", providerName="Example Labs")
    assert platform.sync("bedrock").returncode == 0
    meteor = platform.model("example.meteor-1")
    page.goto("/models/?q=example.meteor")
    row = row_of(page, meteor)
    row.get_by_role("button", name="Enable ").click()
    expect_colour(row, "green")
    sandbox.withdraw_model("bedrock", meteor.external_id)
    with without_reload(page):
        sync_by_button(page, platform)
        expect(row).to_contain_text("Missing")
        expect_colour(row, "green")
        sync_by_button(page, platform)
        sync_by_button(page, platform)
        expect_colour(row, "red")
    page.goto(meteor.url)
    expect(page.locator(".verdict-red")).to_contain_text("Retired by Amazon Bedrock")


def test_one_platforms_failure_is_told_in_words_and_harms_no_other(page, platform, sandbox):
    sandbox.fail("denied", platform="bedrock", times=None)
    sandbox.publish_model("openai", "gpt-harmless", owned_by="system")
    page.goto("/models/")
    with without_reload(page):
        sync_by_button(page, platform)
        banner = page.get_by_role("alert")
        expect(banner).to_have_count(1)
        expect(banner).to_contain_text("Amazon Bedrock could not be synced.")
        expect(banner).to_contain_text("The list is as of ")
        expect(page.locator("#newcomers")).to_contain_text("The list has changed")
        [(message, way_out)] = platform.query(
            "SELECT error_message, way_out FROM catalog_syncrun WHERE state = 'failed' ORDER BY id DESC LIMIT 1"
        )
        assert message
        assert way_out
        expect(banner).to_contain_text(way_out)
    banner.get_by_role("link", name="See the run").click()
    expect(page.get_by_role("alert")).to_contain_text(message)
    sandbox.clear_faults()
    page.get_by_role("button", name="Sync Amazon Bedrock again").click()
    expect(page.locator(".run-state")).to_contain_text("Succeeded")
    page.goto("/models/?q=gpt-harmless")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_banner_goes_away_by_itself_after_a_good_sync(page, platform, sandbox):
    sandbox.fail("denied", platform="openai", times=None)
    page.goto("/models/")
    sync_by_button(page, platform)
    expect(page.get_by_role("alert")).to_contain_text("OpenAI could not be synced.")
    sandbox.clear_faults()
    with without_reload(page):
        sync_by_button(page, platform)
        expect(page.get_by_role("alert")).to_have_count(0)


def test_the_page_of_runs_follows_a_sync_that_is_started_there(page, sandbox):
    page.goto("/sync/")
    newest = page.locator("#runs tbody tr").first.inner_text().split()[1]
    with without_reload(page):
        page.get_by_role("button", name="Sync models").click()
        expect(page.get_by_role("button", name="Sync models")).to_be_enabled(timeout=20_000)
        expect(page.locator("#runs tbody tr").first).not_to_contain_text(f"Run {newest}")
        expect(page.locator("#runs tbody tr").first).to_contain_text("Succeeded")


def test_a_run_page_follows_the_run_to_its_end(page, platform, sandbox):
    sandbox.change_model("openai", "gpt-5.5", shutdown_date="2027-03-01")
    sandbox.fail("timeout", platform="openai", times=1, seconds=2)
    page.goto("/models/")
    page.get_by_role("button", name="Sync models").click()
    page.locator("#syncs li", has_text="OpenAI").get_by_role("link").click()
    expect(page.get_by_role("heading", name=re.compile(r"OpenAI, run \d+"))).to_be_visible()
    with without_reload(page):
        expect(page.locator(".run-state")).to_contain_text("Succeeded", timeout=20_000)
        expect(page.get_by_role("heading", name="Changed 1")).to_be_visible()
    expect(page.locator(".named")).to_contain_text("gpt-5.5")
    expect(page.locator(".changes").first).to_contain_text("2027-03-01")


def test_a_sync_that_a_colleague_started_is_seen_by_a_viewer(open_as, page, sandbox):
    seen = open_as(VIEWER, "/models/")
    page.goto("/models/")
    sandbox.fail("timeout", platform="bedrock", operation="ListFoundationModels", times=2, seconds=3)
    page.get_by_role("button", name="Sync models").click()
    expect(seen.locator("#syncs")).to_contain_text("Asking the platform…")
    expect(seen.locator("#syncs")).not_to_contain_text("Asking the platform…", timeout=20_000)


def test_runs_are_listed_newest_first_with_how_they_ended(page):
    page.goto("/sync/")
    rows = page.locator("table.runs tbody tr")
    expect(rows.first).to_contain_text("Succeeded")
    numbers = [int(text.removeprefix("Run ")) for text in rows.locator("td:first-child").all_inner_texts()]
    assert numbers == sorted(numbers, reverse=True)
