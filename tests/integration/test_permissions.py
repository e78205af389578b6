"""Every address × everybody who might ask for it. An address without a row fails."""

from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import AnonymousUser, Group, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from catalog.customs import add_custom_model
from catalog.history import event
from catalog.models import SyncRun
from customization.models import CustomizationJob, Dataset, Deletion, Deployment, Found, Price, Throughput
from tests.builders import NOW, a_model

pytestmark = pytest.mark.django_db

LOGIN, OK, NO, MOVED, GONE = "login", 200, 403, 302, 404
WRONG, TOO_SOON, NO_PLATFORM = 422, 409, 502
ROLES = ("anonymous", "nobody", "viewer", "admin", "staff viewer", "staff admin", "superuser")

# Who may do what in our own pages: (anonymous, nobody, viewer, admin, staff viewer, staff admin, superuser)
VIEW = (LOGIN, NO, OK, OK, OK, OK, OK)
VIEW_GOES_ON = (LOGIN, NO, MOVED, MOVED, MOVED, MOVED, MOVED)
CHANGE = (LOGIN, NO, NO, MOVED, NO, MOVED, MOVED)
CHANGE_IN_PLACE = (LOGIN, NO, NO, OK, NO, OK, OK)
ANYBODY = (OK,) * 7
LOGGED_IN = (LOGIN, OK, OK, OK, OK, OK, OK)
# The admin: who is no staff is sent to the login page, or back to the models when logged in.
STAFF = (LOGIN, MOVED, MOVED, MOVED, OK, OK, OK)
SUPERUSER = (LOGIN, MOVED, MOVED, MOVED, NO, NO, OK)
SETS_PRICES = (LOGIN, MOVED, MOVED, MOVED, NO, OK, OK)
NOBODY_ADDS = (LOGIN, MOVED, MOVED, MOVED, NO, NO, NO)


def spends(status: int) -> tuple:
    """For those who may spend money; enabling models is another permission."""
    return (LOGIN, NO, NO, NO, NO, NO, status)


def creates(status: int) -> tuple:
    """For those who may make custom models."""
    return (LOGIN, NO, NO, status, NO, status, status)


