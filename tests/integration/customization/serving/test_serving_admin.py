"""Throughputs, deployments and deletions in the Django admin: read, searched, and looked at sooner."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from customization.models import Deletion, Deployment, Throughput
from tests.builders import NOW
from tests.integration.customization.serving.conftest import a_trained_model

pytestmark = pytest.mark.django_db

TABLES = {"throughput": Throughput, "deployment": Deployment, "deletion": Deletion}


def listing(noun: str) -> str:
    return f"/admin/customization/{noun}/"


def a_row(noun: str, model, **columns):
    units = {"units": 1} if noun == "throughput" else {}
    name = {} if noun == "deletion" else {"name": model.name}
    usual = {
        "state": "requested",
        "created_at": NOW,
        "changed_at": NOW,
        "next_check_at": NOW,
        "remote_name": model.name,
    }
    return TABLES[noun].objects.create(model=model, **{**usual, **units, **name, **columns})


@pytest.mark.parametrize("noun", TABLES)
def test_rows_are_listed_found_and_shown_but_never_edited(serving, trained, as_superuser, noun):
    row = a_row(noun, trained, last_request_id="req-1")
    assert "support-tone" in as_superuser.get(listing(noun)).content.decode()
    assert "support-tone" in as_superuser.get(listing(noun), {"q": "req-1"}).content.decode()
    assert ">support-tone<" not in as_superuser.get(listing(noun), {"q": "nothing-like-it"}).content.decode()
    assert as_superuser.get(f"{listing(noun)}{row.pk}/change/").status_code == 200
    assert as_superuser.get(f"{listing(noun)}add/").status_code == 403
    assert as_superuser.post(f"{listing(noun)}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_throughput_shows_hours_and_cost(serving, trained, as_superuser):
    row = a_row(
        "throughput", trained, state="removed", unit_hour=Decimal("60.50"), billed_from=NOW,
        billed_until=NOW + timedelta(hours=2), failed_at=NOW + timedelta(hours=1.5),
    )  # fmt: skip
    shown = as_superuser.get(listing("throughput")).content.decode()
    assert "2.00" in shown
    assert "$121.00" in shown
    assert "0.50" in as_superuser.get(f"{listing('throughput')}{row.pk}/change/").content.decode()


def test_an_unknown_price_stays_unknown(serving, trained, as_superuser):
    a_row("throughput", trained, state="in service", billed_from=NOW)
    assert "unknown" in as_superuser.get(listing("throughput")).content.decode()


@pytest.mark.parametrize("noun", TABLES)
def test_check_now_makes_live_rows_due_and_leaves_settled_ones_alone(
    serving, trained, base, as_superuser, noun
):
    live = a_row(noun, trained, next_check_at=NOW + timedelta(days=1))
    other = a_trained_model(serving.control, base, "other-tone")
    over = a_row(noun, other, state="removed", next_check_at=None)
    wish = {"action": "check_now", "_selected_action": [live.pk, over.pk]}
    with time_machine.travel(NOW, tick=False):
        answer = as_superuser.post(listing(noun), wish, follow=True)
    assert f"1 {noun} is looked at now" in answer.content.decode()
    live.refresh_from_db()
    over.refresh_from_db()
    assert live.next_check_at == NOW
    assert over.next_check_at is None


@pytest.mark.parametrize("noun", TABLES)
def test_more_rows_ask_no_more_of_the_database(
    serving, base, as_superuser, superuser, noun, django_assert_max_num_queries
):
    for number in range(12):
        model = a_trained_model(serving.control, base, f"tone-{number}")
        a_row(noun, model, requested_by=superuser)
    as_superuser.get(listing(noun))
    with django_assert_max_num_queries(10):
        as_superuser.get(listing(noun))
