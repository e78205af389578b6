"""The Models page, its poller and its CSV."""

import csv
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from catalog.enablement import disable, enable
from catalog.history import current_revision
from catalog.models import Model, SyncRun
from catalog.sync import request_sync, start
from tests.builders import NOW, a_model, many_models

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def text(client: Client, url: str = "/models/", **options) -> str:
    response = client.get(url, **options)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_a_row_says_what_a_model_is_and_why_it_has_its_colour(as_admin):
    a_model(name="Rocket", provider="Acme", traits="Text in, text out", enabled=True)
    page = text(as_admin)
    for words in ("Rocket", "acme.model-00001", "Base", "Acme", "Bedrock", "Text in, text out",
                  "green: Enabled: applications may use it", "Disable Rocket"):  # fmt: skip
        assert words in page


def test_an_empty_list_names_the_next_action(as_admin, as_viewer):
    assert "Sync models" in text(as_admin)
    page = text(as_viewer)
    assert "No models yet" in page
    assert "Ask a model admin to sync." in page
    start(request_sync("bedrock"))
    assert "The first sync is running." in text(as_admin)


def test_a_search_that_finds_nothing_offers_the_way_back(as_viewer):
    many_models(3)
    page = text(as_viewer, "/models/?q=zebra")
    assert "No model matches" in page
    assert '<a class="button" href="/models/">Show all models</a>' in page


def test_a_page_shows_fifty_and_the_way_to_the_others(as_viewer):
    many_models(120)
    page = text(as_viewer, "/models/?page=2&sort=name")
    assert page.count('<tr id="model-') == 50
    assert "51–100 of 120" in page
    assert "Model 00050" in page
    assert "Model 00049" not in page
    assert "101–120 of 120" in text(as_viewer, "/models/?page=999999")


def test_searching_and_filtering_narrow_the_list(as_viewer):
    a_model(1, name="Nova Lite", provider="Amazon", capability_set=",chat,")
    a_model(2, name="Titan", provider="Amazon", capability_set=",embedding,")
    a_model(3, name="GPT", provider="OpenAI", platform="openai", capability_set=",chat,", enabled=True)
    for query, shown in [
        ("q=nova", {"Nova Lite"}),
        ("q=amazon+lite", {"Nova Lite"}),
        ("provider=Amazon", {"Nova Lite", "Titan"}),
        ("capability=chat", {"Nova Lite", "GPT"}),
        ("capability=chat&status=green", {"GPT"}),
        ("platform=openai&provider=Amazon", set()),
        ("type=custom", set()),
    ]:
        page = text(as_viewer, f"/models/?{query}")
        assert {name for name in ("Nova Lite", "Titan", "GPT") if f">{name}</a>" in page} == shown, query