# route (as the resolver knows it) -> rows of (method, what to fill in, expected status of each role)
OURS: dict[str, list[tuple[str, dict[str, Any], tuple]]] = {
    "": [("get", {}, VIEW_GOES_ON)],
    "models/": [("get", {}, VIEW)],
    "models/poll": [("get", {"since": "99"}, VIEW)],
    "models/export.csv": [("get", {}, VIEW)],
    "models/switch": [("post", {"action": "enable"}, CHANGE_IN_PLACE)],
    "models/<int:pk>/": [("get", {}, VIEW)],
    "models/<int:pk>/poll": [("get", {}, VIEW)],
    "models/<int:pk>/enable": [("post", {}, CHANGE)],
    "models/<int:pk>/disable": [("post", {"pk": "green"}, CHANGE)],
    "sync/": [("get", {}, VIEW)],
    "sync/start": [("post", {}, CHANGE)],
    "sync/<int:pk>/": [("get", {"pk": "run"}, VIEW)],
    "activity/": [("get", {}, VIEW)],
    "custom/new/": [("get", {}, creates(OK)), ("post", {}, creates(WRONG))],
    "custom/new/parts": [("post", {}, creates(OK))],
    "custom/new/name": [("get", {}, creates(OK))],
    "custom/jobs/": [("get", {}, VIEW)],
    "custom/jobs/<int:pk>/": [("get", {}, VIEW)],
    "custom/jobs/<int:pk>/poll": [("get", {}, VIEW)],
    "custom/jobs/<int:pk>/stop": [("get", {}, creates(OK)), ("post", {}, CHANGE)],
    "custom/jobs/<int:pk>/archive": [("post", {}, creates(TOO_SOON))],
    "custom/jobs/<int:pk>/<str:which>.csv": [("get", {}, (LOGIN, NO, GONE, GONE, GONE, GONE, GONE))],
    "custom/datasets/begin": [("post", {}, creates(WRONG))],
    "custom/datasets/refer": [("post", {}, creates(WRONG))],
    "custom/datasets/<int:pk>/": [("get", {}, creates(OK))],
    "custom/datasets/<int:pk>/report": [("get", {}, VIEW)],
    "custom/datasets/<int:pk>/parts": [("get", {}, creates(OK))],
    "custom/datasets/<int:pk>/sign": [("post", {}, creates(TOO_SOON))],
    "custom/datasets/<int:pk>/finish": [("post", {}, CHANGE_IN_PLACE)],
    "custom/datasets/<int:pk>/cancel": [("post", {}, CHANGE_IN_PLACE)],
    "custom/models/<int:pk>/serving/": [("get", {"pk": "custom"}, VIEW)],
    "custom/models/<int:pk>/serving/poll": [("get", {"pk": "custom"}, VIEW)],
    "custom/models/<int:pk>/serving/cost": [
        ("get", {"pk": "custom"}, VIEW),
        ("post", {"pk": "custom"}, VIEW),
    ],
    "custom/models/<int:pk>/serving/provision": [("post", {"pk": "custom"}, spends(TOO_SOON))],
    "custom/models/<int:pk>/serving/deploy": [("post", {"pk": "custom"}, spends(TOO_SOON))],
    "custom/throughputs/<int:pk>/remove": [("get", {}, spends(TOO_SOON)), ("post", {}, spends(TOO_SOON))],
    "custom/throughputs/<int:pk>/extend": [("post", {}, spends(TOO_SOON))],
    "custom/throughputs/<int:pk>/without-end": [
        ("get", {}, spends(TOO_SOON)),
        ("post", {}, spends(TOO_SOON)),
    ],
    "custom/deployments/<int:pk>/remove": [("get", {}, spends(TOO_SOON)), ("post", {}, spends(TOO_SOON))],
    "custom/models/<int:pk>/configuration/": [("get", {"pk": "custom"}, VIEW)],
    "custom/models/<int:pk>/configuration/poll": [("get", {"pk": "custom"}, VIEW)],
    "custom/models/<int:pk>/configuration/text": [("post", {"pk": "custom"}, CHANGE)],
    "custom/models/<int:pk>/delete": [
        ("get", {"pk": "custom"}, creates(TOO_SOON)),
        ("post", {"pk": "custom"}, creates(TOO_SOON)),
    ],
    "custom/found/": [("get", {}, VIEW)],
    "custom/found/look": [("post", {}, CHANGE)],
    "custom/found/<int:pk>/adopt": [
        ("post", {}, creates(NO_PLATFORM)),
        ("get", {}, creates(MOVED)),
        ("get", {"pk": "rented stranger"}, spends(OK)),
        ("post", {"pk": "rented stranger"}, spends(OK)),
    ],
    "custom/found/<int:pk>/foreign": [("post", {}, CHANGE)],
    "custom/found/<int:pk>/again": [("post", {}, CHANGE)],
    "custom/money/": [("get", {}, VIEW)],
    "custom/spend/": [("get", {}, VIEW)],
    "custom/spend/training/": [("get", {}, VIEW)],
    "custom/spend/export.csv": [("get", {}, VIEW)],
    "custom/pricing/": [("get", {}, VIEW)],
    "custom/pricing/tokens/": [("get", {}, VIEW)],
    "custom/pricing/refresh": [("post", {}, CHANGE)],
    "login/": [("get", {}, (OK, MOVED, MOVED, MOVED, MOVED, MOVED, MOVED))],
    "logout/": [("post", {}, (MOVED,) * 7)],
    "password/": [("get", {}, LOGGED_IN)],
    "password/done/": [("get", {}, LOGGED_IN)],
    "livez": [("get", {}, ANYBODY)],
    "readyz": [("get", {}, ANYBODY)],
}
ADMIN: dict[str, list[tuple[str, dict[str, Any], tuple]]] = {
    "admin/catalog/model/": [("get", {}, STAFF)],
    "admin/catalog/model/add/": [("get", {}, NOBODY_ADDS), ("post", {}, NOBODY_ADDS)],
    "admin/catalog/model/<path:object_id>/change/": [
        ("get", {}, STAFF),
        ("post", {"note": "hello"}, (LOGIN, MOVED, MOVED, MOVED, NO, MOVED, MOVED)),
    ],
    "admin/catalog/model/<path:object_id>/delete/": [("post", {"post": "yes"}, NOBODY_ADDS)],
    "admin/catalog/model/<path:object_id>/history/": [("get", {}, STAFF)],
    "admin/catalog/syncrun/": [("get", {}, STAFF)],
    "admin/catalog/syncrun/add/": [("get", {}, NOBODY_ADDS)],
    "admin/catalog/syncrun/<path:object_id>/change/": [
        ("get", {}, STAFF),
        ("post", {"stage": "x"}, NOBODY_ADDS),
    ],
    "admin/catalog/syncrun/<path:object_id>/delete/": [("post", {"post": "yes"}, NOBODY_ADDS)],
    "admin/catalog/syncrun/<path:object_id>/history/": [("get", {}, STAFF)],
    "admin/catalog/event/": [("get", {}, STAFF)],
    "admin/catalog/event/add/": [("get", {}, NOBODY_ADDS)],
    "admin/catalog/event/<path:object_id>/change/": [("get", {}, STAFF), ("post", {"why": "x"}, NOBODY_ADDS)],
    "admin/catalog/event/<path:object_id>/delete/": [("post", {"post": "yes"}, NOBODY_ADDS)],
    "admin/catalog/event/<path:object_id>/history/": [("get", {}, STAFF)],
    "admin/": [("get", {}, STAFF)],
    "admin/auth/user/": [("get", {}, SUPERUSER)],
    "admin/auth/user/add/": [("get", {}, SUPERUSER)],
    "admin/auth/group/": [("get", {}, SUPERUSER)],
}
for noun in ("customizationjob", "dataset", "found", "throughput", "deployment", "deletion"):
    ADMIN |= {
        f"admin/customization/{noun}/": [("get", {}, STAFF)],
        f"admin/customization/{noun}/add/": [("get", {}, NOBODY_ADDS), ("post", {}, NOBODY_ADDS)],
        f"admin/customization/{noun}/<path:object_id>/change/": [
            ("get", {}, STAFF), ("post", {"state": "x"}, NOBODY_ADDS),
        ],
        f"admin/customization/{noun}/<path:object_id>/delete/": [("post", {"post": "yes"}, NOBODY_ADDS)],
        f"admin/customization/{noun}/<path:object_id>/history/": [("get", {}, STAFF)],
    }  # fmt: skip
