"""One poller a page, and none while nobody looks."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import expect_colour, facet, list_of, row_of
from tests.browser.live import COLLEAGUE

pytestmark = pytest.mark.browser

_HIDE = """hidden => {
    Object.defineProperty(document, "hidden", {get: () => hidden, configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_hidden_tab_does_not_ask_and_catches_up_when_it_is_looked_at(page, open_as, platform):
    [model] = platform.yellow()
    page.clock.install()
    page.goto(list_of(model))
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/poll" in request.url else None)
    page.evaluate(_HIDE, True)
    page.clock.run_for(60_000)
    assert asked == []
    theirs = open_as(COLLEAGUE, model.url)
    theirs.get_by_role("button", name="Enable", exact=True).click()
    expect(theirs.locator(".verdict-green")).to_be_visible()
    expect_colour(row_of(page, model), "yellow")
    with page.expect_response("**/models/poll*"):
        page.evaluate(_HIDE, False)
    page.clock.run_for(1_000)
    expect_colour(row_of(page, model), "green")


@pytest.mark.parametrize("address", ["/models/", "/models/1/"])
def test_a_page_asks_once_in_four_seconds_however_many_rows_it_shows(page, address):
    page.clock.install()
    page.goto(address)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/poll" in request.url else None)
    for _ in range(3):
        with page.expect_response("**/poll*"):
            page.clock.run_for(4_000)
    assert len(asked) == 3


def test_a_finished_run_asks_for_nothing_but_the_money_clock_once_a_minute(page):
    page.clock.install()
    asked = []
    page.goto("/sync/1/")
    page.on("request", lambda request: asked.append(request.url) if request.resource_type == "xhr" else None)
    page.clock.run_for(59_000)
    assert asked == []
    with page.expect_response("**/custom/money/*"):
        page.clock.run_for(1_500)
    assert len(asked) == 1


def test_counts_that_wait_while_a_filter_is_open_catch_up_when_it_closes(page, platform, open_as):
    [model] = platform.yellow()
    page.goto("/models/?status=yellow&platform=bedrock")
    menu = facet(page, "Platform")
    count = menu.locator("[aria-current] .count")
    menu.locator("summary").click()
    before = int(count.inner_text())
    theirs = open_as(COLLEAGUE, model.url)
    theirs.get_by_role("button", name="Enable", exact=True).click()
    expect(theirs.locator(".verdict-green")).to_be_visible()
    with page.expect_response(lambda answer: "/models/poll" in answer.url and answer.status == 200):
        pass
    expect(count).to_have_text(str(before))
    menu.locator("summary").click()
    expect(count).to_have_text(str(before - 1))


@pytest.mark.parametrize("address", ["/custom/jobs/", "/sync/"])
def test_a_quiet_list_is_not_drawn_anew_under_the_keyboard(page, address):
    """What is drawn anew is another element: a mark on the old one would be gone."""
    page.goto(address)
    quiet = 0
    for _ in range(20):  # what other tests have left under way may still change the list
        if not quiet:
            page.evaluate("document.querySelector('#jobs, #runs').dataset.marked = ''")
        with page.expect_response(lambda answer: "seen=" in answer.url and address in answer.url) as answer:
            pass
        quiet = quiet + 1 if answer.value.status == 204 else 0
        if quiet == 2:
            break
    assert quiet == 2
    expect(page.locator("[data-marked]")).to_have_count(1)
