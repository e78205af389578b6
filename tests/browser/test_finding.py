"""Search, filters, order and pages: everything is in the address, and the address brings it back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import choose, facet, names, shown, without_reload

pytestmark = pytest.mark.browser


def total(page) -> int:
    """How many models the line below the table speaks of."""
    return int(re.search(r"of ([\d,]+)", page.locator("nav.pages").inner_text())[1].replace(",", ""))


def test_slash_goes_to_the_search_and_the_list_follows_what_is_typed(page, platform):
    page.goto("/models/")
    with without_reload(page):
        page.keyboard.press("/")
        search = page.get_by_role("searchbox")
        expect(search).to_be_focused()
        expect(search).to_have_value("")
        page.keyboard.type("nova pro")
        expect(page).to_have_url(re.compile(r"\?q=nova(\+|%20)pro$"))
        expect(search).to_be_focused()
        expect(search).to_have_value("nova pro")
    wanted = [row.name for row in platform.models("name LIKE '%nova%' AND name LIKE '%pro%'")]
    expect(shown(page)).to_have_count(len(wanted))
    assert names(page) == wanted


def test_the_search_survives_reload_back_and_forward(page):
    page.goto("/models/")
    search = page.get_by_role("searchbox")
    search.fill("titan")
    expect(page).to_have_url(re.compile(r"\?q=titan$"))
    expect(shown(page).first).to_contain_text("Titan")
    page.reload()
    expect(search).to_have_value("titan")
    found = names(page)
    page.locator("tbody .c-name > a").first.click()
    expect(page).to_have_url(re.compile(r"/models/\d+/$"))
    page.go_back()
    expect(search).to_have_value("titan")
    assert names(page) == found
    page.go_back()
    expect(page).to_have_url(re.compile(r"/models/$"))
    expect(search).to_have_value("")
    expect(shown(page)).to_have_count(50)
    page.go_forward()
    expect(search).to_have_value("titan")
    expect(shown(page)).to_have_count(len(found))


def test_search_finds_ids_with_colons(page, platform):
    model = platform.model("ft:gpt-4o-mini-2024-07-18:acme:support-bot:9xYz77Qk")
    page.goto("/models/")
    page.get_by_role("searchbox").fill(model.external_id)
    expect(shown(page)).to_have_count(1)
    expect(page.locator(model.row)).to_contain_text("Custom")


def test_nothing_found_says_so_and_names_the_way_back(page):
    page.goto("/models/")
    page.get_by_role("searchbox").fill("no such model")
    expect(page.get_by_role("heading", name="No model matches")).to_be_visible()
    page.get_by_role("link", name="Show all models").click()
    expect(shown(page)).to_have_count(50)
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_filters_combine_with_each_other_and_with_the_search(page, platform):
    page.goto("/models/")
    with without_reload(page):
        page.get_by_role("searchbox").fill("gpt")
        expect(page).to_have_url(re.compile("q=gpt"))
        choose(page, "Platform", "OpenAI")
        expect(page).to_have_url(re.compile("q=gpt&platform=openai"))
        choose(page, "Lifecycle", "Legacy")
        expect(page).to_have_url(re.compile("q=gpt&platform=openai&lifecycle=legacy"))
    wanted = platform.models("external_id LIKE '%gpt%' AND platform = 'openai' AND lifecycle = 'legacy'")
    assert total(page) == len(wanted)
    expect(page.locator(".chip")).to_have_text(["“gpt”", "Platform: OpenAI", "Lifecycle: Legacy"])
    expect(facet(page, "Platform").locator("summary .count")).to_have_text("1")
    expect(page.locator("#tabs").get_by_role("link", name="All").locator(".count")).to_have_text(
        str(len(wanted))
    )


def test_the_count_beside_a_filter_is_what_the_filter_shows(page):
    page.goto("/models/?platform=bedrock")
    menu = facet(page, "Capability")
    menu.locator("summary").click()
    option = menu.get_by_role("link", name="embedding")
    promised = int(option.locator(".count").inner_text())
    option.click()
    expect(page).to_have_url(re.compile("capability=embedding"))
    assert total(page) == promised > 0


def test_a_filter_takes_several_values_at_once(page, platform):
    page.goto("/models/")
    choose(page, "Provider", "Cohere")
    expect(page).to_have_url(re.compile("provider=Cohere$"))
    if not facet(page, "Provider").evaluate("menu => menu.open"):
        facet(page, "Provider").locator("summary").click()
    facet(page, "Provider").get_by_role("link", name="Meta").click()
    expect(page).to_have_url(re.compile("provider=Cohere&provider=Meta"))
    assert total(page) == len(platform.models("provider IN ('Cohere', 'Meta')"))


def test_chips_take_filters_away_one_by_one_and_all_together(page):
    page.goto("/models/?q=gpt&platform=openai&type=base&lifecycle=legacy")
    page.get_by_role("link", name="Remove the filter Platform: OpenAI").click()
    expect(page).to_have_url(re.compile(r"\?q=gpt&type=base&lifecycle=legacy$"))
    page.get_by_role("link", name="Clear the search").click()
    expect(page).to_have_url(re.compile(r"\?type=base&lifecycle=legacy$"))
    expect(page.get_by_role("searchbox")).to_have_value("")
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator(".chip")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/models/$"))


def test_tabs_show_one_colour_each(page, platform):
    page.goto("/models/")
    page.locator("#tabs").get_by_role("link", name="Red").click()
    expect(page).to_have_url(re.compile("status=red"))
    red = platform.models("status = 'red'")
    expect(shown(page)).to_have_count(len(red))
    expect(page.locator("tbody .status-red")).to_have_count(len(red))
    expect(page.locator("#tabs a[aria-current]")).to_have_text(re.compile("Red"))
    all_tab = page.locator("#tabs").get_by_role("link", name="All")
    expect(all_tab.locator(".count")).to_have_text(str(len(platform.models())))
    page.locator("#tabs").get_by_role("link", name="All").click()
    expect(shown(page)).to_have_count(50)


def test_a_click_on_a_head_sorts_and_a_second_turns_round(page, platform):
    page.goto("/models/?platform=bedrock")
    head = page.get_by_role("columnheader", name="Model provider")
    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(page).to_have_url(re.compile("platform=bedrock&sort=provider"))
    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    last = platform.query("SELECT max(provider) FROM catalog_model WHERE platform = 'bedrock'")[0][0]
    expect(shown(page).first.locator(".c-provider")).to_have_text(last)


def test_pages_go_on_where_the_last_one_ended(page, platform):
    everything = [row.name for row in platform.models()]
    page.goto("/models/")
    assert names(page) == everything[:50]
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(r"\?page=2$"))
    expect(page.locator("nav.pages")).to_contain_text(f"51–100 of {len(everything)}")
    assert names(page) == everything[50:100]
    page.locator("nav.pages").get_by_role("link", name="1", exact=True).click()
    expect(page.locator("nav.pages [aria-current]")).to_have_text("1")
    assert names(page) == everything[:50]


def test_the_filtered_list_is_downloaded_as_csv(page, platform):
    page.goto("/models/")
    page.get_by_role("searchbox").fill("cohere")
    expect(page).to_have_url(re.compile("q=cohere"))
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert re.fullmatch(r"models-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    lines = download.value.path().read_text().splitlines()
    wanted = platform.models("provider = 'Cohere'")
    assert lines[0].startswith("status,reason,next action,name")
    assert len(lines) == 1 + len(wanted)