ADMIN |= {
    "admin/customization/price/": [("get", {}, STAFF)],
    "admin/customization/price/add/": [("get", {}, SETS_PRICES)],
    "admin/customization/price/<path:object_id>/change/": [
        ("get", {}, STAFF), ("post", {"unit_hour": "0"}, NOBODY_ADDS),
    ],
    "admin/customization/price/<path:object_id>/delete/": [("post", {"post": "yes"}, NOBODY_ADDS)],
    "admin/customization/price/<path:object_id>/history/": [("get", {}, STAFF)],
}  # fmt: skip
TABLE = OURS | ADMIN
# The admin's own machinery and the vendors' models: behind the same gate, not ours to list one by one.
NOT_OURS = ("admin/auth/", "admin/axes/", "admin/login/", "admin/logout/", "admin/password_change/", "admin/jsi18n/",
            "admin/autocomplete/", "admin/r/", "admin/^(?P<app_label>", "admin/(?P<url>")  # fmt: skip
OURS_TOO = ("catalog", "modelhub", "customization")


def routes(resolver: URLResolver, before: str = "") -> list[str]:
    found = []
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            found.append(route)
        else:
            found += routes(pattern, route)
    return found


def test_every_address_has_a_row():
    # The admin's second spelling of a change page (…/<id>/) only redirects to the first.
    known = {*TABLE, *(f"{route.removesuffix('change/')}" for route in ADMIN if route.endswith("change/"))}
    missing = [
        route for route in routes(get_resolver()) if route not in known and not route.startswith(NOT_OURS)
    ]
    assert missing == []


def test_no_row_is_about_an_address_that_is_no_more():
    assert set(TABLE) - set(routes(get_resolver())) == set()


def test_the_admin_shows_no_model_of_ours_that_the_table_lacks():
    shown = [model._meta for model in django_admin.site._registry]
    ours = {meta.label_lower.replace(".", "/") for meta in shown if meta.app_label in OURS_TOO}
    nouns = ("customizationjob", "dataset", "found", "price", "throughput", "deployment", "deletion")
    customization = {f"customization/{noun}" for noun in nouns}
    assert ours == {"catalog/model", "catalog/syncrun", "catalog/event"} | customization


