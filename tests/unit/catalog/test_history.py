"""Revisions order all changes; events are only ever added."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from catalog.history import current_revision, event, next_revision
from catalog.models import Event, Revision
from tests.builders import NOW, a_model

pytestmark = pytest.mark.django_db


def test_revisions_count_up_from_one():
    Revision.objects.all().delete()
    assert current_revision() == 0
    assert [next_revision(), next_revision()] == [1, 2]
    assert current_revision() == 2


def test_a_rolled_back_change_takes_its_revision_with_it():
    next_revision()
    before = current_revision()
    with transaction.atomic():
        next_revision()
        transaction.set_rollback(True)
    assert current_revision() == before


@pytest.mark.django_db(transaction=True)
def test_a_revision_outside_a_transaction_would_order_nothing_and_is_refused():
    with pytest.raises(AssertionError, match="inside transaction"):
        next_revision()


@pytest.fixture
def written() -> Event:
    done = event(a_model(), "enabled", now=NOW, from_status="yellow", to_status="green")
    done.save()
    return done


def test_an_event_can_be_neither_changed_nor_deleted(written):
    written.why = "another story"
    with pytest.raises(TypeError, match="append-only"):
        written.save()
    with pytest.raises(TypeError, match="never deleted"):
        written.delete()
    assert Event.objects.get().why == ""


def test_nor_many_at_once(written):
    for change in (Event.objects.all().delete, lambda: Event.objects.update(why="another story")):
        with pytest.raises(TypeError, match="append-only"):
            change()
    assert Event.objects.get().why == ""


def test_a_model_with_a_history_is_not_deleted(written):
    with pytest.raises(Exception, match="protected"):
        written.model.delete()


def test_the_history_outlives_the_person_who_made_it():
    anna = User.objects.create_user("anna")
    event(a_model(), "enabled", now=NOW, actor=anna).save()
    anna.delete()
    kept = Event.objects.get()
    assert (kept.actor, kept.actor_name) == (None, "anna")


def test_what_nobody_asked_for_is_done_by_modelhub(written):
    assert written.actor_name == "modelhub"
