"""Light and dark, wide and narrow."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import NARROW, expect_colour, facet, fits, list_of, row_of, switch, tick
from tests.browser.live import ADMIN

pytestmark = pytest.mark.browser

PAGES = (
    "/login/", "/models/", "/models/?q=nothing-like-it", "/models/1/", "/models/?q=example.long", "/sync/", "/sync/1/",
    "/activity/", "/password/", "/nowhere/", "/admin/", "/admin/catalog/model/", "/admin/catalog/model/1/change/",
    "/admin/catalog/event/", "/admin/catalog/syncrun/", "/admin/catalog/syncrun/1/change/", "/admin/auth/user/",
    "/custom/new/", "/custom/jobs/", "/custom/found/", "/admin/auth/user/add/", "/admin/auth/group/1/change/",
)  # fmt: skip


def background(page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_chosen_theme_is_kept(page):
    page.goto("/models/")
    light = background(page)
    page.get_by_role("button", name="Switch between light and dark").click()
    dark = background(page)
    assert dark != light
    page.reload()
    assert background(page) == dark
    page.goto("/admin/")
    assert background(page) == dark
    page.get_by_role("button", name="Switch between light and dark").click()
    assert background(page) == light


def test_a_dark_system_gets_dark_pages(open_as):
    page = open_as(ADMIN, "/models/", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light dark"
    red, green, blue = [int(part) for part in background(page)[4:-1].split(",")]
    assert max(red, green, blue) < 60


@pytest.mark.parametrize("width", [640, 641, 768, 899, 1021, 1161, 1251])
def test_the_list_fits_at_every_turn_of_its_layout(open_as, width):
    page = open_as(ADMIN, "/models/", viewport={"width": width, "height": 844})
    assert fits(page)


@pytest.mark.parametrize("width", [390, 900, 1360])
def test_no_page_has_to_be_scrolled_sideways(open_as, complaints, width):
    complaints.expect("404")
    page = open_as(ADMIN, viewport={"width": width, "height": 844})
    for path in PAGES:
        page.goto(path)
        assert fits(page), f"{path} is wider than {width} px"


def test_a_phone_has_its_menu_behind_a_button(open_as):
    page = open_as(ADMIN, "/models/", viewport=NARROW)
    link = page.get_by_role("link", name="Activity")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    link.click()
    expect(page.get_by_role("heading", name="Activity", level=1)).to_be_visible()
    expect(link).to_be_hidden()


def test_a_phone_can_search_filter_and_enable(open_as, platform):
    page = open_as(ADMIN, "/models/", viewport=NARROW)
    [model] = platform.yellow()
    page.get_by_role("searchbox").fill(model.external_id)
    expect(page.locator(".chip")).to_have_count(1)
    facet(page, "Platform").locator("summary").click()
    facet(page, "Platform").get_by_role("link", name="Amazon Bedrock").click()
    expect(page.locator(".chip")).to_have_count(2)
    switch(row_of(page, model), "Enable")
    expect_colour(row_of(page, model), "green")
    expect(page.locator(".toast")).to_be_in_viewport(ratio=1)
    assert fits(page)


def test_open_things_fit_on_a_phone(open_as, platform):
    [model] = platform.yellow()
    page = open_as(ADMIN, list_of(model), viewport=NARROW)
    tick(page, model)
    expect(page.locator("#bulk")).to_be_visible()
    assert fits(page)
    facet(page, "Lifecycle").locator("summary").click()
    expect(facet(page, "Lifecycle").get_by_role("link").first).to_be_in_viewport(ratio=1)
    assert fits(page)
    page.keyboard.press("Escape")
    row_of(page, model).locator(".status").focus()
    assert fits(page)
