"""AWS's price list is read once a day, taken over whole or not at all, and never stands in the way of anything."""

from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.platforms import aws
from customization import price_refresh
from customization.models import Price, PriceList
from customization.prices import rates_for
from customization.tasks import refresh_prices
from tests.builders import NOW

pytestmark = pytest.mark.django_db

LITE = "amazon.nova-lite-v1:0:300k"
TRAINING = "USE1-NovaLite-Customization-Training"
DAY = timedelta(days=1)


def platform_rows() -> dict[str, Price]:
    return {row.base_prefix: row for row in Price.objects.filter(origin="platform")}


def state() -> PriceList:
    return PriceList.objects.get()


def usages(sandbox) -> list[str]:
    return [
        row["usagetype"]
        for row in sandbox.prices()
        if row["region"] == "us-east-1"
        and ("Customization" in row["usagetype"] or "NoCommit" in row["usagetype"])
    ]


class TestAGoodList:
    def test_it_is_taken_over_in_our_units_with_its_day(self, sandbox):
        assert price_refresh.refresh_due(NOW)
        row = platform_rows()["amazon.nova-lite-v1"]
        assert (row.training_per_1k, row.storage_per_month, row.unit_hour) == (
            Decimal("0.002"), Decimal("1.95"), Decimal("32.40"))  # fmt: skip
        assert (f"{row.as_of}", row.region) == ("2026-08-01", "us-east-1")
        assert rates_for(LITE).unit_hour == Decimal("32.40")
        assert (state().figures, state().refreshed_at, state().trouble) == (16, NOW, "")

    def test_the_price_service_is_asked_where_it_lives(self, sandbox):
        assert aws.client("pricing").meta.region_name == "us-east-1"

    def test_the_sandboxes_prices_do_not_claim_to_be_amazons(self, sandbox):
        price_refresh.refresh_due(NOW)
        assert {row.source for row in platform_rows().values()} == {"The sandbox’s price list"}

    def test_prices_per_million_tokens_become_ours(self, sandbox, settings):
        settings.AWS_REGION = "us-west-2"
        price_refresh.refresh_due(NOW)
        assert rates_for("meta.llama3-1-8b-instruct-v1:0:128k").training_per_1k == Decimal("0.00149")

    def test_what_it_does_not_understand_is_named(self, sandbox):
        price_refresh.refresh_due(NOW)
        assert "USE1-NovaCanvas-Customization-Training: priced per image" in state().not_understood

    def test_a_new_price_replaces_the_old_one(self, sandbox):
        price_refresh.refresh_due(NOW)
        sandbox.set_price(TRAINING, "us-east-1", 0.5)
        price_refresh.refresh_due(NOW + DAY)
        assert rates_for(LITE).training_per_1k == Decimal("0.5")
        assert Price.objects.filter(origin="platform", base_prefix="amazon.nova-lite-v1").count() == 1

    def test_a_price_that_is_gone_is_unknown_again(self, sandbox):
        price_refresh.refresh_due(NOW)
        sandbox.set_price(TRAINING, "us-east-1", None)
        price_refresh.refresh_due(NOW + DAY)
        assert rates_for(LITE).training_per_1k is None
        assert rates_for(LITE).unit_hour == Decimal("32.40")

    def test_an_admins_price_and_the_bundled_ones_are_left_alone(self, sandbox):
        Price.objects.create(
            base_prefix="amazon.nova-lite",
            region="us-east-1",
            origin="admin",
            unit_hour="28",
            as_of=NOW.date(),
        )
        before = list(Price.objects.exclude(origin="platform").values())
        price_refresh.refresh_due(NOW)
        assert list(Price.objects.exclude(origin="platform").values()) == before
        rates = rates_for(LITE)
        assert (rates.unit_hour, rates.training_per_1k) == (Decimal(28), Decimal("0.002"))


