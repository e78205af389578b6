"""The one rule that lets a model be used or not."""

import pytest
import structlog
from django.contrib.auth.models import User

from catalog.enablement import Refused, disable, enable, set_enabled_many
from catalog.history import current_revision
from catalog.models import Event, Model
from tests.builders import NOW, a_model

pytestmark = pytest.mark.django_db

STATES = {
    "yellow": {},
    "green": {"enabled": True},
    "gone": {"listed": False},
    "gone, still wished": {"listed": False, "enabled": True},
    "ended": {"lifecycle": "ended"},
    "unknown word": {"lifecycle": "unknown", "lifecycle_word": "SUNSET"},
    "training": {"kind": "custom", "build": "running"},
    "failed": {"kind": "custom", "build": "failed", "build_message": "No rows"},
    "not served": {"kind": "custom", "serving": "nothing"},
    "provisioning": {"kind": "custom", "serving": "creating", "enabled": True},
}


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna")


def test_a_yellow_model_becomes_green_with_an_event_that_says_who_when_and_why(anna):
    model, before = a_model(), current_revision()
    with structlog.contextvars.bound_contextvars(request_id="req-1"):
        done = enable(model, actor=anna, why="the bot needs it", now=NOW)
    assert (model.status, model.enabled, model.changed_at) == ("green", True, NOW)
    assert model.rev == current_revision() == before + 1
    assert Event.objects.get() == done
    told = (done.model, done.action, done.from_status, done.to_status, done.actor, done.actor_name, done.why)
    assert told == (model, "enabled", "yellow", "green", anna, "anna", "the bot needs it")
    assert (done.at, done.request_id) == (NOW, "req-1")


def test_a_green_model_becomes_yellow(anna):
    model = a_model(enabled=True)
    done = disable(model, actor=anna)
    assert (model.status, model.enabled) == ("yellow", False)
    assert (done.action, done.from_status, done.to_status) == ("disabled", "green", "yellow")


def test_without_an_actor_modelhub_did_it():
    assert enable(a_model()).actor_name == "modelhub"


@pytest.mark.parametrize(("late", "meanwhile"), [(enable, disable), (disable, enable)])
def test_who_loses_to_two_others_is_not_told_to_do_just_that(late, meanwhile, monkeypatch):
    """Somebody enables and somebody disables: between them a third came too late. Found by `make chaos-races`."""
    model = a_model(enabled=late is enable)
    reread = Model.refresh_from_db

    def changed_back(self: Model, **options: object) -> None:
        monkeypatch.setattr(Model, "refresh_from_db", reread)
        meanwhile(Model.objects.get(pk=self.pk))
        reread(self, **options)

    monkeypatch.setattr(Model, "refresh_from_db", changed_back)
    with pytest.raises(
        Refused, match=r"^Somebody else was changing Model 00001 at this very moment\. Try again\.$"
    ):
        late(model)


REFUSALS = [
    (enable, "green", "Model 00001 is already enabled."),
    (disable, "yellow", "Model 00001 is not enabled."),
    (enable, "gone", "can't be enabled: Retired by Amazon Bedrock — Choose a successor."),
    (disable, "gone, still wished", "can't be disabled: Retired by Amazon Bedrock — Choose a successor."),
    (
        enable,
        "ended",
        "can't be enabled: Retired by Amazon Bedrock: past its end of life — Choose a successor.",
    ),
    (
        enable,
        "unknown word",
        "calls its lifecycle “SUNSET”, a word modelhub does not know — Read what it means",
    ),
    (enable, "training", "can't be enabled: Training — Wait, or stop the job."),
    (enable, "failed", "can't be enabled: Training failed: No rows — See the failure"),
    (enable, "not served", "can't be enabled: Created, nothing serves it yet — Provision throughput"),
    (disable, "provisioning", "can't be disabled: Provisioning — Wait."),
]


@pytest.mark.parametrize(("rule", "state", "words"), REFUSALS)
def test_anything_else_is_refused_in_words_and_leaves_no_trace(rule, state, words):
    model, before = a_model(**STATES[state]), current_revision()
    with pytest.raises(Refused) as refusal:
        rule(model)
    assert words in str(refusal.value)
    assert (Event.objects.count(), current_revision()) == (0, before)
    assert Model.objects.get(pk=model.pk).enabled == STATES[state].get("enabled", False)


@pytest.mark.parametrize("state", STATES)
def test_enabling_is_legal_only_from_yellow_and_disabling_only_from_green(state):
    for rule, legal in ((enable, state == "yellow"), (disable, state == "green")):
        model = a_model(external_id=rule.__name__, name=rule.__name__, **STATES[state])
        try:
            rule(model)
        except Refused:
            assert not legal
        else:
            assert legal


def test_a_stale_page_is_judged_by_what_the_database_holds_now():
    model = a_model()
    stale = Model.objects.get(pk=model.pk)
    enable(model)
    with pytest.raises(Refused, match="already enabled"):
        enable(stale)
    assert stale.status == "green"
    assert Event.objects.count() == 1


def test_a_model_that_was_retired_meanwhile_is_refused_with_that_reason():
    stale = a_model()
    Model.objects.update(listed=False)
    with pytest.raises(Refused, match="Retired by Amazon Bedrock"):
        enable(stale)
    assert not Model.objects.get().enabled


def test_a_model_enabled_with_an_old_object_keeps_the_facts_that_changed_meanwhile():
    stale = a_model(name="Old name")
    Model.objects.update(name="New name", note="read me")
    enable(stale)
    assert (stale.name, stale.note, stale.status) == ("New name", "read me", "green")


def test_an_override_makes_a_model_of_an_unknown_lifecycle_usable():
    model = a_model(**STATES["unknown word"], lifecycle_override="legacy")
    enable(model)
    assert model.status == "green"


def test_the_reason_is_kept_up_to_what_the_column_holds():
    assert len(enable(a_model(), why="x" * 5000).why) == 2000


def test_in_a_bulk_change_one_refusal_does_not_stop_the_others(anna):
    models = [a_model(1), a_model(2, listed=False), a_model(3, enabled=True), a_model(4)]
    outcomes = set_enabled_many(models, True, actor=anna)
    assert [bool(outcome.refused) for outcome in outcomes] == [False, True, True, False]
    assert [outcome.model.status for outcome in outcomes] == ["green", "red", "green", "green"]
    assert set(Event.objects.values_list("model_id", "actor_name")) == {
        (models[0].pk, "anna"),
        (models[3].pk, "anna"),
    }
    assert set_enabled_many([], False) == []
