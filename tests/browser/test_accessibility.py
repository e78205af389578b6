"""axe-core finds nothing to complain about, on any page, in light and in dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.custom import (
    bad_file,
    drop,
    expect_checked,
    expect_running,
    expect_state,
    good_file,
    made,
    start,
)
from tests.browser.hands import WIDE, facet, fits, tick
from tests.browser.live import ADMIN, NOBODY

pytestmark = pytest.mark.browser

_STANDARDS = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


def violations(page, rules=_STANDARDS) -> list[str]:
    """One line for each element that breaks a rule."""
    options = {"resultTypes": ["violations"], "runOnly": rules, "preload": False}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@pytest.fixture(scope="module")
def pages(platform) -> dict[str, str]:
    """One page of each kind, with a failed and a good run and a model of each colour behind them."""
    platform.sandbox.fail("denied", platform="openai", times=None)
    assert platform.sync("openai").returncode != 0
    platform.sandbox.clear_faults()
    assert platform.sync("openai").returncode == 0
    [(failed,)] = platform.query("SELECT max(id) FROM catalog_syncrun WHERE state = 'failed'")
    yellow, green = platform.yellow(2)
    code = "from catalog.enablement import enable; from catalog.models import Model; "
    done = platform.manage("shell", "--no-imports", "-c", f"{code}enable(Model.objects.get(pk={green.pk}))")
    assert done.returncode == 0, done.stderr
    red = platform.models("status = 'red'")[0]
    return {
        "list": "/models/?q=claude",
        "filtered list": "/models/?status=yellow&platform=bedrock&q=a",
        "empty result": "/models/?q=nothing-like-it",
        "yellow model": yellow.url,
        "green model": green.url,
        "red model": red.url,
        "runs": "/sync/",
        "failed run": f"/sync/{failed}/",
        "good run": "/sync/1/",
        "activity": "/activity/?q=claude",
        "password": "/password/",
        "admin index": "/admin/",
        "admin list": "/admin/catalog/model/?q=claude",
        "admin form": f"/admin/catalog/model/{red.pk}/change/",
        "admin runs": "/admin/catalog/syncrun/",
        "admin run": f"/admin/catalog/syncrun/{failed}/change/",
        "admin events": "/admin/catalog/event/?q=claude",
        "admin history": f"/admin/catalog/model/{red.pk}/history/",
    }


def test_every_page_is_accessible(open_as, pages):
    page = open_as(ADMIN)
    found = {}
    for name, path in pages.items():
        page.goto(path)
        found[name] = violations(page)
    assert found == {name: [] for name in pages}


def test_every_page_has_enough_contrast_in_the_dark(open_as, pages):
    page = open_as(ADMIN, color_scheme="dark")
    found = {}
    for name, path in pages.items():
        page.goto(path)
        found[name] = violations(page, rules=_COLOURS)
    assert found == {name: [] for name in pages}


@SCHEMES
def test_the_pages_of_strangers_are_accessible(open_as, complaints, scheme):
    complaints.expect("403", "404")
    page = open_as(None, "/login/", color_scheme=scheme)
    assert violations(page) == []
    page.get_by_label("User name").fill("somebody")
    page.get_by_label("Password").fill("else")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    page = open_as(NOBODY, "/models/", color_scheme=scheme)
    expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
    assert violations(page) == []
    page.goto("/nowhere/")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    assert violations(page) == []


@SCHEMES
@pytest.mark.parametrize("viewport", [WIDE, {"width": 390, "height": 844}], ids=["wide", "narrow"])
def test_open_things_are_accessible(open_as, platform, scheme, viewport):
    """The filter menu, the bar for many models, a toast, the result of a bulk change."""
    page = open_as(ADMIN, "/models/", color_scheme=scheme, viewport=viewport)
    facet(page, "Provider").locator("summary").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    [first, second] = platform.yellow(2)
    page.goto(f"/models/?q={first.external_id}")
    page.locator(first.row).get_by_role("button", name="Enable ").click()
    expect(page.locator(".toast")).to_be_visible()
    tick(page, first)
    assert violations(page) == []
    page.locator("#bulk").get_by_role("button", name="Enable").click()
    expect(page.locator("#bulk-result")).to_contain_text("skipped")
    assert violations(page) == []
    assert second.status == "yellow"


@pytest.mark.parametrize("viewport", [WIDE, {"width": 390, "height": 844}], ids=["wide", "narrow"])
def test_making_a_model_is_accessible(open_as, base, sandbox, tmp_path, complaints, viewport):
    """The form empty, with errors and filled; the job running, with its question, and over; the lists."""
    complaints.expect("422")
    found, narrow = {}, viewport["width"] == 390

    def look(name):
        found[name] = violations(page)
        if not fits(page):
            found[name].append("has to be scrolled sideways")

    page = open_as(ADMIN, "/custom/new/", viewport=viewport)
    look("empty form")
    start(page, base, "seen-by-axe")
    drop(page, bad_file(tmp_path))
    expect_checked(page, "invalid")
    look("bad file")
    page.get_by_role("button", name="Create model").click()
    expect(page.locator("#errors")).to_be_visible()
    look("refused form")
    page.get_by_role("link", name="Discard").click()
    if narrow:
        sandbox.script_job("no_s3_permission")
    made(page, base, f"seen-by-axe-{viewport['width']}", good_file(tmp_path))
    if narrow:
        expect_state(page, "failed")
        look("failed job")
    else:
        expect_running(page)
        look("running job")
        page.get_by_role("button", name="Stop…").click()
        look("question")
        page.keyboard.press("Escape")
        sandbox.advance(90)
        expect(page.locator(".curve").first).to_be_visible(timeout=40_000)
        look("completed job")
    sandbox.make_custom_model(f"made-elsewhere-{viewport['width']}")
    for name, path in (("jobs", "/custom/jobs/"), ("form", "/custom/new/")):
        page.goto(path)
        look(name)
    page.goto("/custom/found/")
    page.get_by_role("button", name="Look now").click()
    expect(page.get_by_text("made-elsewhere").first).to_be_visible()
    look("found")
    assert found == {name: [] for name in found}
