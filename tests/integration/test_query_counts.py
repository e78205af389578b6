"""Every page asks the database a small, fixed number of questions, however many models there are.

Two of a whole page's are for the money clock in the top bar (what is rented, and what strangers cost); silent polls and
clicks do not ask them."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.history import current_revision, event, next_revision
from catalog.models import Event, Model, SyncRun
from customization.models import Found
from tests.builders import NOW, a_model, many_models

pytestmark = pytest.mark.django_db

FEW, MANY = 50, 10_000


def questions(client: Client, url: str, expected: int = 200, **post) -> int:
    """How many, apart from the transaction's own words."""
    client.get("/models/poll?since=0")  # session, user and permissions are read alike by every request
    with CaptureQueriesContext(connection) as queries:
        response = client.post(url, post["data"], headers=post["headers"]) if post else client.get(url)
        response.getvalue()
    assert response.status_code == expected
    return len([q for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])


def fill(count: int) -> None:
    next_revision()
    many_models(count)
    run = SyncRun.objects.create(
        platform="bedrock", state="succeeded", requested_at=NOW, finished_at=NOW, result={}
    )
    Event.objects.bulk_create(
        event(model, "added", now=NOW, sync_run=run) for model in Model.objects.only("pk")[: min(count, 2000)]
    )


PAGES = {
    "the list": ("/models/", 200, 10),
    "the list, filtered": ("/models/?q=model&provider=Meta&capability=chat&sort=-name", 200, 11),
    "the last page of the list": ("/models/?page=99999", 200, 10),
    "the unchanged poll": ("/models/poll?since=1&ids=1,2,3&everything=1", 204, 5),
    "the model page": ("/models/{first}/", 200, 8),
    "the unchanged model poll": ("/models/{first}/poll?rev=0", 204, 5),
    "the sync runs": ("/sync/", 200, 10),
    "the sync run": ("/sync/{run}/", 200, 7),
    "the activity": ("/activity/", 200, 8),
    "the activity, searched": ("/activity/?q=model", 200, 8),
    "the csv": ("/models/export.csv", 200, 5),
}


@pytest.fixture(scope="module")
def counted(django_db_setup, django_db_blocker) -> dict[int, dict[str, int]]:
    """The questions of every page at each size: the rows are made once and rolled back."""
    found: dict[int, dict[str, int]] = {}
    with django_db_blocker.unblock():
        for size in (FEW, MANY):
            found[size] = _count_all(size)
    return found


def _count_all(size: int) -> dict[str, int]:
    cache.clear()
    with transaction.atomic():
        anna = User.objects.create_user("anna")
        anna.groups.add(Group.objects.get(name="Model admins"))
        client = Client()
        client.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
        fill(size)
        ids = {"first": Model.objects.order_by("pk").first().pk, "run": SyncRun.objects.get().pk}
        counts = {
            name: questions(client, url.format(**ids), expected) for name, (url, expected, _) in PAGES.items()
        }
        yellow = Model.objects.filter(status="yellow").first()
        counts["a click"] = questions(
            client, f"/models/{yellow.pk}/enable", data={}, headers={"HX-Request": "true"}
        )
        since = current_revision()
        changed = list(Model.objects.order_by("pk").values_list("pk", flat=True)[:5])
        Model.objects.filter(pk__in=changed).update(rev=since)
        shown = ",".join(map(str, changed))
        counts["the poll with 5 changed rows"] = questions(
            client, f"/models/poll?since={since - 1}&ids={shown}&everything={size}"
        )
        transaction.set_rollback(True)
    return counts


MOST = {name: most for name, (_, _, most) in PAGES.items()} | {
    "a click": 10,
    "the poll with 5 changed rows": 10,
}


@pytest.mark.parametrize("name", MOST)
def test_a_page_asks_as_much_of_10_000_models_as_of_50(counted, name):
    assert counted[FEW][name] == counted[MANY][name]


@pytest.mark.parametrize("name", MOST)
def test_a_page_asks_no_more_than_it_must(counted, name):
    assert counted[FEW][name] <= MOST[name]


def test_asking_again_whether_anything_changed_costs_one_question_beside_the_login(as_viewer):
    """Session, user, two for the permissions, and the revision."""
    a_model()
    with CaptureQueriesContext(connection) as queries:
        assert as_viewer.get(f"/models/poll?since={current_revision()}").status_code == 204
    asked = [q["sql"] for q in queries]
    assert (
        len([sql for sql in asked if "catalog_" in sql and "auth" not in sql]) == 2
    )  # one is the test's own
    assert not [sql for sql in asked if "catalog_model" in sql and "permission" not in sql]


def strangers(count: int) -> None:
    """So many of each kind, each on a base model of its own."""
    Found.objects.bulk_create(
        Found(noun=noun, arn=f"arn:{noun}/{n}", name=f"theirs-{n}", units=1, first_seen_at=NOW,
              base_arn=f"arn:aws:bedrock:us-east-1::foundation-model/acme.tunable-{n}",
              model_arn=f"arn:aws:bedrock:us-east-1:1:custom-model/acme.tunable-{n}/x")
        for noun in Found.Noun.values for n in range(count)
    )  # fmt: skip


@pytest.mark.parametrize(("url", "most"), [("/models/", 13), ("/custom/spend/", 19), ("/custom/found/", 23)])
def test_a_page_asks_as_much_about_30_strangers_of_different_bases_as_about_1(as_viewer, url, most):
    """Every page shows what they cost: the region's prices are read once, not once for each base model."""
    as_viewer.get(url)  # what is kept per revision is read alike by both
    strangers(1)
    about_one = questions(as_viewer, url)
    Found.objects.all().delete()
    strangers(30)
    assert questions(as_viewer, url) == about_one
    assert about_one <= most


def test_the_page_of_what_was_found_asks_for_prices_only_where_there_are_any(as_viewer):
    """Jobs have no price, and deployments none by the hour; Spend asks no more for its warning than its clock does."""
    strangers(2)
    asked = {}
    for url in ("/custom/found/", "/custom/spend/"):
        with CaptureQueriesContext(connection) as queries:
            as_viewer.get(url)
        asked[url] = len([q for q in queries if 'FROM "customization_price"' in q["sql"]])
    assert asked == {"/custom/found/": 2, "/custom/spend/": 2}
