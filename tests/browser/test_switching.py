"""One click lets applications use a model, and everybody sees it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import expect_colour, list_of, row_of, switch, without_reload
from tests.browser.live import COLLEAGUE, VIEWER

pytestmark = pytest.mark.browser


def test_enable_turns_the_row_green_and_undo_turns_it_back(page, platform):
    [model] = platform.yellow()
    page.goto(list_of(model))
    row = row_of(page, model)
    expect_colour(row, "yellow")
    with without_reload(page):
        switch(row, "Enable")
        expect_colour(row, "green")
        expect(row.get_by_role("button", name="Disable ")).to_be_visible()
        toast = page.locator(".toast")
        expect(toast).to_contain_text(f"{model.name} is enabled.")
        toast.get_by_role("button", name="Undo").click()
        expect_colour(row, "yellow")
        expect(page.locator(".toast", has_text="is enabled")).to_have_count(0)
    assert platform.model(model.external_id).status == "yellow"


def test_undo_works_although_the_row_has_left_the_list(page, platform):
    [model] = platform.yellow()
    page.goto(list_of(model))
    switch(row_of(page, model), "Enable")
    expect_colour(row_of(page, model), "green")
    page.get_by_role("searchbox").fill("no such model")
    expect(page.get_by_role("heading", name="No model matches")).to_be_visible()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("is disabled")
    assert platform.model(model.external_id).status == "yellow"


def test_the_counts_above_the_list_follow_a_click(page, platform):
    [model] = platform.yellow()
    page.goto("/models/?q=" + model.external_id)
    green = page.locator("#tabs").get_by_role("link", name="Green").locator(".count")
    before = int(green.inner_text())
    switch(row_of(page, model), "Enable")
    expect(green).to_have_text(str(before + 1))


def test_enable_and_undo_on_the_model_page(page, platform):
    [model] = platform.yellow()
    page.goto(model.url)
    with without_reload(page):
        page.get_by_role("button", name="Enable", exact=True).click()
        expect(page.locator(".verdict-green")).to_contain_text("Enabled")
        expect(page.locator(".events > li").first).to_contain_text("enabled yellow → green by ada")
        page.locator(".toast").get_by_role("button", name="Undo").click()
        expect(page.locator(".verdict-yellow")).to_contain_text("Ready")
        expect(page.get_by_role("button", name="Enable", exact=True)).to_be_enabled()


def test_a_double_click_on_enable_does_one_thing(page, platform):
    [model] = platform.yellow()
    page.goto(list_of(model))
    row = row_of(page, model)
    box = row.get_by_role("button", name="Enable ").bounding_box()
    assert box
    page.mouse.click(box["x"] + 20, box["y"] + 10)
    expect_colour(row, "green")  # the button under the pointer says Disable by now
    posted = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    expect(page.locator(".toast")).to_have_count(1)
    page.goto(model.url)
    expect(page.locator(".events > li", has_text="enabled")).to_have_count(1)
    assert posted == []


def test_a_toast_can_be_sent_away(page, platform):
    [model] = platform.yellow()
    page.goto(list_of(model))
    switch(row_of(page, model), "Enable")
    page.locator(".toast").get_by_role("button", name="Dismiss").click()
    expect(page.locator(".toast")).to_have_count(0)


def test_a_colleagues_click_arrives_in_the_list_without_reloading(page, open_as, platform):
    [model] = platform.yellow()
    page.goto(list_of(model))
    theirs = open_as(COLLEAGUE, model.url)
    with without_reload(page):
        theirs.get_by_role("button", name="Enable", exact=True).click()
        expect_colour(row_of(page, model), "green")
        expect(row_of(page, model).get_by_role("button", name="Disable ")).to_be_visible()


def test_a_colleagues_click_arrives_on_the_model_page_without_reloading(page, open_as, platform):
    [model] = platform.yellow()
    page.goto(model.url)
    theirs = open_as(COLLEAGUE, list_of(model))
    with without_reload(page):
        switch(row_of(theirs, model), "Enable")
        expect(page.locator(".verdict-green")).to_be_visible()
        expect(page.locator(".events > li").first).to_contain_text("by boris")


def test_a_stale_click_is_answered_with_the_reason_and_the_row_is_made_right(
    page, open_as, platform, complaints
):
    complaints.expect("409")
    [model] = platform.yellow()
    page.goto(list_of(model))
    page.route("**/models/poll*", lambda route: route.fulfill(status=204))  # this page has not heard of it
    theirs = open_as(COLLEAGUE, list_of(model))
    switch(row_of(theirs, model), "Enable")
    expect_colour(row_of(theirs, model), "green")
    expect_colour(row_of(page, model), "yellow")
    with page.expect_response(re.compile(r"/enable$")) as answer:
        switch(row_of(page, model), "Enable")
    assert answer.value.status == 409
    expect(page.locator(".toast")).to_contain_text(f"{model.name} is already enabled.")
    expect_colour(row_of(page, model), "green")


def test_a_red_model_offers_no_enabling_but_says_why(page, platform):
    [model, *_] = platform.models("status = 'red'")
    page.goto(list_of(model))
    row = row_of(page, model)
    expect(row.get_by_role("button", name=re.compile("^(Enable|Disable) "))).to_have_count(0)
    row.get_by_role("link", name="See why").click()
    expect(page.locator(".verdict-red")).to_be_visible()
    expect(page.get_by_role("button", name="Enable", exact=True)).to_be_disabled()


def test_a_viewer_sees_the_colours_and_no_switches(open_as, platform):
    [model] = platform.yellow()
    seen = open_as(VIEWER, list_of(model))
    expect_colour(row_of(seen, model), "yellow")
    expect(seen.get_by_role("button", name=re.compile("Enable|Disable|Sync"))).to_have_count(0)
    expect(seen.get_by_role("checkbox")).to_have_count(0)
    seen.goto(model.url)
    expect(seen.locator(".verdict-yellow")).to_be_visible()
    expect(seen.get_by_role("button", name=re.compile("Enable|Disable"))).to_have_count(0)
    expect(seen.get_by_role("link", name="Administration")).to_have_count(0)


def test_the_id_is_copied_with_one_click(page, platform):
    [model] = platform.yellow()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(list_of(model))
    button = row_of(page, model).get_by_role("button", name="Copy")
    button.click()
    expect(row_of(page, model).get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == model.external_id