HOSTILE = [
    "q=%00", "q=%", "q=%25%5F",
    "q='\"><script>alert(1)</script>", "q=" + "a%20" * 2000, "q=%ED%A0%80", "q=%F0%9F%92%A9",
    "page=%00", "page=99999999999999999999", "page=-1", "page=1.5", "page=abc", "page=1&page=2",
    "sort=%00", "sort=password", "sort=-", "provider=%00", "provider=" + "x" * 4000, "provider='%20OR%201=1--",
    "status=%00&type=%00", "capability=%25", "lifecycle=ended&lifecycle=ended",
    "since=%00", "ids=1,2,x,,999999999999999999",
    "&&==&", "q[]=1", "everything=abc&since=-5", "since=9999999999999999999999", "ids=%00",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
@pytest.mark.parametrize("url", ["/models/", "/models/poll", "/models/export.csv", "/activity/", "/sync/"])
def test_no_query_string_breaks_a_page(as_admin, url, query):
    a_model()
    response = as_admin.get(f"{url}?{query}")
    assert response.status_code in (200, 204)
    body = response.getvalue().decode() if response.streaming else response.content.decode()
    assert "<script>alert" not in body


def poll(client: Client, **query):
    return client.get("/models/poll", query, headers=HTMX)


def shown(*models: Model) -> str:
    return ",".join(str(model.pk) for model in models)


def test_while_nothing_changed_the_poll_answers_with_nothing(as_viewer):
    first = a_model()
    response = poll(as_viewer, since=current_revision(), ids=shown(first), everything=1)
    assert (response.status_code, response.content) == (204, b"")


def test_a_poll_brings_only_the_shown_rows_that_changed(as_admin):
    first, second, elsewhere = a_model(1), a_model(2), a_model(3)
    since = current_revision()
    enable(second)
    enable(elsewhere)
    page = poll(as_admin, since=since, ids=shown(first, second), everything=3).content.decode()
    assert f'id="model-{second.pk}"' in page
    assert f'id="model-{first.pk}"' not in page
    assert f'id="model-{elsewhere.pk}"' not in page
    assert "Disable Model 00002" in page
    assert f'"since": "{current_revision()}"' in page
    assert "The list has changed" not in page


def test_the_next_poll_asks_from_where_this_one_ended(as_admin):
    model = a_model()
    enable(model)
    assert poll(as_admin, since=current_revision(), ids=shown(model), everything=1).status_code == 204
    disable(model)
    assert poll(as_admin, since=current_revision() - 1, ids=shown(model), everything=1).status_code == 200


def test_a_poll_updates_the_counts(as_viewer):
    model = a_model()
    since = current_revision()
    enable(model)
    page = poll(as_viewer, since=since, ids=shown(model), everything=1).content.decode()
    assert 'id="tabs"' in page
    assert 'id="syncs"' in page


def test_newcomers_are_announced_and_not_pushed_into_the_list(as_viewer, sandbox):
    first = a_model(1)
    since = current_revision()
    run = request_sync("bedrock")
    a_model(2)
    page = poll(as_viewer, since=since, ids=shown(first), everything=1).content.decode()
    assert "The list has changed: 2 models now." in page
    assert 'id="model-' not in page
    assert run.is_live


def test_an_empty_list_loads_itself_when_the_first_models_are_there(as_viewer):
    since = current_revision()
    request_sync("bedrock")
    a_model()
    page = poll(as_viewer, since=since, ids="", everything=0).content.decode()
    assert 'hx-trigger="load"' in page
    assert 'hx-get="/models/' in page


def test_the_poll_keeps_to_the_filter_of_its_page(as_viewer):
    a_model(1, provider="Amazon")
    since = current_revision()
    request_sync("bedrock")
    page = poll(as_viewer, since=since, ids="", everything=1, provider="Amazon").content.decode()
    assert "?provider=Amazon" in page


def test_a_poll_looks_at_no_more_rows_than_a_page_could_show(as_viewer):
    many_models(300, rev=5)
    ids = ",".join(str(pk) for pk in Model.objects.values_list("pk", flat=True))
    page = poll(as_viewer, since=4, ids=ids, everything=300).content.decode()
    assert page.count('<tr id="model-') <= 200


def test_a_viewers_poll_has_no_buttons(as_viewer):
    model = a_model()
    since = current_revision()
    enable(model)
    page = poll(as_viewer, since=since, ids=shown(model), everything=1).content.decode()
    assert "formaction" not in page
    assert "/disable" not in page


def test_one_persons_page_never_shows_anothers_buttons(as_viewer, as_admin):
    """Rows may be remembered between requests; what they offer depends on who asks."""
    a_model()
    for client, offered in ((as_admin, True), (as_viewer, False), (as_admin, True)):
        assert ("/enable" in text(client)) == offered


def test_a_changed_model_is_shown_changed_at_once(as_admin):
    model = a_model()
    assert "Enable Model 00001" in text(as_admin)
    enable(model)
    assert "Disable Model 00001" in text(as_admin)


def test_the_trouble_of_a_platform_is_a_banner_with_the_way_out(as_viewer):
    SyncRun.objects.create(platform="bedrock", state="succeeded", requested_at=NOW, finished_at=NOW)
    SyncRun.objects.create(platform="bedrock", state="failed", requested_at=NOW, finished_at=NOW,
                           error_message="The token is expired", way_out="Check the credentials.")  # fmt: skip
    page = text(as_viewer)
    assert "Amazon Bedrock could not be synced." in page
    assert "The token is expired" in page
    assert "Check the credentials." in page
    assert "The list is as of 2026-11-22 12:00 UTC." in page


def rows_of_csv(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"/models/export.csv?{query}")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert 'attachment; filename="models-' in response["Content-Disposition"]
    return list(csv.DictReader(StringIO(response.getvalue().decode(), newline="")))


def test_the_csv_holds_all_pages_of_the_filtered_list_and_nothing_else(as_viewer):
    many_models(120, provider="Acme")
    a_model(999, provider="Other")
    rows = rows_of_csv(as_viewer, "provider=Acme&page=2&sort=-name")
    assert [row["name"] for row in rows] == [f"Model {number:05d}" for number in range(119, -1, -1)]


def test_a_line_of_the_csv_says_what_the_page_says(as_viewer):
    a_model(name="Rocket", input_price=3, output_price_override="4.5", traits="old", traits_override="ours",
            context_tokens=256_000, end_of_life_at=NOW, lifecycle="legacy", enabled=True)  # fmt: skip
    (row,) = rows_of_csv(as_viewer)
    assert row == {
        "status": "green", "reason": "Enabled: applications may use it", "next action": "", "name": "Rocket",
        "platform": "bedrock", "external id": "acme.model-00001", "type": "base", "provider": "", "traits": "ours",
        "invocation id": "acme.model-00001", "context tokens": "256000", "input USD per 1M tokens": "3.000000",
        "output USD per 1M tokens": "4.500000", "lifecycle": "legacy", "end of life": "2026-11-22", "enabled": "yes",
    }  # fmt: skip


def test_no_cell_of_the_csv_starts_a_formula(as_viewer):
    a_model(1, name="=1+1", provider="@SUM(A1)", traits_override="+1", external_id="-1")
    (row,) = rows_of_csv(as_viewer)
    cells = [row[name] for name in ("name", "provider", "traits", "external id")]
    assert cells == ["'=1+1", "'@SUM(A1)", "'+1", "'-1"]


def test_quotes_and_line_breaks_stay_inside_their_cell(as_viewer):
    a_model(1, name='a "quoted", name\nwith a break')
    a_model(2, name="b")
    assert [row["name"] for row in rows_of_csv(as_viewer)] == ['a "quoted", name\nwith a break', "b"]


def test_serving_is_offered_to_those_only_who_may_see_throughputs(as_admin, admin):
    """Rows are remembered: what one person was shown must not be shown to another."""
    facts = {"kind": "custom", "serving": "nothing", "arn": "arn:x", "platform_invocation_id": ""}
    link = f'href="/custom/models/{a_model(**facts).pk}/serving/"'
    assert link in as_admin.get("/models/").content.decode()
    group = admin.groups.get()
    group.permissions.remove(group.permissions.get(codename="view_throughput"))
    assert link not in as_admin.get("/models/").content.decode()
    assert link not in as_admin.get("/models/poll?since=0&ids=1&everything=1").content.decode()
    group.permissions.add(Permission.objects.get(codename="view_throughput"))
    assert link in as_admin.get("/models/").content.decode()
