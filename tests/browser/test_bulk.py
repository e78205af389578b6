"""Many models at once, with a word about each that was left alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import expect_colour, row_of, tick, without_reload
from tests.browser.live import COLLEAGUE

pytestmark = pytest.mark.browser


@pytest.fixture
def siblings(platform):
    """Untouched yellow models of one provider, and the address of a page that shows them all."""

    def take(count: int):
        while True:
            models = platform.yellow(count)
            families = {model.external_id.split(".")[0] for model in models}
            if len(families) == 1:
                return models, f"/models/?q={families.pop()}."

    return take


def test_ticked_models_are_enabled_together(page, siblings):
    models, address = siblings(3)
    page.goto(address)
    bar = page.locator("#bulk")
    expect(bar).to_be_hidden()
    tick(page, *models)
    expect(bar).to_contain_text("3 selected")
    with without_reload(page):
        bar.get_by_role("button", name="Enable").click()
        expect(page.locator("#bulk-result")).to_contain_text("3 enabled.")
        for model in models:
            expect_colour(row_of(page, model), "green")
    expect(bar).to_be_hidden()


def test_models_that_cannot_be_enabled_are_skipped_with_the_reason(page, open_as, siblings):
    [free, taken], address = siblings(2)
    page.goto(address)
    page.route("**/models/poll*", lambda route: route.fulfill(status=204))  # this page has not heard of it
    theirs = open_as(COLLEAGUE, taken.url)
    theirs.get_by_role("button", name="Enable", exact=True).click()
    expect(theirs.locator(".verdict-green")).to_be_visible()
    tick(page, free, taken)
    page.unroute("**/models/poll*")
    page.locator("#bulk").get_by_role("button", name="Enable").click()
    result = page.locator("#bulk-result")
    expect(result).to_contain_text("1 enabled, 1 skipped.")
    expect(result).to_contain_text(f"{taken.name} is already enabled.")
    expect_colour(row_of(page, free), "green")
    expect_colour(row_of(page, taken), "green")
    result.get_by_role("button", name="Dismiss").click()
    expect(result.locator(".notice")).to_have_count(0)


def test_the_box_in_the_head_ticks_the_page_and_disable_works_for_all(page):
    page.goto("/models/?q=cohere.rerank")
    page.get_by_label("Tick all models on this page").check()
    count = page.locator("tbody tr").count()
    expect(page.locator("#bulk")).to_contain_text(f"{count} selected")
    page.locator("#bulk").get_by_role("button", name="Enable").click()
    expect(page.locator("#bulk-result")).to_contain_text(f"{count} enabled.")
    page.get_by_label("Tick all models on this page").check()
    page.locator("#bulk").get_by_role("button", name="Disable").click()
    expect(page.locator("#bulk-result")).to_contain_text(f"{count} disabled.")
    expect(page.locator("tbody .status-yellow")).to_have_count(count)


def test_one_box_takes_all_that_match_on_every_page(page, platform, sandbox):
    sandbox.generate_models("openai", 60, prefix="crowd")
    assert platform.sync("openai").returncode == 0
    page.goto("/models/?q=crowd")
    page.locator("tbody").get_by_role("checkbox").first.check()
    page.get_by_label(re.compile("all 60 that match")).check()
    page.locator("#bulk").get_by_role("button", name="Enable").click()
    expect(page.locator("#bulk-result")).to_contain_text("60 enabled.")
    expect(page.get_by_label(re.compile("all 60 that match"))).not_to_be_checked()
    assert len(platform.models("external_id LIKE '%crowd%' AND status = 'green'")) == 60


def test_a_tick_survives_a_colleagues_change_of_the_row(page, open_as, platform):
    [model] = platform.yellow()
    page.goto(f"/models/?q={model.external_id}")
    tick(page, model)
    theirs = open_as(COLLEAGUE, model.url)
    theirs.get_by_role("button", name="Enable", exact=True).click()
    expect_colour(row_of(page, model), "green")
    expect(row_of(page, model).get_by_role("checkbox")).to_be_checked()
    expect(page.locator("#bulk")).to_contain_text("1 selected")
