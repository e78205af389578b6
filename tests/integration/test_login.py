"""Logging in, being locked out, and what every answer carries to keep people safe."""

import pytest
import time_machine
from django.test import Client

from modelhub.client_address import client_address
from tests.builders import NOW, a_model

pytestmark = pytest.mark.django_db

PASSWORD = "anna-password"


def log_in(client: Client, username: str = "anna", password: str = PASSWORD, **options):
    return client.post("/login/", {"username": username, "password": password}, **options)


def wrong(client: Client, times: int, username: str = "anna", **options) -> list[int]:
    return [log_in(client, username, "wrong", **options).status_code for _ in range(times)]


def test_the_right_password_lets_in_and_goes_on_to_where_one_wanted_to_go(admin):
    client = Client()
    assert client.get("/models/?q=nova")["Location"] == "/login/?next=/models/%3Fq%3Dnova"
    data = {"username": "anna", "password": PASSWORD, "next": "/models/?q=nova"}
    assert client.post("/login/", data)["Location"] == "/models/?q=nova"
    assert client.get("/models/").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_after_login_nobody_is_sent_elsewhere(admin, target):
    data = {"username": "anna", "password": PASSWORD, "next": target}
    assert Client().post("/login/", data)["Location"] == "/models/"


def test_a_wrong_password_and_an_unknown_user_are_told_the_same(admin):
    client = Client()
    known = log_in(client, "anna", "wrong").content.decode().replace("anna", "")
    unknown = log_in(client, "zoe", "wrong").content.decode().replace("zoe", "")
    assert "do not match" in known
    strip = lambda page: [line for line in page.splitlines() if "csrf" not in line.lower()]  # noqa: E731
    assert strip(known) == strip(unknown)


def test_the_login_page_tells_nothing_about_the_inside(admin, settings):
    a_model(name="Secret rocket")
    page = Client().get("/login/").content.decode()
    for secret in ("Secret rocket", "anna", settings.SECRET_KEY, "Django", "us-east-1", "/admin/"):
        assert secret not in page


def test_a_user_name_is_case_sensitive_and_the_page_says_so(admin):
    response = log_in(Client(), "Anna")
    assert response.status_code == 200
    assert "case-sensitive" in response.content.decode()


def test_a_password_is_never_sent_back(admin):
    assert "wr0ng-pass" not in log_in(Client(), "anna", "wr0ng-pass").content.decode()


def test_after_five_failures_even_the_right_password_waits_in_words(admin):
    client = Client()
    assert wrong(client, 5) == [200] * 4 + [429]
    response = log_in(client)
    assert response.status_code == 429
    page = response.content.decode()
    assert "blocked for 15 minutes after 5 failed attempts" in page
    assert "axes_reset_username anna" in page
    assert "_auth_user_id" not in client.session


def test_the_block_is_over_after_a_quarter_of_an_hour(admin):
    client = Client()
    with time_machine.travel(NOW, tick=False) as clock:
        wrong(client, 5)
        clock.shift(15 * 60 + 1)
        assert log_in(client).status_code == 302


def test_trying_on_during_the_block_does_not_make_it_longer(admin):
    client = Client()
    with time_machine.travel(NOW, tick=False) as clock:
        wrong(client, 5)
        clock.shift(10 * 60)
        assert wrong(client, 2) == [429, 429]
        clock.shift(5 * 60 + 1)
        assert log_in(client).status_code == 302


def test_the_block_holds_one_user_from_one_address_only(admin, viewer):
    wrong(Client(), 5)
    assert log_in(Client(), "victor", "victor-password").status_code == 302
    assert log_in(Client(), REMOTE_ADDR="10.0.0.7").status_code == 302


def test_a_forged_forwarded_address_does_not_get_round_the_block(admin):
    client = Client()
    for number in range(5):
        log_in(client, "anna", "wrong", headers={"X-Forwarded-For": f"10.0.0.{number}"})
    assert log_in(client, headers={"X-Forwarded-For": "10.9.9.9"}).status_code == 429


def test_a_success_forgives_the_failures_before_it(admin):
    client = Client()
    wrong(client, 4)
    assert log_in(client).status_code == 302
    client.post("/logout/")
    assert wrong(client, 4) == [200] * 4


def test_a_markup_in_the_user_name_is_shown_as_text(admin):
    name = '"><script>alert(1)</script>'
    pages = [log_in(Client(), name, "wrong").content.decode() for _ in range(6)]
    assert "<script>alert" not in "".join(pages)


