"""Enabling and disabling through every door: the same rule, the same words, HTTP 409 for a refusal."""

import pytest
from django.test import Client

from catalog.models import Event, Model
from catalog.views.switching import MAX_BULK
from tests.builders import a_model, many_models

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
RETIRED = "can&#x27;t be enabled: Retired by Amazon Bedrock — Choose a successor."


def switch(client: Client, model: Model, action: str, htmx: bool = False, **data: str):
    return client.post(f"/models/{model.pk}/{action}", data, headers=HTMX if htmx else {})


def test_a_click_without_javascript_goes_back_to_where_it_was_made(as_admin, admin):
    model = a_model()
    response = switch(as_admin, model, "enable", next="/models/?q=model&page=2")
    assert (response.status_code, response["Location"]) == (302, "/models/?q=model&page=2")
    model.refresh_from_db()
    assert model.status == "green"
    told = Event.objects.get()
    assert (told.actor, told.from_status, told.to_status) == (admin, "yellow", "green")
    assert "Model 00001 is enabled." in as_admin.get("/models/").content.decode()


def test_an_event_names_the_request_that_caused_it(as_admin):
    first, second = a_model(1), a_model(2)
    for model in (first, second):
        switch(as_admin, model, "enable")
    assert len({told.request_id for told in Event.objects.all()} - {""}) == 2


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil", "models",
     "admin:index", "", " ", "\x00", "ftp://testserver/"],
)  # fmt: skip
def test_only_our_own_addresses_are_gone_back_to(as_admin, target):
    response = switch(as_admin, a_model(), "enable", next=target)
    assert (response.status_code, response["Location"]) == (302, "/models/")


def test_a_click_with_htmx_answers_with_the_row_and_an_undo(as_admin):
    model = a_model()
    response = switch(as_admin, model, "enable", htmx=True)
    page = response.content.decode()
    assert response.status_code == 200
    assert f'id="model-{model.pk}"' in page
    assert "Disable Model 00001" in page
    assert "<strong>Model 00001</strong> is enabled." in page
    assert f'hx-post="/models/{model.pk}/disable"' in page
    assert "<html" not in page


def test_a_click_on_the_model_page_answers_with_its_live_part(as_admin):
    model = a_model()
    page = switch(as_admin, model, "enable", htmx=True, **{"from": "page"}).content.decode()
    assert 'id="live"' in page
    assert "Enabled: applications may use it" in page
    assert "by anna" in page


REFUSED = [
    ("enable", {"enabled": True}, "Model 00001 is already enabled."),
    ("disable", {}, "Model 00001 is not enabled."),
    ("enable", {"listed": False}, RETIRED),
    (
        "enable",
        {"kind": "custom", "serving": "nothing"},
        "Created, nothing serves it yet — Provision throughput",
    ),
    ("disable", {"lifecycle": "ended", "enabled": True}, "past its end of life"),
]


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(("action", "facts", "words"), REFUSED)
def test_a_refused_click_is_a_409_with_the_reason(as_admin, htmx, action, facts, words):
    model = a_model(**facts)
    response = switch(as_admin, model, action, htmx=htmx)
    assert response.status_code == 409
    assert words in response.content.decode()
    assert not Event.objects.exists()
    model.refresh_from_db()
    assert model.enabled == facts.get("enabled", False)


def test_a_refused_click_with_htmx_still_shows_the_row_as_it_is_now(as_admin):
    model = a_model(enabled=True)
    page = switch(as_admin, model, "enable", htmx=True).content.decode()
    assert f'id="model-{model.pk}"' in page
    assert "Disable Model 00001" in page
    assert "Undo" not in page


def test_a_model_that_is_no_more_is_a_404(as_admin):
    for pk in ("999", "99999999999999999999999"):
        assert as_admin.post(f"/models/{pk}/enable").status_code == 404


def bulk(client: Client, htmx: bool = False, **data):
    return client.post("/models/switch", data, headers=HTMX if htmx else {})


