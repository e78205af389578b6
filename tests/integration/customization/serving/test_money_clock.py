"""The money clock: what runs now per hour and so far, in one query; unknown is never 0."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Model
from customization.clock import whole_clock
from customization.models import Found, Throughput
from customization.serving import renting
from customization.serving.money import money_clock

pytestmark = pytest.mark.django_db


def test_nothing_runs_before_the_platform_has_accepted(serving, trained):
    renting.provision(trained, units=1, actor=None, now=serving.now)
    assert not money_clock(serving.now).is_running
    serving.tick()
    assert money_clock(serving.now).is_running


def test_it_adds_up_until_the_platform_says_that_it_is_gone(serving, throughput):
    start = throughput.billed_from
    clock = money_clock(start + timedelta(hours=8))
    assert (clock.hourly, clock.so_far, clock.unknown) == ("$60.50", "$484.00", "")
    renting.remove(throughput, actor=None, now=serving.now)
    assert money_clock(serving.now).is_running
    serving.tick()
    serving.tick(5)
    assert not money_clock(serving.now).is_running


def test_an_unknown_price_is_counted_apart(serving, throughput):
    Throughput.objects.update(unit_hour=None)
    clock = money_clock(serving.now)
    assert (clock.unknown, clock.burn.is_known) == ("1 running, price unknown", False)
    Throughput.objects.create(
        model=throughput.model, state="removed", units=2, unit_hour=Decimal(10), billed_from=serving.now,
        created_at=serving.now, changed_at=serving.now,
    )  # fmt: skip
    clock = money_clock(serving.now)
    assert (clock.hourly, clock.unknown) == ("$20.00", "1 at unknown price")


@pytest.mark.parametrize(("minutes", "warns"), [(61, False), (60, True), (1, True), (-1, True)])
def test_a_lease_that_ends_within_the_hour_warns(serving, throughput, minutes, warns):
    Throughput.objects.update(ends_at=serving.now + timedelta(minutes=minutes))
    assert bool(money_clock(serving.now).warning) == warns
    Throughput.objects.update(ends_at=None)
    assert money_clock(serving.now).warning == ""


def test_it_is_one_question_and_only_for_pages_that_show_it(serving, throughput, as_viewer):
    with CaptureQueriesContext(connection) as asked:
        money_clock(serving.now)
    assert len(asked) == 1
    for url, times in (
        ("/models/", 1),
        (f"/models/{throughput.model.pk}/poll?rev={throughput.model.rev}", 0),
    ):
        throughput.model.refresh_from_db()
        with CaptureQueriesContext(connection) as asked:
            as_viewer.get(url.replace("rev=0", f"rev={throughput.model.rev}"))
        assert len([query for query in asked if "billed_from" in query["sql"]]) == times, url


def test_another_throughput_at_the_same_price_is_another_clock(serving, throughput, as_viewer):
    """A page that still shows the dollars of the old one must not be told that nothing has changed."""
    before = money_clock(serving.now).version
    assert money_clock(serving.now + timedelta(hours=5)).version == before
    Throughput.objects.update(billed_from=throughput.billed_from + timedelta(hours=5))
    assert money_clock(serving.now + timedelta(hours=6)).version != before
    assert as_viewer.get("/custom/money/", {"seen": before}).status_code == 200


# --- what strangers cost


def a_stranger(model: Model, now, number: int = 1, **fields) -> Found:
    usual = {"noun": "throughput", "name": "theirs", "model_arn": model.arn, "units": 1}
    return Found.objects.create(arn=f"arn:theirs/{number}", first_seen_at=now, **{**usual, **fields})


def test_what_strangers_cost_stands_beside_ours_and_leads_to_found(serving, trained, as_viewer):
    a_stranger(trained, serving.now)
    page = as_viewer.get("/models/").content.decode()
    assert '<a class="money money-strangers" href="/custom/found/"' in page
    assert "+ $60.50/h not ours</a>" in page
    assert "Nothing rented" in page
    assert '<span class="hidden"> at a cost</span>' in page  # the count in the navigation
    Found.objects.update(state="foreign")
    assert "not ours</a>" not in as_viewer.get("/models/").content.decode()


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ((1, 2), "$181.50/h not ours"),
        ((None,), "1 not ours, price unknown"),
        ((1, None), "$60.50/h at least not ours"),
    ],
)
def test_a_price_of_a_stranger_that_is_unknown_is_no_zero(serving, trained, units, said):
    for number, count in enumerate(units):
        a_stranger(trained, serving.now, number, units=count)
    assert whole_clock(serving.now).not_ours == said


def test_who_may_not_see_found_sees_the_cost_without_a_link(serving, trained, viewer, as_viewer):
    a_stranger(trained, serving.now)
    group = viewer.groups.get()
    group.permissions.remove(group.permissions.get(codename="view_found"))
    page = as_viewer.get("/models/").content.decode()
    assert "+ $60.50/h not ours</span>" in page
    assert 'href="/custom/found/"' not in page


@pytest.mark.parametrize(("strangers", "most"), [(0, 2), (1, 4), (30, 4)])
def test_strangers_are_a_second_question_however_many(serving, trained, throughput, strangers, most):
    for number in range(strangers):
        a_stranger(trained, serving.now, number)
    with CaptureQueriesContext(connection) as asked:
        whole_clock(serving.now)
    assert len(asked) <= most


# --- its own poll, on pages where nothing else brings a new one


def test_it_asks_for_itself_and_gets_an_answer_only_when_it_is_no_longer_true(serving, throughput, as_viewer):
    page = as_viewer.get("/custom/spend/training/").content.decode()
    url = re.search(r'hx-get="(/custom/money/[^"]*)"\s+hx-trigger="every 60s, poll-now"', page)[1]
    assert as_viewer.get(url).status_code == 204
    serving.world.wait(600)
    assert as_viewer.get(url).status_code == 204  # dollars tick in the page
    Throughput.objects.update(billed_until=serving.now, state="removed")
    answer = as_viewer.get(url)
    assert (answer.status_code, "Nothing rented" in answer.content.decode()) == (200, True)
    assert as_viewer.get("/custom/money/").content.decode().count('id="money"') == 1


def test_a_stranger_changes_what_it_says(serving, trained):
    before = whole_clock(serving.now).version
    a_stranger(trained, serving.now)
    assert whole_clock(serving.now).version != before


def test_who_may_not_see_money_is_not_told(viewer, as_viewer):
    group = viewer.groups.get()
    group.permissions.remove(group.permissions.get(codename="view_throughput"))
    assert as_viewer.get("/custom/money/").status_code == 403


def test_the_poll_of_the_configuration_brings_the_clock(serving, throughput, as_viewer):
    answer = as_viewer.get(f"/custom/models/{throughput.model.pk}/configuration/poll", {"rev": "0"})
    assert 'id="money"' in answer.content.decode()
    assert "$60.50/h" in answer.content.decode()
