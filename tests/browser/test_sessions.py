"""Who is logged out, or was never let in, is told so and comes back to where they were."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.hands import expect_colour, fill_login, list_of, row_of, switch
from tests.browser.live import ADMIN, NOBODY, VIEWER

pytestmark = pytest.mark.browser


def test_an_expired_session_leads_a_click_to_the_login_page_and_back(page, platform):
    [model] = platform.yellow()
    page.goto(list_of(model))
    page.route("**/models/poll*", lambda route: route.fulfill(status=204))  # the click comes before the poll
    page.context.clear_cookies(name="sessionid")
    switch(row_of(page, model), "Enable")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(page.locator("table")).to_have_count(0)
    fill_login(page, ADMIN)
    expect(page).to_have_url(re.compile(re.escape(list_of(model).split("?")[0]) + r"\?q="))
    expect_colour(row_of(page, model), "yellow")
    switch(row_of(page, model), "Enable")
    expect_colour(row_of(page, model), "green")


def test_an_expired_session_is_noticed_by_the_poller(page):
    page.goto("/models/?q=nova")
    page.context.clear_cookies(name="sessionid")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    expect(page).to_have_url(re.compile("next=.*nova"))


def test_a_form_sent_after_the_session_expired_leads_back_to_its_page_and_says_so(open_as, platform):
    [model] = platform.yellow()
    page = open_as(ADMIN, model.url, java_script_enabled=False)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Enable", exact=True).click()
    fill_login(page, ADMIN)
    expect(page).to_have_url(re.compile(f"{model.url}$"))
    expect(page.locator(".messages")).to_contain_text("Your last action was not carried out")
    expect(page.get_by_role("button", name="Enable", exact=True)).to_be_visible()


def test_a_page_from_before_a_login_in_another_tab_is_told_to_be_out_of_date(open_as, platform, complaints):
    complaints.expect("403")
    [model] = platform.yellow()
    page = open_as(None, f"/login/?{urlencode({'next': list_of(model)})}")
    fill_login(page, ADMIN)
    expect(row_of(page, model)).to_be_visible()
    page.route("**/poll*", lambda route: route.fulfill(status=204))
    other = page.context.new_page()
    other.goto("/models/")
    other.get_by_role("button", name="Log out").click()
    fill_login(other, ADMIN)
    expect(other.get_by_role("heading", name="Models", level=1)).to_be_visible()
    switch(row_of(page, model), "Enable")
    expect(page.locator(".toast")).to_have_text("This page is out of date: reload it.")
    page.reload()
    switch(row_of(page, model), "Enable")
    expect_colour(row_of(page, model), "green")


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(open_as):
    page = open_as(None, "/login/")
    expect(page.get_by_label("User name")).to_be_focused()
    fill_login(page, ADMIN._replace(password="not-it"))
    expect(page.get_by_role("alert")).to_contain_text("user name and password do not match")
    expect(page.get_by_label("User name")).to_have_value(ADMIN.username)
    fill_login(page, ADMIN)
    expect(page.get_by_role("heading", name="Models", level=1)).to_be_visible()


def test_somebody_without_permission_is_told_which_one_is_missing(open_as, complaints):
    complaints.expect("403")
    page = open_as(NOBODY, "/models/")
    expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
    expect(page.locator("main")).to_contain_text("catalog.view_model")


def test_a_viewer_is_kept_out_of_the_administration(open_as):
    page = open_as(VIEWER, "/admin/")
    expect(page).to_have_url(re.compile("/models/$"))
