"""Everything can be reached, read and done without a mouse."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import expect_colour, facet, list_of, row_of

pytestmark = pytest.mark.browser

_HINT = """icon => { const hint = getComputedStyle(icon, "::after");
    return [hint.visibility, hint.content.slice(1, -1)]; }"""


def hint_of(icon) -> str:
    """The text beside an icon, if people can see it."""
    visibility, text = icon.evaluate(_HINT)
    return text if visibility == "visible" else ""


def test_tab_reaches_the_icon_and_shows_its_hint(page, platform):
    [model] = platform.yellow()
    page.goto(list_of(model))
    icon = row_of(page, model).locator(".status")
    assert hint_of(icon) == ""
    row_of(page, model).get_by_role("checkbox").focus()
    page.keyboard.press("Tab")
    expect(icon).to_be_focused()
    assert hint_of(icon) == "Ready, not enabled — Enable it"


def test_the_mouse_shows_the_hint_too(page, platform):
    [model] = platform.yellow()
    page.goto(list_of(model))
    icon = row_of(page, model).locator(".status")
    icon.hover()
    assert hint_of(icon) == "Ready, not enabled — Enable it"


def test_enter_enables_and_the_focus_stays_on_the_row(page, platform):
    [model] = platform.yellow()
    page.goto(list_of(model))
    row_of(page, model).get_by_role("button", name="Enable ").focus()
    page.keyboard.press("Enter")
    expect_colour(row_of(page, model), "green")
    expect(row_of(page, model).get_by_role("button", name="Disable ")).to_be_focused()


def test_filters_open_with_enter_and_close_with_escape(page):
    page.goto("/models/")
    menu = facet(page, "Platform")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="OpenAI")).to_be_visible()
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="OpenAI")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_a_filter_is_chosen_with_enter(page):
    page.goto("/models/")
    menu = facet(page, "Type")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    menu.get_by_role("link", name="Custom").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_text(["Type: Custom"])


def test_opening_one_filter_closes_the_other_and_so_does_a_click_beside(page):
    page.goto("/models/")
    facet(page, "Type").locator("summary").click()
    facet(page, "Platform").locator("summary").click()
    expect(facet(page, "Type").get_by_role("link").first).to_be_hidden()
    page.get_by_role("heading", name="Models", level=1).click()
    expect(facet(page, "Platform").get_by_role("link").first).to_be_hidden()


def test_the_first_tab_stop_skips_to_the_content(page):
    page.goto("/models/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_slash_in_the_search_is_only_a_slash(page):
    page.goto("/models/")
    page.keyboard.press("/")
    page.keyboard.type("a/b")
    expect(page.get_by_role("searchbox")).to_have_value("a/b")
