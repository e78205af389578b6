"""Two admins, or an admin and a worker, at the same moment: one effect each, the loser is told why. On PostgreSQL."""

import threading

import pytest
from django.db import connection, connections, transaction

from catalog import enablement
from catalog.models import Model
from customization.capacity.states import Noun
from customization.deletion import request_deletion
from customization.models import TABLES, Deletion, Deployment, Throughput
from customization.models.resource import new_token
from customization.refusal import Refused
from customization.serving import renting
from customization.serving.leases import mind_leases
from customization.serving.reconcile import reconcile_serving
from tests.integration.customization.conftest import green_base
from tests.integration.customization.serving.conftest import a_trained_model
from tests.integration.customization.serving.verdict import story, there, verdict
from tests.integration.customization.test_race import run_together

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

ROUNDS, ADMINS = 5, 4


@pytest.fixture
def models(serving, transactional_db) -> list[Model]:
    """Trained, nothing serves them."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: SQLite lets one writer in at a time")
    base = green_base()
    with transaction.atomic():
        trained = [a_trained_model(serving.control, base, f"race-{number}") for number in range(ROUNDS)]
    serving.world.wait(60)  # until they are Active
    return trained


@pytest.fixture
def in_service(serving, models) -> list[Throughput]:
    for model in models:
        renting.provision(model, units=1, actor=None, now=serving.now)
    serving.tick()
    serving.tick(60)
    assert set(Throughput.objects.values_list("state", flat=True)) == {"in service"}
    return list(Throughput.objects.select_related("model").order_by("pk"))


def both(*acts) -> list[BaseException]:
    """Do them at once, each in a thread of its own; return what they raised."""
    barrier, failed = threading.Barrier(len(acts)), []

    def body(act) -> None:
        try:
            barrier.wait(timeout=10)
            act()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=body, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    return failed


@pytest.mark.parametrize("noun", Noun)
def test_admins_who_provision_at_once_get_one_and_the_others_are_told(serving, models, noun):
    def ask(model):
        return lambda: (
            renting.deploy(Model.objects.get(pk=model.pk), actor=None, now=serving.now)
            if noun == Noun.DEPLOYMENT
            else renting.provision(Model.objects.get(pk=model.pk), units=1, actor=None, now=serving.now)
        )

    for model in models:
        refused = both(*[ask(model)] * ADMINS)
        assert [type(error) for error in refused] == [Refused] * (ADMINS - 1)
        assert all("already" in str(error) for error in refused)
        assert story(model) == [f"{noun} requested"]
    for _ in range(3):
        serving.tick(30)
    assert len(serving.births(noun.value)) == TABLES[noun].objects.count() == ROUNDS
    verdict(serving)


def test_one_button_pressed_twice_at_once_is_one_throughput(serving, models):
    for model in models:
        token = new_token()
        found = []

        def press(model=model, token=token, found=found):
            there_ = Model.objects.get(pk=model.pk)
            found.append(renting.provision(there_, units=1, token=token, actor=None, now=serving.now).pk)

        assert both(*[press] * ADMINS) == []
        assert len(found) == ADMINS
        assert len(set(found)) == 1


def test_provision_and_delete_of_one_model_at_once_never_both(serving, models):
    for model in models:
        refused = both(
            lambda model=model: renting.provision(
                Model.objects.get(pk=model.pk), units=1, actor=None, now=serving.now
            ),
            lambda model=model: request_deletion(
                Model.objects.get(pk=model.pk),
                typed_name=model.name,
                with_artifacts=False,
                actor=None,
                now=serving.now,
            ),
        )
        assert [type(error) for error in refused] == [Refused]
        assert (
            Throughput.objects.filter(model=model).count() + Deletion.objects.filter(model=model).count() == 1
        )
    for _ in range(4):
        serving.tick(30)
    assert len(serving.control.custom_models()) == len(there(serving, Noun.THROUGHPUT))
    verdict(serving)


def test_remove_and_extend_at_once_leave_no_half(serving, in_service):
    for row in in_service:
        refused = both(
            lambda row=row: renting.remove(Throughput.objects.get(pk=row.pk), actor=None, now=serving.now),
            lambda row=row: renting.extend(
                Throughput.objects.get(pk=row.pk), hours=1, actor=None, now=serving.now
            ),
        )
        assert {type(error) for error in refused} <= {Refused}
        assert Throughput.objects.get(pk=row.pk).state == "removing"
        changes = [action for action in story(row.model) if action.startswith("throughput removal")]
        assert len(changes) == 1
    verdict(serving)


def test_extensions_at_once_add_up(serving, in_service):
    for row in in_service:
        acts = [
            lambda row=row: renting.extend(
                Throughput.objects.get(pk=row.pk), hours=1, actor=None, now=serving.now
            )
        ] * ADMINS
        assert both(*acts) == []
        gained = Throughput.objects.get(pk=row.pk).ends_at - row.ends_at
        assert gained.total_seconds() == ADMINS * 3600


def test_removals_at_once_are_one(serving, in_service):
    for row in in_service:
        acts = [
            lambda row=row: renting.remove(Throughput.objects.get(pk=row.pk), actor=None, now=serving.now)
        ] * ADMINS
        refused = both(*acts)
        assert [type(error) for error in refused] == [Refused] * (ADMINS - 1)
        assert all("being removed already" in str(error) for error in refused)


def test_what_is_enabled_while_it_is_removed_is_not_green(serving, in_service):
    for row in in_service:
        refused = both(
            lambda row=row: enablement.enable(Model.objects.get(pk=row.model_id), now=serving.now),
            lambda row=row: renting.remove(Throughput.objects.get(pk=row.pk), actor=None, now=serving.now),
        )
        assert {type(error) for error in refused} <= {enablement.Refused}
        model = Model.objects.get(pk=row.model_id)
        assert (model.status, model.enabled, model.serving) == ("red", False, "removing")
    verdict(serving)


def test_reconcilers_at_once_buy_and_remove_everything_once(serving, models):
    for model in models:
        renting.provision(model, units=1, actor=None, now=serving.now)
        renting.deploy(model, actor=None, now=serving.now)

    def tick() -> None:
        reconcile_serving(serving.now)

    assert run_together(tick, ADMINS) == []
    assert len(serving.births("throughput")) == len(serving.births("deployment")) == ROUNDS
    assert len(serving.world.calls("CreateProvisionedModelThroughput")) == ROUNDS
    serving.world.wait(60)
    assert run_together(tick, ADMINS) == []
    for table in TABLES.values():
        assert set(table.objects.values_list("state", flat=True)) == {"in service"}
        for row in table.objects.select_related("model"):
            renting.remove(row, actor=None, now=serving.now)
    for _ in range(3):
        serving.world.wait(6)
        assert run_together(tick, ADMINS) == []
    verdict(serving)
    assert there(serving, Noun.THROUGHPUT) == there(serving, Noun.DEPLOYMENT) == {}
    for model in models:
        told = story(model)
        assert len(told) == len(set(told)) == 10
    assert Deployment.objects.filter(state="removed").count() == ROUNDS


def test_workers_and_admins_at_leases_at_once_do_not_lock_each_other(serving, in_service):
    """Warnings, removals and extensions lock the revision and a row: all in one order."""
    serving.world.now = in_service[0].ends_at
    serving.world.wait(-1800)

    def mind() -> None:
        for _ in range(3):
            mind_leases(serving.now)

    def remove() -> None:
        for row in Throughput.objects.order_by("pk"):
            renting.remove(row, actor=None, now=serving.now)

    def extend() -> None:
        for row in Throughput.objects.order_by("-pk"):
            try:
                renting.extend(row, hours=1, actor=None, now=serving.now)
            except Refused:
                continue

    assert both(mind, mind, remove, extend, lambda: reconcile_serving(serving.now)) == []
    assert set(Throughput.objects.values_list("state", flat=True)) <= {"removing", "removed"}
    told = [action for row in in_service for action in story(row.model)]
    assert told.count("throughput removal") == ROUNDS


def test_a_lease_that_ends_in_two_workers_at_once_ends_once(serving, in_service):
    serving.world.now = in_service[0].ends_at
    counted = []
    assert run_together(lambda: counted.append(mind_leases(serving.now)), ADMINS) == []
    assert sum(counted) == ROUNDS
    assert {story(row.model).count("throughput removal") for row in in_service} == {1}
