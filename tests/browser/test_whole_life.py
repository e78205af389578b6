"""The whole life of a custom model, live: trained, provisioned, enabled, removed, deleted; and what it costs."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.custom import LATE, expect_running, expect_state, good_file, made, trained_model
from tests.browser.hands import NARROW, WIDE, expect_colour, fits, overlaps, without_reload
from tests.browser.live import ADMIN, COLLEAGUE, VIEWER
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser

_LEFT = "htmx:(afterRequest|sendError|sendAbort)"  # whoever leaves a page interrupts its poll
# Its pollers ask at once, as in a tab that somebody comes back to.
_LOOKED_AT = "document.dispatchEvent(new Event('visibilitychange'))"
OTHER = {"light": "dark", "dark": "light"}
LOOKS = pytest.mark.parametrize(
    ("scheme", "viewport"), [("light", WIDE), ("dark", NARROW)], ids=["light-wide", "dark-narrow"]
)


def colour_is(page: Page, colour: str) -> None:
    expect(page.locator(f"#live .verdict-{colour}")).to_be_visible(timeout=LATE)


def state_is(page: Page, state: str, noun: str = "throughput") -> None:
    expect(page.locator(f"#{noun}-title .badge")).to_have_text(state, timeout=LATE)


def question(page: Page) -> Locator:
    return page.get_by_role("dialog")


def words_of_toast(page: Page) -> str:
    """The one thing that was told of the last click; it stays for seconds only."""
    expect(page.locator(".toast")).to_have_count(1)
    return page.locator(".toast").inner_text()


def answer(page: Page, button: str) -> None:
    question(page).get_by_role("button", name=button, exact=True).click()
    expect(question(page)).to_have_count(0)


def trained(page: Page, base, sandbox, name: str, folder) -> str:
    """Train a model by the form; return the address of its Throughput tab, where the page is now."""
    made(page, base, name, good_file(folder))
    expect_running(page)
    sandbox.advance(120)
    expect_state(page, "completed")
    page.get_by_role("navigation", name="Model").get_by_role("link", name="Throughput").click()
    page.wait_for_url("**/serving/")
    return page.url


def provision(page: Page, sandbox) -> None:
    page.get_by_role("button", name="Provision…").click()
    answer(page, "Provision")
    state_is(page, "creating")
    sandbox.advance(60)
    state_is(page, "in service")


class Looker:
    """Looks at a page as it stands: axe, nothing to be scrolled sideways, no text over another."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def look(self, page: Page, name: str, scheme: str = "") -> None:
        """``scheme``: in this one, and then on in the other."""
        if scheme:
            page.emulate_media(color_scheme=scheme)
        found = violations(page) + overlaps(page)
        found += [] if fits(page) else ["has to be scrolled sideways"]
        if found:
            self.found[f"{name} {scheme}".strip()] = found
        if scheme:
            page.emulate_media(color_scheme=OTHER[scheme])


@LOOKS
def test_from_new_model_to_deleted(open_as, platform, base, sandbox, tmp_path, complaints, scheme, viewport):
    complaints.expect("404", _LEFT)
    looker, name = Looker(), f"whole-life-{scheme}"
    look = {"color_scheme": scheme, "viewport": viewport}
    page = open_as(ADMIN, **look)
    tab = trained(page, base, sandbox, name, tmp_path)
    number = re.search(r"/models/(\d+)/", tab)[1]
    watcher = open_as(COLLEAGUE, f"/models/?q={name}", **look)
    row = watcher.locator(f"#model-{number}")
    with without_reload(watcher):
        expect_colour(row, "red")
        with without_reload(page):
            colour_is(page, "red")
            looker.look(page, "offer")
            page.get_by_label("Model units").fill("2")
            expect(page.locator("#cost")).to_contain_text(
                "$121.00 an hour, $2,904.00 a day, $88,330.00 a month"
            )
            page.get_by_role("button", name="Provision…").click()
            expect(question(page)).to_contain_text("$121.00 an hour, $2,904.00 a day, $88,330.00 a month")
            looker.look(page, "question before provisioning")
            answer(page, "Provision")
            state_is(page, "creating")
            expect(page.locator("#money")).to_contain_text("/h")
            sandbox.advance(60)
            state_is(page, "in service")
            colour_is(page, "yellow")
            expect_colour(row, "yellow")
            page.locator("#switch").click()
            colour_is(page, "green")
            expect_colour(row, "green")
            expect(watcher.locator("#money")).to_contain_text("/h")
            page.get_by_role("button", name="+1 h").click()
            expect(page.locator("#live")).to_contain_text("8 h 5")
            looker.look(page, "in service")
            spend = open_as(ADMIN, f"/custom/spend/?model={number}", **look)
            expect(spend.locator(".ledger")).to_contain_text("in service")
            looker.look(spend, "Spend", OTHER[scheme])
            clock = spend.locator("#money").inner_text()
            page.get_by_role("link", name="Remove…").click()
            expect(question(page)).to_contain_text(f"{name} is green")
            expect(question(page)).to_contain_text("$121.00 an hour stop being billed")
            page.wait_for_timeout(3_000)  # a poll goes by; the question stays
            looker.look(page, "question before removing")
            answer(page, "Remove")
            colour_is(page, "red")
            expect_colour(row, "red")
            sandbox.advance(60)
            expect(page.locator("#past")).to_contain_text("removed by ada", timeout=LATE)
            looker.look(page, "over")
        with without_reload(spend):
            spend.get_by_role("searchbox").fill("half a wo")
            spend.evaluate(_LOOKED_AT)
            expect(spend.locator(".ledger")).to_contain_text("Removed by an admin")
            expect(spend.locator("#money")).not_to_have_text(clock)
            expect(spend.get_by_role("searchbox")).to_have_value("half a wo")
        deleted(page, name, looker, scheme)
        expect(watcher.locator("#newcomers")).to_contain_text("The list has changed", timeout=LATE)
    for path in ("pricing", "found"):
        page.goto(f"/custom/{path}/")
        looker.look(page, path, OTHER[scheme])
    assert looker.found == {}