@pytest.fixture
def things() -> dict[str, Any]:
    yellow, green = a_model(1), a_model(2, enabled=True)
    event(yellow, "added", now=NOW).save()
    run = SyncRun.objects.create(platform="bedrock", state="succeeded", requested_at=NOW, result={})
    custom = add_custom_model("tone", green, description="", actor=None, now=NOW)
    job = CustomizationJob.objects.create(model=custom, base=green, remote_name="tone-1", state="requested",
                                          created_at=NOW, changed_at=NOW, next_check_at=NOW)  # fmt: skip
    dataset = Dataset.objects.create(
        purpose="training", state="valid", filename="x", created_at=NOW, rows=1, tokens=1
    )
    found = Found.objects.create(noun="model", arn="arn:x", name="theirs", first_seen_at=NOW)
    rented = Found.objects.create(noun="throughput", arn="arn:y", name="rented", first_seen_at=NOW)
    row = {"model": custom, "state": "removed", "created_at": NOW, "changed_at": NOW}
    served = {
        "throughput": Throughput.objects.create(units=1, **row),
        "deployment": Deployment.objects.create(**row),
        "deletion": Deletion.objects.create(**row | {"state": "refused"}),
    }
    return served | {
        "yellow": yellow, "green": green, "custom": custom, "run": run, "event": yellow.events.get(),
        "customizationjob": job, "dataset": dataset, "found": found, "rented stranger": rented,
        "price": Price.objects.filter(origin="bundled").first(),
    }  # fmt: skip


def somebody(role: str) -> User | AnonymousUser:
    if role == "anonymous":
        return AnonymousUser()
    if role == "superuser":
        return User.objects.create_superuser("root")
    user = User.objects.create_user("sam", is_staff="staff" in role)
    group = {"viewer": "Model viewers", "admin": "Model admins"}.get(role.split()[-1])
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def browser_of(role: str, **options: Any) -> Client:
    client, user = Client(**options), somebody(role)
    if user.is_authenticated:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(route: str, fields: dict[str, Any], things: dict[str, Any]) -> str:
    nouns = {"syncrun": "run", "event": "event", "customizationjob": "customizationjob",
             "custom/jobs": "customizationjob", "dataset": "dataset", "found": "found", "price": "price",
             **{noun: noun for noun in ("throughput", "deployment", "deletion")}}  # fmt: skip
    default = next((thing for part, thing in nouns.items() if part in route), "yellow")
    key = str(things[fields.get("pk", default)].pk)
    return "/" + route.replace("<int:pk>", key).replace("<path:object_id>", key).replace(
        "<str:which>", "training"
    )


CASES = [
    pytest.param(role, method, route, fields, expected[number], id=f"{role}-{method}-/{route}")
    for number, role in enumerate(ROLES)
    for route, rows in TABLE.items()
    for method, fields, expected in rows
]


@pytest.mark.parametrize(("role", "method", "route", "fields", "expected"), CASES)
def test_each_address_lets_in_whom_it_should(things, role, method, route, fields, expected):
    data = {key: value for key, value in fields.items() if key != "pk"}
    response = getattr(browser_of(role), method)(address(route, fields, things), data)
    if expected == LOGIN:
        assert response.status_code == 302
        assert response["Location"].startswith(("/login/?next=/", "/admin/login/?next=/"))
    else:
        assert response.status_code == expected
        if expected == 302:
            assert not response["Location"].startswith("/login/") or "logout" in route
    if expected in (LOGIN, NO):
        things["yellow"].refresh_from_db()
        assert (things["yellow"].enabled, things["yellow"].note) == (False, "")
        assert SyncRun.objects.count() == 1
        assert not CustomizationJob.objects.get().stop_wanted
        assert set(Found.objects.values_list("state", flat=True)) == {"new"}
        assert Dataset.objects.count() == 1


POST_ONLY = ["/custom/pricing/refresh", "/custom/new/parts",
             "/custom/models/1/serving/provision", "/custom/models/1/serving/deploy", "/custom/throughputs/1/extend",
             "/custom/models/1/configuration/text",
             "/custom/jobs/1/archive", "/custom/datasets/begin", "/custom/datasets/refer",
             "/custom/datasets/1/sign", "/custom/datasets/1/finish", "/custom/datasets/1/cancel", "/custom/found/look",
             "/custom/found/1/foreign", "/custom/found/1/again", "/models/switch",
             "/models/1/enable",
             "/models/1/disable", "/sync/start", "/logout/"]  # fmt: skip
