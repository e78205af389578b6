"""What hands do on a page, so that the tests can say it in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from tests.browser.live import Login, ModelRow, Platform

WIDE = {"width": 1360, "height": 850}
NARROW = {"width": 390, "height": 844}


def fill_login(page: Page, person: Login) -> None:
    page.get_by_label("User name").fill(person.username)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Log in").click()


def list_of(*rows: ModelRow, **filters: str) -> str:
    """The address of a list that shows the first of these models, and what is called like it."""
    return f"/models/?{urlencode({'q': rows[0].external_id, **filters})}"


def row_of(page: Page, model: ModelRow) -> Locator:
    return page.locator(model.row)


def expect_colour(row: Locator, colour: str) -> None:
    """The row's icon says the colour in its shape's class and in its accessible name."""
    expect(row.locator(".status")).to_have_accessible_name(re.compile(f"^{colour}: "))


def switch(row: Locator, action: str) -> None:
    """Press Enable or Disable in a row."""
    row.get_by_role("button", name=f"{action} ").click()


def sync_by_button(page: Page, platform: Platform) -> None:
    """Press Sync models and wait until it has ended, which may be before anybody sees it run."""
    with page.expect_response("**/sync/start"):
        page.get_by_role("button", name="Sync models").click()
    platform.wait_for("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM catalog_syncrun WHERE finished_at IS NULL)")
    expect(page.get_by_role("button", name="Sync models")).to_be_enabled()
    expect(page.locator("#syncs .live")).to_have_count(0)


def facet(page: Page, title: str) -> Locator:
    return page.locator("details.menu").filter(has=page.locator("summary", has_text=title))


def choose(page: Page, title: str, option: str) -> None:
    """Open a filter and click one of its values."""
    menu = facet(page, title)
    menu.locator("summary").click()
    menu.get_by_role("link", name=option).click()


def shown(page: Page) -> Locator:
    return page.locator("table.models tbody tr")


def names(page: Page) -> list[str]:
    return page.locator("table.models tbody .c-name > a").all_inner_texts()


def tick(page: Page, *models: ModelRow) -> None:
    for model in models:
        page.locator(model.row).get_by_role("checkbox").check()


@contextmanager
def without_reload(page: Page) -> Iterator[None]:
    """What happens inside happens in the page as it stands."""
    page.evaluate("window.stillTheSame = true")
    yield
    assert page.evaluate("window.stillTheSame") is True, "the page was loaded again"


def fits(page: Page) -> bool:
    """Nobody has to scroll sideways."""
    return page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


# Every line of text that is seen, as far as its scrolling ancestors show it; two of them must not lie over each other.
_OVERLAPS = """() => {
  const lines = [], root = document.querySelector("dialog[open]") ?? document.body;
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode, holder = node.parentElement;
    if (!node.data.trim() || !holder.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    if (holder.closest(".hidden, .skip, .toasts, select, textarea, svg")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      let {left, right, top, bottom} = rect;
      for (let clip = holder; clip && clip !== document.body; clip = clip.parentElement) {
        if (getComputedStyle(clip).overflow === "visible") continue;
        const edge = clip.getBoundingClientRect();
        left = Math.max(left, edge.left); right = Math.min(right, edge.right);
        top = Math.max(top, edge.top); bottom = Math.min(bottom, edge.bottom);
      }
      const sticks = holder.closest(".topbar, .nav") !== null;
      if (right - left > 2 && bottom - top > 2) lines.push({left, right, top, bottom, node, sticks});
    }
  }
  const found = [];
  for (const [number, one] of lines.entries()) for (const other of lines.slice(number + 1)) {
    if (one.node === other.node || one.sticks !== other.sticks) continue;
    const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    const most = Math.min(one.bottom - one.top, other.bottom - other.top);
    if (wide > 3 && high > most / 2) found.push(`“${one.node.data.trim()}” lies over “${other.node.data.trim()}”`);
  }
  return found;
}"""


def overlaps(page: Page) -> list[str]:
    """Texts that lie over each other, in words."""
    return page.evaluate(_OVERLAPS)