@pytest.mark.parametrize("htmx", [True, False])
def test_a_bulk_change_says_what_became_of_each_model(as_admin, htmx):
    models = [a_model(1), a_model(2, listed=False), a_model(3), a_model(4, enabled=True)]
    a_model(5)
    page = bulk(as_admin, htmx, action="enable", ids=[model.pk for model in models]).content.decode()
    assert "2 enabled, 2 skipped" in page
    assert f"Model 00002 {RETIRED}" in page
    assert "Model 00004 is already enabled." in page
    assert set(Model.objects.filter(status="green").values_list("external_id", flat=True)) == {
        "acme.model-00001", "acme.model-00003", "acme.model-00004",
    }  # fmt: skip
    assert Event.objects.count() == 2


def test_a_bulk_change_of_all_that_match_leaves_the_others_alone(as_admin):
    many_models(60, enabled=False, provider="Acme")
    a_model(999, provider="Other")
    page = bulk(
        as_admin, action="enable", scope="all", filter="?provider=Acme&sort=-name&page=2"
    ).content.decode()
    assert "60 enabled" in page
    assert Model.objects.filter(status="green").count() == 60
    assert not Model.objects.get(provider="Other").enabled


def test_a_bulk_change_that_fits_no_more_is_not_cut_short_in_silence(as_admin):
    many_models(MAX_BULK + 1, enabled=False)
    for htmx in (False, True):
        response = bulk(as_admin, htmx, action="enable", scope="all", filter="?")
        assert response.status_code == 409
        assert f"No more than {MAX_BULK:,} models can be changed at once" in response.content.decode()
        assert (b"<html" in response.content) != htmx
    assert not Model.objects.filter(enabled=True).exists()


@pytest.mark.parametrize("action", ["", "ENABLE", "delete", None])
def test_a_bulk_change_of_no_known_kind_changes_nothing(as_admin, action):
    a_model(1)
    a_model(2, enabled=True)
    data = {"scope": "all", "filter": "?"} | ({} if action is None else {"action": action})
    assert bulk(as_admin, **data).status_code == 400
    assert Model.objects.filter(enabled=True).count() == 1
    assert not Event.objects.exists()


@pytest.mark.parametrize("ids", [[], [""], ["x"], ["-1"], ["1e3"], ["99999999999999999999"], ["\x00"], ["²"]])
@pytest.mark.parametrize("htmx", [True, False])
def test_a_bulk_change_of_nothing_says_what_to_do(as_admin, ids, htmx):
    a_model()
    response = bulk(as_admin, htmx, action="enable", ids=ids)
    assert response.status_code == 200
    assert "Tick the models to change first." in response.content.decode()
    assert not Model.objects.filter(enabled=True).exists()


def test_ticking_a_model_twice_changes_it_once(as_admin):
    model = a_model()
    assert "1 enabled" in bulk(as_admin, action="enable", ids=[model.pk, model.pk]).content.decode()
    assert Event.objects.count() == 1


def test_disabling_in_bulk_is_the_mirror(as_admin):
    models = [a_model(1, enabled=True), a_model(2)]
    page = bulk(as_admin, action="disable", ids=[model.pk for model in models]).content.decode()
    assert "1 disabled, 1 skipped" in page
    assert "Model 00002 is not enabled." in page


def test_the_way_back_from_a_bulk_change_is_one_of_our_own_pages(as_admin):
    good = bulk(as_admin, action="enable", next="/models/?q=x").content.decode()
    assert 'href="/models/?q=x"' in good
    bad = bulk(as_admin, action="enable", next="https://evil.example/").content.decode()
    assert "evil.example" not in bad
    assert 'href="/models/"' in bad


def test_the_admin_action_keeps_to_the_same_rule(as_superuser):
    models = [a_model(1), a_model(2, listed=False), a_model(3, enabled=True)]
    data = {"action": "enable_selected", "_selected_action": [model.pk for model in models]}
    page = as_superuser.post("/admin/catalog/model/", data, follow=True).content.decode()
    assert "1 enabled." in page
    assert f"2 skipped: Model 00002 {RETIRED} Model 00003 is already enabled." in page
    assert Event.objects.get().actor_name == "root"


def test_the_admin_action_is_not_offered_without_the_permission(viewer, logged_in):
    viewer.is_staff = True
    viewer.save()
    model = a_model()
    client = logged_in(viewer)
    assert "enable_selected" not in client.get("/admin/catalog/model/").content.decode()
    client.post("/admin/catalog/model/", {"action": "enable_selected", "_selected_action": [model.pk]})
    model.refresh_from_db()
    assert not model.enabled
