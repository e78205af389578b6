"""A machine that was just set up shows its models without anybody's doing."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import live
from tests.browser.hands import fill_login, without_reload
from tests.browser.live import ADMIN

pytestmark = pytest.mark.browser


def test_the_first_sync_fills_the_list_by_itself(tmp_path, new_context, complaints):
    with live.running(tmp_path) as platform:
        platform.sandbox.fail("timeout", platform="*", times=2, seconds=4)  # time to look at the empty page
        context = new_context(base_url=platform.url)
        complaints.watch(context)
        page = context.new_page()
        page.goto("/")
        fill_login(page, ADMIN)
        expect(page.get_by_role("heading", name="No models yet")).to_be_visible()
        with without_reload(page):
            expect(page.locator("table.models tbody tr")).to_have_count(50, timeout=40_000)
            expect(page.locator("nav.pages")).to_contain_text(re.compile(r"1–50 of \d+"))
            expect(page.locator("#syncs")).to_contain_text(re.compile(r"OpenAI\s+synced"))
        context.close()