class TestWhatIsNotBelieved:
    @pytest.fixture
    def known(self, sandbox) -> list[dict]:
        price_refresh.refresh_due(NOW)
        return list(Price.objects.order_by("pk").values())

    def unchanged(self, known) -> bool:
        return list(Price.objects.order_by("pk").values()) == known

    def test_a_list_that_shrank_by_more_than_a_fifth_changes_nothing(self, sandbox, known):
        for usage in [usage for usage in usages(sandbox) if "NovaLite" in usage or "NovaMicro" in usage]:
            sandbox.set_price(usage, "us-east-1", None)
        price_refresh.refresh_due(NOW + DAY)
        assert self.unchanged(known)
        assert "lacks 6 of the 16 prices" in state().trouble
        assert state().refreshed_at == NOW

    def test_an_empty_list_changes_nothing(self, sandbox, known, monkeypatch):
        monkeypatch.setattr(price_refresh.gateway, "SERVICE", "AmazonNothing")
        price_refresh.refresh_due(NOW + DAY)
        assert self.unchanged(known)
        assert "no price that modelhub understands" in state().trouble

    @pytest.mark.parametrize(
        "fault", ["throttle", "error500", "html200", "empty200", "cut200", "lacking_key"]
    )
    def test_trouble_changes_nothing_and_is_tried_again_soon(self, sandbox, known, fault):
        sandbox.fail(fault, platform="pricing", times=9)
        price_refresh.refresh_due(NOW + DAY)
        assert self.unchanged(known)
        assert state().trouble
        assert state().next_check_at - (NOW + DAY) == timedelta(hours=1)


class TestWithoutThePermission:
    def test_it_is_said_calmly_and_asked_again_tomorrow(self, sandbox):
        sandbox.fail("denied", platform="pricing", times=9)
        assert price_refresh.refresh_due(NOW)
        assert state().needs_permission
        assert "pricing:GetProducts" in state().trouble
        assert (state().next_check_at, platform_rows()) == (NOW + DAY, {})

    def test_the_next_good_look_forgets_it(self, sandbox):
        sandbox.fail("denied", platform="pricing", times=1)
        price_refresh.refresh_due(NOW)
        price_refresh.refresh_due(NOW + DAY)
        assert (state().needs_permission, state().trouble, state().figures) == (False, "", 16)


class TestWhen:
    def test_once_a_day(self, sandbox):
        assert price_refresh.refresh_due(NOW)
        assert not price_refresh.refresh_due(NOW + DAY - timedelta(seconds=1))
        assert price_refresh.refresh_due(NOW + DAY)

    def test_whoever_asks_is_served_at_once(self, sandbox):
        price_refresh.refresh_due(NOW)
        soon = NOW + timedelta(minutes=1)
        price_refresh.ask(soon)
        assert state().is_going_on(soon)
        assert price_refresh.refresh_due(soon)
        assert not state().is_going_on(soon)

    def test_whoever_asked_a_worker_that_is_gone_may_ask_again(self, sandbox):
        price_refresh.ask(NOW)
        assert state().is_going_on(NOW + timedelta(minutes=9))
        assert not state().is_going_on(NOW + timedelta(minutes=10))

    def test_who_asks_during_a_look_is_not_made_to_wait_a_day(self, sandbox, monkeypatch):
        later, listing = NOW + timedelta(seconds=5), price_refresh.gateway.listing

        def asked_meanwhile(region):
            price_refresh.ask(later)
            return listing(region)

        monkeypatch.setattr(price_refresh.gateway, "listing", asked_meanwhile)
        price_refresh.refresh_due(NOW)
        assert (state().next_check_at, state().is_going_on(later)) == (later, True)

    def test_two_workers_one_look(self, sandbox):
        price_refresh.ask(NOW)
        first, second = PriceList.objects.get(), PriceList.objects.get()
        assert first.claim(NOW + timedelta(minutes=10))
        assert not second.claim(NOW + timedelta(minutes=10))

    def test_a_killed_worker_is_followed_by_another_after_ten_minutes(self, sandbox, monkeypatch):
        class Killed(BaseException):
            pass

        def die(region):
            raise Killed

        with monkeypatch.context() as broken:
            broken.setattr(price_refresh.gateway, "listing", die)
            with pytest.raises(Killed):
                price_refresh.refresh_due(NOW)
        assert not price_refresh.refresh_due(NOW + timedelta(minutes=9))
        assert price_refresh.refresh_due(NOW + timedelta(minutes=10))

    def test_the_task_looks_and_a_second_delivery_finds_nothing_to_do(self, sandbox):
        refresh_prices()
        asked = len(sandbox.ledger(operation="GetProducts"))
        refresh_prices()
        assert (asked, len(sandbox.ledger(operation="GetProducts"))) == (1, 1)
