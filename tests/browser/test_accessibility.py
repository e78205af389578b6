"""axe-core finds nothing to complain about, on any page, in light and in dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.hands import WIDE, facet, tick
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
