"""One whole modelhub for all browser tests, people who are logged in, and an eye on the browser's console."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sandbox.client import SandboxControl
from tests.browser import live
from tests.browser.custom import enable_base
from tests.browser.hands import WIDE, fill_login
from tests.browser.live import ADMIN, BOTH_SYNCED, COLLEAGUE, NOBODY, VIEWER, Login, ModelRow, Platform

_REPORT_CSP = """document.addEventListener("securitypolicyviolation",
    (event) => reportCsp(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));"""

expect.set_options(timeout=10_000)  # a poll may take 4 seconds to bring a colleague's change

State = dict[str, object]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {"executable_path": live.CHROMIUM, "args": live.CHROMIUM_ARGS}


@pytest.fixture(scope="session")
def base_url() -> None:
    """In place of pytest-base-url's, which is made in a way that pytest 9 warns of. Contexts name their own."""


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Started once, after its first sync."""
    with live.running(tmp_path_factory.mktemp("modelhub")) as running:
        running.create_people()
        running.wait_for(BOTH_SYNCED)
        yield running


@pytest.fixture
def sandbox(platform: Platform) -> Iterator[SandboxControl]:
    """The strings of the simulated platforms; no fault outlives its test."""
    yield platform.sandbox
    platform.sandbox.clear_faults()


@pytest.fixture(scope="session")
def states(platform: Platform, browser: Browser) -> dict[Login, State]:
    """Everybody logs in once, through the page."""
    return {person: _log_in(browser, platform.url, person) for person in (ADMIN, COLLEAGUE, VIEWER, NOBODY)}


def _log_in(browser: Browser, url: str, person: Login) -> State:
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.goto("/login/?next=/livez")
    fill_login(page, person)
    page.wait_for_url("**/livez")
    state = context.storage_state()
    context.close()
    return dict(state)


class Complaints:
    """What the browser complained about: console errors and warnings, page errors, CSP reports."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._expected: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.heard.append(f"page error: {error.error}"))
        context.expose_binding("reportCsp", lambda _source, text: self.heard.append(f"CSP: {text}"))
        context.add_init_script(_REPORT_CSP)

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.heard.append(f"{message.type}: {message.text} at {message.location.get('url')}")

    def expect(self, *patterns: str) -> None:
        """The browser writes every refused request to its console; a test that provokes one says so."""
        self._expected += patterns

    @property
    def unexpected(self) -> list[str]:
        return [text for text in self.heard if not any(re.search(known, text) for known in self._expected)]


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Fails a test whose pages complained, even if everything it looked for was there."""
    heard = Complaints()
    yield heard
    assert heard.unexpected == []


Open = Callable[..., Page]


@pytest.fixture
def open_as(platform: Platform, states, new_context, complaints: Complaints) -> Open:
    """Open a page in a browser of its own, logged in as the person; None is a stranger."""

    def open_page(person: Login | None, path: str = "", **options: object) -> Page:
        state = {"storage_state": states[person]} if person else {}
        context = new_context(base_url=platform.url, **{"viewport": WIDE, **state, **options})
        complaints.watch(context)
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    return open_page


@pytest.fixture
def page(open_as: Open) -> Page:
    """A page of the admin, in place of pytest-playwright's stranger."""
    return open_as(ADMIN)


@pytest.fixture(scope="session")
def base(platform: Platform) -> ModelRow:
    """A green base model that can be fine-tuned, and whose price is known."""
    row = enable_base(platform)
    platform.keep(row)
    return row