def deleted(page: Page, name: str, looker: Looker, scheme: str) -> None:
    """Ask on the Configuration tab, and see there how it ends. Only the form's own answer is a new page."""
    page.get_by_role("navigation", name="Model").get_by_role("link", name="Configuration").click()
    with without_reload(page):
        page.get_by_role("button", name="Delete…").click()
        question(page).get_by_role("textbox").fill(name)
        looker.look(page, "question before deleting", OTHER[scheme])
        page.keyboard.press("Escape")
        looker.look(page, "Configuration", OTHER[scheme])
    page.get_by_role("button", name="Delete…").click()
    with page.expect_navigation():
        question(page).get_by_role("button", name="Delete the model").click()
    with without_reload(page):
        expect(page.locator("#live")).to_contain_text("Deleted", timeout=LATE)
        expect(page.get_by_role("button", name="Delete…")).to_have_count(0)
        expect(page.locator("#words")).to_be_empty()
        looker.look(page, "deleted", OTHER[scheme])


def test_on_demand_costs_nothing_an_hour(page, platform, base, sandbox):
    page.goto(trained_model(platform, "on-demand"))
    with without_reload(page):
        expect(page.locator("#offer .first")).to_contain_text("Recommended")
        page.get_by_role("button", name="Deploy on demand").click()
        state_is(page, "creating", "deployment")
        sandbox.advance(60)
        state_is(page, "in service", "deployment")
        colour_is(page, "yellow")
        expect(page.locator("#live")).to_contain_text("nothing is paid while nobody calls")
        assert violations(page) == []
        page.get_by_role("link", name="Remove…").click()
        expect(question(page)).to_contain_text("costs nothing while nobody calls")
        answer(page, "Remove")
        colour_is(page, "red")


def test_two_open_pages_buy_one_throughput(open_as, platform, base, sandbox, complaints):
    complaints.expect("409")
    tab = trained_model(platform, "bought-once")
    first, second = open_as(ADMIN, tab), open_as(ADMIN, tab)
    for page in (first, second):
        page.get_by_role("button", name="Provision…").click()
        expect(question(page)).to_be_visible()
    question(first).get_by_role("button", name="Provision", exact=True).dblclick()
    answer(second, "Provision")
    # Whoever comes first buys it, however many clicks there were; the other is told.
    told = sorted((words_of_toast(page) for page in (first, second)), key=lambda words: "already" in words)
    assert "The provisioned throughput is requested." in told[0]
    assert "has a provisioned throughput already" in told[1]
    state_is(second, "creating")
    state_is(first, "creating")
    first.reload()
    first.go_back()
    assert len([birth for birth in sandbox.created(kind="throughput") if "bought-once" in str(birth)]) == 1
    first.goto(tab)
    first.get_by_role("link", name="Remove…").click()
    answer(first, "Remove")


def test_what_is_typed_survives_a_refusal_and_the_polls(page, platform, base, complaints):
    complaints.expect("422")
    page.goto(trained_model(platform, "kept-words"))
    page.get_by_label("Model units").fill("0")
    page.get_by_label("Lease, in hours").fill("5")
    page.wait_for_timeout(5_000)  # a poll goes by
    expect(page.get_by_label("Lease, in hours")).to_have_value("5")
    page.get_by_role("button", name="Provision…").click()
    expect(page.locator("#errors")).to_contain_text("Model units must be from 1 to 100.")
    expect(page.get_by_label("Model units")).to_be_focused()
    expect(page.get_by_label("Lease, in hours")).to_have_value("5")


def test_without_javascript_every_step_is_a_form(open_as, platform, base):
    page = open_as(ADMIN, trained_model(platform, "no-scripts"), java_script_enabled=False)
    page.get_by_label("Model units").fill("3")
    page.get_by_role("button", name="Show the cost").click()
    expect(page.locator("#cost")).to_contain_text("$181.50 an hour")
    page.get_by_role("button", name="Provision…").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("Provision 3 model units for no-scripts?")
    page.get_by_role("button", name="Provision").click()
    expect(page.locator(".messages")).to_contain_text("is requested")
    page.get_by_role("link", name="No end…").click()
    page.get_by_label("Why").fill("nobody sleeps")
    page.get_by_role("button", name="Run without an end").click()
    expect(page.locator("#live")).to_contain_text("nobody sleeps")
    page.get_by_role("link", name="Remove…").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".messages")).to_contain_text("is being removed")


def test_the_money_clock_ticks_and_a_viewer_can_do_nothing_to_it(open_as, platform, base, sandbox):
    sandbox.reset_clock()
    tab = trained_model(platform, "ticking")
    page = open_as(ADMIN, tab)
    provision(page, sandbox)
    seen = open_as(VIEWER, tab)
    shown = seen.locator("#money [data-rate]")
    before = shown.inner_text()
    expect(shown).not_to_have_text(before)
    for name in ("Remove…", "No end…"):
        expect(seen.get_by_role("link", name=name)).to_have_count(0)
    for name in ("+1 h", "Deploy on demand", "Enable"):
        expect(seen.get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("link", name="Remove…").click()
    answer(page, "Remove")
