"""What was sent from a page that is out of date: the session is over, the token is old, the address takes no GET."""

import pytest
from django.test import Client

from modelhub.middleware import LOST
from tests.builders import a_model

pytestmark = pytest.mark.django_db
STALE = "This page is out of date: reload it."


def log_in_from(client: Client, location: str):
    """Log in where the redirect led to, and look at the page that comes then."""
    target = client.get(location).context["next"]
    answer = client.post("/login/", {"username": "anna", "password": "anna-password", "next": target})
    return answer["Location"], client.get(answer["Location"])


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/models/?q=nova&page=2", "/models/?q=nova&page=2"),
        ("http://testserver/models/1/", "/models/1/"),
        ("https://evil.example/models/?q=x", "/models/"),
        ("javascript:alert(1)", "/models/"),
        ("", "/models/"),
    ],
)
def test_an_action_after_the_session_ended_leads_back_to_its_page_and_is_said_to_be_lost(
    admin, referer, back
):
    client = Client()
    a_model(pk=1)
    answer = client.post("/models/1/enable", headers={"Referer": referer})
    location, page = log_in_from(client, answer["Location"])
    assert location == back
    assert page.status_code == 200
    assert LOST in page.content.decode()
    assert LOST not in client.get("/models/").content.decode()


def test_an_action_of_the_admin_is_said_to_be_lost_too(superuser):
    client = Client()
    referer = {"Referer": "http://testserver/admin/catalog/model/"}
    answer = client.post("/admin/catalog/model/", {"action": "enable_selected"}, headers=referer)
    assert answer["Location"] == "/login/?next=/admin/catalog/model/"
    client.force_login(superuser, backend="django.contrib.auth.backends.ModelBackend")
    assert LOST in client.get("/admin/").content.decode()


def test_who_only_looked_has_lost_nothing(admin):
    client = Client()
    location, page = log_in_from(client, client.get("/models/")["Location"])
    assert location == "/models/"
    assert LOST not in page.content.decode()


def test_logging_out_twice_is_no_lost_action(admin, as_admin):
    as_admin.post("/logout/")
    as_admin.post("/logout/")
    as_admin.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    assert LOST not in as_admin.get("/models/").content.decode()


def test_an_htmx_action_after_the_session_ended_is_said_to_be_lost(admin):
    client = Client()
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/models/?q=nova"}
    answer = client.post("/models/1/enable", headers=headers)
    location, page = log_in_from(client, answer["HX-Redirect"])
    assert location == "/models/?q=nova"
    assert LOST in page.content.decode()


def test_an_address_that_only_takes_forms_says_so_on_a_page(as_admin):
    answer = as_admin.get("/models/1/enable")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Nothing to see at this address" in answer.content.decode()
    assert 'href="/models/"' in answer.content.decode()


@pytest.fixture
def strict(admin, logged_in) -> Client:
    return logged_in(admin, enforce_csrf_checks=True)


def test_an_old_token_is_told_to_htmx_as_a_page_out_of_date(strict):
    answer = strict.post(f"/models/{a_model().pk}/enable", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["X-Modelhub-Stale"]) == (403, "1")
    assert answer.content.decode() == STALE


def test_an_old_token_is_told_to_the_upload_as_a_page_out_of_date(strict):
    answer = strict.post("/custom/datasets/begin", "{}", content_type="application/json")
    assert (answer.status_code, answer["X-Modelhub-Stale"]) == (403, "1")
    assert answer.json() == {"error": STALE}


def test_an_old_token_is_told_to_a_form_on_a_page(strict):
    answer = strict.post(f"/models/{a_model().pk}/enable")
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()


def test_a_missing_permission_is_no_page_out_of_date(as_viewer):
    answer = as_viewer.post(f"/models/{a_model().pk}/enable", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert "X-Modelhub-Stale" not in answer
