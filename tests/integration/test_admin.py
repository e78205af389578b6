"""The Django admin: facts are read, overrides are edited with an Event, nothing is added or deleted."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from catalog.admin import EDITABLE
from catalog.history import event
from catalog.models import Event, Model, SyncRun
from catalog.sync import sync_platform
from tests.builders import NOW, a_model

pytestmark = pytest.mark.django_db

EMPTY = {"traits_override": "", "input_price_override": "", "output_price_override": "", "lifecycle_override": "",
         "note": ""}  # fmt: skip


def save(client: Client, model: Model, **fields: str):
    return client.post(f"/admin/catalog/model/{model.pk}/change/", {**EMPTY, **fields})


def test_only_the_overrides_can_be_edited(as_superuser):
    model = a_model(enabled=True)
    form = as_superuser.get(f"/admin/catalog/model/{model.pk}/change/").context["adminform"].form
    assert set(form.fields) == {*EDITABLE, "seen_rev"}


def test_an_edit_does_not_write_over_what_somebody_else_said_meanwhile(as_superuser):
    model = a_model(traits="Text in")
    opened = as_superuser.get(f"/admin/catalog/model/{model.pk}/change/").context["adminform"].form
    save(as_superuser, model, traits_override="Anna's words")
    response = save(as_superuser, model, note="Ben's note", seen_rev=opened["seen_rev"].value())
    assert "has changed since you opened the form" in response.content.decode()
    model.refresh_from_db()
    assert (model.traits_override, model.note) == ("Anna's words", "")


def test_an_edit_is_saved_with_an_event_that_says_who_and_what(as_superuser, superuser):
    model = a_model(traits="Text in")
    response = save(
        as_superuser, model, traits_override="Our favourite", input_price_override="1.5", note="hm"
    )
    assert response.status_code == 302
    model.refresh_from_db()
    assert (model.traits_override, model.input_price_override, model.note) == (
        "Our favourite",
        Decimal("1.5"),
        "hm",
    )
    told = Event.objects.get()
    assert (told.action, told.actor, told.from_status, told.to_status) == (
        "overridden",
        superuser,
        "yellow",
        "yellow",
    )
    assert told.detail["changes"]["traits_override"] == ["", "Our favourite"]
    assert told.detail["changes"]["input_price_override"] == [None, "1.5"]
    assert model.rev > 0


def test_saving_without_a_change_leaves_no_event(as_superuser):
    model = a_model(note="hm")
    save(as_superuser, model, note="hm")
    assert not Event.objects.exists()


def test_facts_in_a_forged_form_are_ignored(as_superuser):
    model = a_model()
    forged = {
        "enabled": "on",
        "name": "Hacked",
        "status": "green",
        "listed": "",
        "external_id": "x",
        "rev": "9",
    }
    save(as_superuser, model, note="hm", **forged)
    model.refresh_from_db()
    assert (model.enabled, model.name, model.listed, model.external_id) == (
        False, "Model 00001", True, "acme.model-00001",
    )  # fmt: skip


def test_an_edit_keeps_the_facts_that_a_sync_wrote_while_the_form_was_open(as_superuser, small_world):
    sync_platform("bedrock")
    model = Model.objects.get(external_id="acme.m1")
    as_superuser.get(f"/admin/catalog/model/{model.pk}/change/")
    small_world.change_model("bedrock", "acme.m1", modelName="Acme One")
    sync_platform("bedrock")
    save(as_superuser, model, note="hm")
    model.refresh_from_db()
    assert (model.name, model.note) == ("Acme One", "hm")


def test_an_override_of_an_unknown_lifecycle_changes_the_colour_and_says_so(as_superuser):
    model = a_model(lifecycle="unknown", lifecycle_word="SUNSET")
    save(as_superuser, model, lifecycle_override="active")
    told = Event.objects.get()
    assert (told.from_status, told.to_status) == ("red", "yellow")


@pytest.mark.parametrize("price", ["-1", "abc", "NaN", "Infinity", "99999999999999", "0.12345678"])
def test_a_price_that_makes_no_sense_is_refused_in_the_form(as_superuser, price):
    model = a_model()
    response = save(as_superuser, model, input_price_override=price)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors["input_price_override"]
    model.refresh_from_db()
    assert model.input_price_override is None


@pytest.mark.parametrize("fields", [{"traits_override": "x" * 1001}, {"lifecycle_override": "ended"}])
def test_what_does_not_fit_is_refused_in_the_form(as_superuser, fields):
    assert save(as_superuser, a_model(), **fields).status_code == 200
    assert not Event.objects.exists()


@pytest.fixture
def history(as_superuser) -> dict[str, int]:
    model = a_model()
    run = SyncRun.objects.create(platform="bedrock", state="failed", requested_at=NOW, error_message="hm")
    done = event(model, "added", now=NOW, sync_run=run)
    done.save()
    return {"model": model.pk, "syncrun": run.pk, "event": done.pk}


@pytest.mark.parametrize("what", ["model", "syncrun", "event"])
def test_lists_and_pages_are_shown_but_nothing_is_added_or_deleted(as_superuser, history, what):
    base = f"/admin/catalog/{what}/"
    assert as_superuser.get(base).status_code == 200
    assert as_superuser.get(f"{base}{history[what]}/change/").status_code == 200
    assert as_superuser.get(f"{base}add/").status_code == 403
    assert as_superuser.post(f"{base}{history[what]}/delete/", {"post": "yes"}).status_code == 403
    as_superuser.post(base, {"action": "delete_selected", "_selected_action": [history[what]], "post": "yes"})
    assert (Model.objects.count(), SyncRun.objects.count(), Event.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("what", ["syncrun", "event"])
def test_history_is_read_only(as_superuser, history, what):
    page = as_superuser.get(f"/admin/catalog/{what}/{history[what]}/change/").content.decode()
    assert 'name="_save"' not in page
    assert (
        as_superuser.post(f"/admin/catalog/{what}/{history[what]}/change/", {"why": "x"}).status_code == 403
    )


@pytest.mark.parametrize("query", ["q=rocket", "q=%00", "status__exact=green", "o=1.2", "p=99", "e=1", "all=",
                                   "status__exact=nonsense", "id__exact=x"])  # fmt: skip
@pytest.mark.parametrize("what", ["model", "syncrun", "event"])
def test_no_query_string_breaks_a_list(as_superuser, history, what, query):
    assert as_superuser.get(f"/admin/catalog/{what}/?{query}").status_code in (200, 302, 400)


def test_it_wears_the_shell_of_the_other_pages(as_superuser, history):
    page = as_superuser.get("/admin/catalog/model/").content.decode()
    assert 'class="shell"' in page
    assert "/static/modelhub/admin.css" in page
    assert '<a href="/models/"' in page


def test_a_staff_member_of_the_model_admins_edits_overrides(logged_in):
    user = User.objects.create_user("sam", is_staff=True)
    user.groups.add(Group.objects.get(name="Model admins"))
    model = a_model()
    assert save(logged_in(user), model, note="hm").status_code == 302
    assert Event.objects.get().actor_name == "sam"
