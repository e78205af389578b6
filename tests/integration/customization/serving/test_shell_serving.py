"""Rent, deploy, remove and delete in the Django shell: one call each, by the rules of the pages."""

from decimal import Decimal

import pytest

from catalog.models import Event
from customization.models import Deletion, Deployment, Throughput
from customization.refusal import Refused
from customization.shell_serving import delete_model, deploy, provision, remove_deployment, remove_throughput
from modelhub.management.commands.shell import Command

pytestmark = pytest.mark.django_db


def test_a_model_goes_by_name_or_as_an_object(serving, trained, admin):
    row = provision("Support-Tone", units=2, hours=3, actor=admin)
    assert (row.model, row.units, row.requested_by, row.unit_hour) == (trained, 2, admin, Decimal("60.50"))
    assert (row.ends_at - row.created_at).total_seconds() == 3 * 3600
    assert deploy(trained, actor=admin).model == trained


def test_what_was_rented_is_given_back(serving, trained, admin):
    provision(trained, actor=admin)
    deploy(trained, actor=admin)
    assert remove_throughput(trained.name, actor=admin).state == "removing"
    assert remove_deployment(trained.name, actor=admin).state == "removing"
    told = Event.objects.filter(model=trained, action="throughput removal").get()
    assert told.actor == admin


def test_renting_without_an_end_needs_a_reason(serving, trained):
    with pytest.raises(Refused, match="needs a reason"):
        provision(trained, hours=None)
    assert provision(trained, hours=None, reason="production").ends_at is None


def test_a_model_is_deleted_by_typing_its_name(serving, trained, admin):
    with pytest.raises(Refused, match="Type the model’s name"):
        delete_model(trained, typed_name="yes", actor=admin)
    row = delete_model("support-tone", typed_name="support-tone", actor=admin)
    assert (row.state, row.with_artifacts, row.requested_by) == ("requested", False, admin)


def test_rules_and_unknown_names_are_told_in_words(serving, trained):
    for call in (provision, deploy, remove_throughput):
        with pytest.raises(Refused, match=r"There is no custom model “tone”\. There is: support-tone"):
            call("tone")
    with pytest.raises(Refused, match="no live provisioned throughput"):
        remove_throughput(trained)
    provision(trained)
    with pytest.raises(Refused, match="Remove that first"):
        delete_model(trained, typed_name=trained.name)
    with pytest.raises(Refused, match="already"):
        provision(trained)
    assert (Throughput.objects.count(), Deployment.objects.count(), Deletion.objects.count()) == (1, 0, 0)


def test_a_deleted_model_is_not_found_by_its_name(serving, trained):
    delete_model(trained, typed_name=trained.name)
    Deletion.objects.update(next_check_at=serving.now)
    for _ in range(3):
        serving.tick(10)
    with pytest.raises(Refused, match="There is: none yet"):
        provision("support-tone")


def test_the_shell_has_them_at_hand():
    names = Command().get_auto_imports()
    for name in ("provision", "deploy", "remove_throughput", "remove_deployment", "delete_model"):
        assert f"customization.shell_serving.{name}" in names