@pytest.mark.parametrize("username", ["\x00", "x" * 5000, "", "é", "'; DROP TABLE auth_user; --"])
def test_no_user_name_breaks_the_login(admin, username):
    assert log_in(Client(), username).status_code in (200, 429)


def test_logging_out_ends_the_session_and_needs_a_form(as_admin):
    assert as_admin.get("/logout/").status_code == 405
    assert as_admin.post("/logout/")["Location"] == "/login/"
    assert as_admin.get("/models/").status_code == 302


def test_an_inactive_user_stays_outside(admin):
    admin.is_active = False
    admin.save()
    assert log_in(Client()).status_code == 200


def test_changing_the_password_keeps_this_session_and_ends_the_others(admin, logged_in):
    here, there = logged_in(admin), logged_in(admin)
    data = {
        "old_password": PASSWORD,
        "new_password1": "a-new-long-word-7",
        "new_password2": "a-new-long-word-7",
    }
    assert here.post("/password/", data)["Location"] == "/password/done/"
    assert here.get("/password/done/").status_code == 200
    assert there.get("/models/").status_code == 302


PAGES = ["/login/", "/models/", "/models/poll?since=9", "/models/export.csv", "/sync/", "/activity/", "/admin/",
         "/password/",
         "/admin/catalog/model/", "/nowhere/", "/models/999/", "/livez", "/readyz"]  # fmt: skip


@pytest.mark.parametrize("url", PAGES)
def test_every_answer_carries_the_strict_policy(as_superuser, url):
    response = as_superuser.get(url)
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    # Browsers put training data straight into S3; nothing else is reached from a page.
    assert [word for word in policy.replace(";", "").split() if "http" in word] == ["http://127.0.0.1:9"]
    assert "connect-src 'self' http://127.0.0.1:9" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "url", ["/login/", "/models/", "/sync/", "/activity/", "/admin/", "/admin/catalog/model/", "/password/"]
)
def test_no_page_holds_what_the_policy_forbids(as_superuser, url):
    a_model()
    page = (Client() if url == "/login/" else as_superuser).get(url).content.decode()
    for forbidden in (
        " style=",
        "<style",
        "onclick=",
        "onsubmit=",
        "javascript:",
        'src="http',
        'href="http',
        "hx-on",
    ):
        assert forbidden not in page
    assert "<script>" not in page


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(admin):
    client = Client()
    client.get("/login/")
    log_in(client)
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def test_in_production_cookies_go_over_https_only(settings, admin):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    client.get("/login/", secure=True)
    log_in(client, secure=True, headers={"Referer": "https://testserver/login/"})
    assert client.cookies["sessionid"]["secure"]
    assert client.cookies["csrftoken"]["secure"]


@pytest.mark.parametrize("url", ["/models/", "/models/1/", "/activity/", "/sync/", "/models/export.csv"])
def test_a_page_for_people_who_are_logged_in_is_not_shared_by_caches(as_admin, url):
    """A cache on the way must not hand one person's page to another."""
    response = as_admin.get(url)
    assert "no-store" in response.get("Cache-Control", "") or "Cookie" in response.get("Vary", "")


def test_a_page_that_does_not_exist_says_so_without_details(as_admin):
    response = as_admin.get("/nowhere/")
    assert response.status_code == 404


def test_pages_of_somebody_logged_in_are_kept_by_nobody(client, admin):
    client.force_login(admin)
    assert client.get("/models/")["Cache-Control"] == "private, no-store"


def test_a_nul_in_an_admin_address_is_a_bad_request_and_no_crash(client, superuser):
    client.force_login(superuser)
    assert client.get("/admin/catalog/model/?provider__exact=%00").status_code == 400


@pytest.mark.parametrize("year", ["9999", "9999&at__month=12&at__day=31", "1", "0", "9" * 20])
@pytest.mark.parametrize("table", ["catalog/event/?at", "customization/throughput/?created_at"])
def test_a_year_beyond_the_calendar_is_a_bad_request_and_no_crash(client, superuser, table, year):
    client.force_login(superuser)
    assert client.get(f"/admin/{table}__year={year}").status_code == 400
    assert client.get(f"/admin/{table}__year=2026").status_code in (200, 302)


def test_behind_our_proxy_the_throttle_takes_the_address_the_proxy_saw(rf, settings):
    request = rf.get("/", headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.7"}, REMOTE_ADDR="172.18.0.1")
    assert client_address(request) == "172.18.0.1"
    settings.BEHIND_TLS_PROXY = True
    assert client_address(request) == "10.0.0.7"