READ_ONLY = ["/custom/spend/", "/custom/spend/training/", "/custom/spend/export.csv", "/custom/pricing/",
             "/custom/models/1/serving/", "/custom/models/1/serving/poll", "/custom/money/",
             "/custom/models/1/configuration/", "/custom/models/1/configuration/poll",
             "/custom/new/name", "/custom/datasets/1/report", "/custom/jobs/", "/custom/jobs/1/", "/custom/jobs/1/poll",
             "/custom/jobs/1/training.csv", "/custom/datasets/1/", "/custom/datasets/1/parts", "/custom/found/", "/",
             "/models/", "/models/poll", "/models/export.csv", "/models/1/", "/models/1/poll", "/sync/", "/sync/1/",
             "/activity/", "/livez", "/readyz"]  # fmt: skip


@pytest.mark.parametrize("url", POST_ONLY)
def test_what_changes_something_is_never_done_by_a_link(url):
    client = browser_of("superuser")
    for method in ("get", "head", "put", "delete"):
        assert getattr(client, method)(url).status_code == 405


@pytest.mark.parametrize("url", READ_ONLY)
def test_what_only_shows_something_takes_no_form(url):
    client = browser_of("superuser")
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(url).status_code == 405


@pytest.mark.parametrize("url", [*POST_ONLY, "/custom/jobs/1/stop", "/custom/models/1/delete"])
def test_a_form_without_its_token_is_refused(url, things):
    client = browser_of("superuser", enforce_csrf_checks=True)
    response = client.post(url, {"action": "enable"})
    assert response.status_code == 403
    assert not SyncRun.objects.filter(state="requested").exists()


@pytest.mark.parametrize(("method", "url"), [("get", "/models/"), ("get", "/models/poll"), ("post", "/sync/start"),
                                             ("post", "/models/1/enable"), ("get", "/sync/1/")])  # fmt: skip
def test_an_expired_session_sends_an_htmx_request_to_the_login_page_whole(method, url):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/models/?q=nova&page=2"}
    response = getattr(Client(), method)(url, headers=headers)
    assert (response.status_code, response.content) == (204, b"")
    assert response["HX-Redirect"] == "/login/?next=%2Fmodels%2F%3Fq%3Dnova%26page%3D2"


def test_a_foreign_page_is_not_taken_over_into_the_login_address():
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/models/"}
    assert Client().get("/models/poll", headers=headers)["HX-Redirect"] == "/login/?next=%2Fmodels%2F"


def test_a_refusal_names_the_permission_that_is_missing():
    page = browser_of("nobody").get("/models/").content.decode()
    assert "catalog.view_model" in page
    assert "Ask an administrator" in page


def test_the_groups_hold_what_their_names_say():
    held = {
        group.name: set(group.permissions.values_list("codename", flat=True))
        for group in Group.objects.filter(name__startswith="Model ")
    }
    viewers = {
        "view_model",
        "view_syncrun",
        "view_event",
        "view_customizationjob",
        "view_dataset",
        "view_found",
        "view_throughput",
        "view_deployment",
        "view_deletion",
        "view_price",
    }
    spenders = {
        "view_model",
        "view_event",
        "view_throughput",
        "view_deployment",
        "view_deletion",
        "view_price",
        "spend",
    }
    admins = {"change_model", "enable_model", "sync_models", "create_custom_model", "adopt_found"}
    admins.add("delete_custom_model")
    prices = {f"{verb}_price" for verb in ("view", "add", "change", "delete")}
    assert held == {
        "Model viewers": viewers,
        "Model admins": viewers | admins | prices,
        "Model spenders": spenders,
    }


def test_a_viewer_is_shown_no_button_that_would_be_refused(things):
    pages = browser_of("viewer")
    job = things["customizationjob"].get_absolute_url()
    for url in ("/models/", f"/models/{things['yellow'].pk}/", f"/sync/{things['run'].pk}/", "/sync/", job,
                "/custom/jobs/", "/custom/found/"):  # fmt: skip
        page = pages.get(url).content.decode()
        for action in ("/custom/new/", "/stop", "/archive", "/adopt", "/foreign", "/again", "/found/look", "?clone=",
                       "/enable", "/disable", "/sync/start", "/models/switch", "/admin/"):  # fmt: skip
            assert f'action="{action}' not in page
            assert f'{action}"' not in page
            assert not action.startswith("?") or action not in page
