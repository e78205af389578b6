"""A throughput whose price was unknown gets the price that becomes known while it runs; nobody else's."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Event
from customization.capacity.commitment import Commitment
from customization.gateways import serving as gateway
from customization.models import Price, Throughput
from customization.serving import renting
from customization.serving.late_prices import fill_in
from customization.serving.money import money_clock
from tests.integration.customization.serving.conftest import a_trained_model

pytestmark = pytest.mark.django_db


def fresh(row) -> Throughput:
    return Throughput.objects.select_related("model").get(pk=row.pk)


def told(row) -> list[Event]:
    return list(Event.objects.filter(model=row.model_id, action="throughput price known"))


@pytest.fixture
def unpriced(serving, throughput) -> Throughput:
    """Rented when nobody knew the price."""
    Throughput.objects.update(unit_hour=None, price_source="")
    Price.objects.update(unit_hour=None)
    return throughput


def set_price(usd: str = "12.34") -> None:
    Price.objects.update(unit_hour=Decimal(usd), source="our contract")


def test_it_is_filled_in_at_the_next_look_and_counts_from_the_first_hour(serving, unpriced):
    serving.tick(61)
    assert (fresh(unpriced).unit_hour, told(unpriced)) == (None, [])
    set_price()
    serving.tick(61)
    row = fresh(unpriced)
    assert (row.unit_hour, "our contract" in row.price_source) == (Decimal("12.34"), True)
    [event] = told(row)
    assert event.detail["changes"] == {"USD per unit-hour": ["unknown", "12.3400"]}
    assert (event.actor_name, "our contract" in event.why) == ("modelhub", True)
    clock = money_clock(row.billed_from + timedelta(hours=2))
    assert (clock.hourly, clock.so_far, clock.unknown) == ("$12.34", "$24.68", "")
    set_price("99")
    serving.tick(61)
    assert fresh(row).unit_hour == Decimal("12.34")  # a price that is known stays what it was
    assert len(told(row)) == 1


def test_while_it_is_being_removed_too(serving, unpriced, monkeypatch):
    monkeypatch.setattr(gateway, "delete", lambda noun, name: "")
    renting.remove(unpriced, actor=None, now=serving.now)
    set_price()
    serving.tick(61)
    assert (fresh(unpriced).state, fresh(unpriced).unit_hour) == ("removing", Decimal("12.34"))


def test_what_has_ended_stays_a_record(serving, unpriced):
    renting.remove(unpriced, actor=None, now=serving.now)
    serving.tick()
    serving.tick(5)
    set_price()
    serving.tick(61)
    assert (fresh(unpriced).state, fresh(unpriced).unit_hour) == ("removed", None)
    assert fill_in({unpriced.pk: unpriced.model.base_external_id}, serving.now) == 0


def test_what_was_bought_for_a_term_has_a_price_of_its_own(serving, unpriced, monkeypatch):
    seen = gateway.observe
    committed = Commitment("OneMonth")
    monkeypatch.setattr(
        gateway,
        "observe",
        lambda noun, **only: [replace(one, commitment=committed) for one in seen(noun, **only)],
    )
    set_price()
    serving.tick(61)
    assert fresh(unpriced).unit_hour is None


def test_of_two_workers_one_writes_and_a_price_that_is_there_wins(serving, unpriced):
    set_price()
    bases = {unpriced.pk: unpriced.model.base_external_id}
    assert (fill_in(bases, serving.now), fill_in(bases, serving.now)) == (1, 0)
    assert len(told(unpriced)) == 1


def test_a_defect_there_keeps_nothing_from_being_looked_at(serving, unpriced, monkeypatch):
    monkeypatch.setattr("customization.serving.late_prices.quotes_among", lambda *_: 1 / 0)
    set_price()
    serving.tick(61)
    assert fresh(unpriced).seen_at == serving.now
    assert fresh(unpriced).unit_hour is None


def questions(serving) -> int:
    Throughput.objects.update(next_check_at=serving.now)
    with CaptureQueriesContext(connection) as asked:
        serving.tick()
    return len(asked)


def test_it_costs_one_question_a_tick_and_only_while_a_price_is_missing(serving, base, throughput):
    priced = questions(serving)
    other = renting.provision(
        a_trained_model(serving.control, base, "other"), units=1, actor=None, now=serving.now
    )
    serving.tick()
    serving.tick(60)
    assert fresh(other).state == "in service"
    assert questions(serving) == priced
    Throughput.objects.update(unit_hour=None)
    Price.objects.update(unit_hour=None)
    assert questions(serving) == priced + 1
