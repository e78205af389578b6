"""A sync from end to end: the sandbox over HTTP, the plan, the rows, the run and its events."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.enablement import enable
from catalog.models import Event, Model, SyncRun
from catalog.platforms.base import AuthError
from catalog.sync import sync_platform
from catalog.sync_apply import end_lives
from tests.builders import NOW, a_model
from tests.integration.conftest import only

pytestmark = pytest.mark.django_db

FACTS = [field.name for field in Model._meta.fields]


def rows() -> list[dict]:
    return list(Model.objects.order_by("id").values(*FACTS))


def model(external_id: str) -> Model:
    return Model.objects.get(external_id=external_id)


def events(external_id: str) -> list[str]:
    return list(
        Event.objects.filter(model__external_id=external_id).order_by("id").values_list("action", flat=True)
    )


def counts(run: SyncRun) -> tuple:
    return (run.state, run.seen, run.added_count, run.changed_count, run.gone_count, run.refused_count)


def test_the_first_sync_brings_every_model_in_disabled(sandbox, admin):
    run = sync_platform("bedrock", actor=admin)
    offered = len(sandbox.models("bedrock"))
    assert counts(run) == ("succeeded", offered, offered, 0, 0, 0)
    assert Model.objects.count() == Event.objects.filter(action="added", sync_run=run).count() == offered
    assert not Model.objects.filter(enabled=True).exists()
    assert set(Model.objects.values_list("status", flat=True)) == {"yellow", "red"}
    assert (run.requested_by, run.stage, run.error_message) == (admin, "", "")
    assert run.requested_at <= run.started_at <= run.finished_at


def test_both_platforms_of_the_seed_come_in_without_a_refusal(sandbox):
    for platform in ("bedrock", "openai"):
        run = sync_platform(platform)
        assert (run.state, run.refused_count) == ("succeeded", 0)
    assert Model.objects.filter(platform="openai").count() == len(sandbox.models("openai"))


def test_a_sync_without_news_writes_no_model_and_no_event(small_world):
    sync_platform("bedrock")
    before, events_before = rows(), Event.objects.count()
    with CaptureQueriesContext(connection) as queries:
        run = sync_platform("bedrock")
    assert counts(run) == ("succeeded", 10, 0, 0, 0, 0)
    assert run.result["unchanged"] == 10
    assert (rows(), Event.objects.count()) == (before, events_before)
    writes = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert not [sql for sql in writes if '"catalog_model"' in sql or '"catalog_event"' in sql]


def test_a_change_is_written_and_told_field_by_field(small_world):
    sync_platform("bedrock")
    enable(model("acme.m1"))
    small_world.change_model("bedrock", "acme.m1", modelName="Acme One", inputModalities=["TEXT", "IMAGE"])
    run = sync_platform("bedrock")
    assert counts(run) == ("succeeded", 10, 0, 1, 0, 0)
    changed = model("acme.m1")
    assert (changed.name, changed.input_modalities, changed.status) == (
        "Acme One",
        ["TEXT", "IMAGE"],
        "green",
    )
    told = Event.objects.get(action="changed")
    assert told.detail["changes"]["name"] == ["Acme 1", "Acme One"]
    assert told.detail["changes"]["input_modalities"] == [["TEXT"], ["TEXT", "IMAGE"]]
    assert (told.model, told.sync_run, told.from_status, told.to_status) == (changed, run, "green", "green")
    assert run.result["changed"] == [{"id": "acme.m1", "changes": told.detail["changes"]}]
    assert Model.objects.filter(rev__lt=changed.rev).count() == 9


def test_a_withdrawn_model_is_given_up_at_the_third_sync_and_keeps_its_wish(small_world):
    sync_platform("bedrock")
    enable(model("acme.m1"))
    small_world.withdraw_model("bedrock", "acme.m1")
    for missed, listed, status, gone in ((1, True, "green", 0), (2, True, "green", 0), (3, False, "red", 1)):
        run = sync_platform("bedrock")
        away = model("acme.m1")
        assert (away.missed_syncs, away.listed, away.status, run.gone_count) == (missed, listed, status, gone)
        assert away.enabled
    assert events("acme.m1") == ["added", "enabled", "missed", "missed", "gone"]
    assert Event.objects.get(action="gone").why == "absent from 3 complete syncs in a row"
    before = rows()
    sync_platform("bedrock")
    assert rows() == before


def test_a_model_that_comes_back_is_as_green_as_it_was(small_world):
    record = small_world.model("bedrock", "acme.m1")
    sync_platform("bedrock")
    enable(model("acme.m1"))
    small_world.withdraw_model("bedrock", "acme.m1")
    for _ in range(4):
        sync_platform("bedrock")
    small_world.publish_model("bedrock", "acme.m1", **{k: v for k, v in record.items() if k != "modelId"})
    run = sync_platform("bedrock")
    back = model("acme.m1")
    assert (back.listed, back.missed_syncs, back.status) == (True, 0, "green")
    assert run.result["returned"] == ["acme.m1"]
    told = Event.objects.filter(action="returned").get()
    assert (told.from_status, told.to_status) == ("red", "green")


def test_one_complete_sync_with_the_model_starts_the_count_anew(small_world):
    sync_platform("bedrock")
    record = small_world.model("bedrock", "acme.m1")
    small_world.withdraw_model("bedrock", "acme.m1")
    sync_platform("bedrock")
    sync_platform("bedrock")
    small_world.publish_model("bedrock", "acme.m1", **{k: v for k, v in record.items() if k != "modelId"})
    sync_platform("bedrock")
    assert model("acme.m1").missed_syncs == 0
    small_world.withdraw_model("bedrock", "acme.m1")
    sync_platform("bedrock")
    assert model("acme.m1").listed


def test_a_list_without_over_a_fifth_of_the_models_is_not_believed(small_world):
    sync_platform("bedrock")
    before, events_before = rows(), Event.objects.count()
    only(small_world, "bedrock", *[f"acme.m{number}" for number in range(7)])
    run = sync_platform("bedrock")
    assert (run.state, run.error_word) == ("failed", "implausible")
    assert run.error_message.startswith("3 of 10 listed models are missing")
    assert "accept the smaller list" in run.way_out
    assert (rows(), Event.objects.count()) == (before, events_before)


def test_an_admin_may_accept_the_smaller_list(small_world):
    sync_platform("bedrock")
    only(small_world, "bedrock", *[f"acme.m{number}" for number in range(3)])
    run = sync_platform("bedrock", accept_shrink=True)
    assert run.state == "succeeded"
    assert Model.objects.filter(missed_syncs=1).count() == 7


def test_exactly_a_fifth_missing_is_believed(small_world):
    sync_platform("bedrock")
    only(small_world, "bedrock", *[f"acme.m{number}" for number in range(8)])
    assert sync_platform("bedrock").state == "succeeded"


FAULTS = ["throttle", "quota", "error500", "expired", "denied", "html503", "timeout", "closed", "html200",
          "empty200", "cut200", "lacking_key", "empty_list", "short_list"]  # fmt: skip


@pytest.mark.parametrize("platform", ["bedrock", "openai"])
@pytest.mark.parametrize("kind", FAULTS)
def test_a_failed_sync_leaves_every_row_alone_and_says_what_to_do(small_world, settings, platform, kind):
    settings.PLATFORM_READ_TIMEOUT = 0.3 if kind == "timeout" else 5.0
    sync_platform(platform)
    enable(Model.objects.filter(platform=platform).first())
    before, events_before = rows(), Event.objects.count()
    small_world.fail(kind, platform=platform, times=None, seconds=5)
    run = sync_platform(platform)
    assert (run.state, run.stage) == ("failed", "")
    assert run.error_message
    assert run.way_out
    assert run.error_word in ("transient", "capacity", "auth", "implausible")
    assert run.finished_at
    assert (rows(), Event.objects.count()) == (before, events_before)


def test_ten_refused_logins_retire_nothing(small_world):
    sync_platform("bedrock")
    before = rows()
    small_world.fail("expired", platform="bedrock", times=None)
    runs = [sync_platform("bedrock") for _ in range(10)]
    assert {run.error_word for run in runs} == {"auth"}
    assert runs[-1].error_code == "ExpiredTokenException"
    assert runs[-1].request_id
    assert runs[-1].way_out == AuthError.way_out
    assert rows() == before


def test_one_platforms_failure_never_harms_the_other(small_world):
    small_world.fail("closed", platform="bedrock", times=None)
    assert sync_platform("bedrock").state == "failed"
    assert sync_platform("openai").state == "succeeded"
    assert set(Model.objects.values_list("platform", flat=True)) == {"openai"}


def test_the_same_id_on_both_platforms_is_two_models(small_world):
    small_world.publish_model("bedrock", "twin", modelName="Bedrock's")
    small_world.publish_model("openai", "twin")
    sync_platform("bedrock")
    sync_platform("openai")
    small_world.withdraw_model("openai", "twin")
    sync_platform("openai")
    twins = {row.platform: row.missed_syncs for row in Model.objects.filter(external_id="twin")}
    assert twins == {"bedrock": 0, "openai": 1}


def test_what_people_decided_survives_every_sync(small_world):
    sync_platform("bedrock")
    decided = {
        "traits_override": "Our favourite",
        "input_price_override": 1,
        "output_price_override": 2,
        "lifecycle_override": "legacy",
        "note": "ask Anna",
        "enabled": True,
    }
    Model.objects.filter(external_id="acme.m1").update(**decided)
    small_world.change_model("bedrock", "acme.m1", modelName="Acme One")
    assert sync_platform("bedrock").changed_count == 1
    kept = model("acme.m1")
    assert {name: getattr(kept, name) for name in decided} == decided
    assert (kept.name, kept.shown_traits, kept.shown_input_price) == ("Acme One", "Our favourite", 1)


def test_sync_leaves_our_own_custom_models_of_bedrock_alone(small_world):
    """ListFoundationModels says nothing about them."""
    ours = a_model(kind="custom", build="running", serving="nothing")
    for _ in range(4):
        assert sync_platform("bedrock").state == "succeeded"
    ours.refresh_from_db()
    assert (ours.listed, ours.missed_syncs, ours.build) == (True, 0, "running")


def test_openais_fine_tunes_come_in_as_custom_models_ready_to_enable(small_world):
    small_world.publish_model("openai", "ft:gpt-4.1-2025-04-14:acme:bot:1")
    sync_platform("openai")
    tune = model("ft:gpt-4.1-2025-04-14:acme:bot:1")
    assert (tune.kind, tune.status, tune.name, tune.base_external_id) == (
        "custom", "yellow", "bot", "gpt-4.1-2025-04-14",
    )  # fmt: skip
    assert tune.invocation_id == tune.external_id


def test_a_lifecycle_word_nobody_knows_is_red_until_an_admin_overrides_it(small_world):
    small_world.change_model("bedrock", "acme.m1", modelLifecycle={"status": "SUNSETTING"})
    sync_platform("bedrock")
    odd = model("acme.m1")
    assert (odd.status, odd.lifecycle_word) == ("red", "SUNSETTING")
    Model.objects.filter(pk=odd.pk).update(lifecycle_override="active")
    enable(odd)
    sync_platform("bedrock")
    assert model("acme.m1").status == "green"


def test_a_model_past_its_end_of_life_is_red_at_once(small_world):
    past = {"status": "LEGACY", "endOfLifeTime": "2020-01-01T00:00:00Z"}
    small_world.change_model("bedrock", "acme.m1", modelLifecycle=past)
    sync_platform("bedrock")
    assert (model("acme.m1").lifecycle, model("acme.m1").status) == ("ended", "red")


def test_a_model_whose_last_day_has_come_ends_without_a_sync():
    ends = a_model(1, end_of_life_at=NOW, lifecycle="legacy", enabled=True)
    a_model(2, end_of_life_at=NOW + timedelta(seconds=1))
    ended_before = a_model(3, end_of_life_at=NOW - timedelta(days=9), lifecycle="ended")
    assert end_lives(NOW) == 1
    assert end_lives(NOW) == 0
    ends.refresh_from_db()
    assert (ends.status, ends.lifecycle, ends.enabled, ends.changed_at) == ("red", "ended", True, NOW)
    told = Event.objects.get()
    assert (told.action, told.from_status, told.to_status) == ("ended", "green", "red")
    assert told.why == "end of life on 2026-11-22"
    assert not Event.objects.filter(model=ended_before).exists()


def test_a_longer_life_brings_an_ended_model_back(small_world):
    with time_machine.travel(NOW, tick=True):
        ends = {"status": "LEGACY", "endOfLifeTime": "2026-11-22T12:00:00Z"}
        small_world.change_model("bedrock", "acme.m1", modelLifecycle=ends)
        sync_platform("bedrock")
        assert model("acme.m1").status == "red"
        small_world.change_model(
            "bedrock", "acme.m1", modelLifecycle={**ends, "endOfLifeTime": "2027-06-01T00:00:00Z"}
        )
        sync_platform("bedrock")
    assert (model("acme.m1").lifecycle, model("acme.m1").status) == ("legacy", "yellow")


def test_entries_that_make_no_sense_are_refused_and_named_in_the_run(small_world):
    small_world.publish_model("bedrock", "x" * 600)
    small_world.publish_model("bedrock", "acme.long", modelName="n" * 600)
    run = sync_platform("bedrock")
    assert counts(run) == ("succeeded", 11, 11, 0, 0, 1)
    assert run.result["refused"] == [{"what": "x" * 200, "why": "its id is longer than 512 characters"}]
    assert model("acme.long").name == "n" * 500


def test_hostile_words_are_stored_as_they_came(small_world):
    """Long, strange and empty: what the platform says fits into the row on every database."""
    odd = "nul\x00 <script>"
    small_world.publish_model(
        "bedrock", "acme.odd", modelName=odd, providerName="p" * 9000, modelArn="a" * 9000,
        inputModalities=[odd, "w" * 9000, "TEXT"], modelLifecycle={"status": odd},
    )  # fmt: skip
    small_world.publish_model("openai", "o" * 512, owned_by="p" * 9000)
    assert counts(sync_platform("bedrock"))[:3] == ("succeeded", 11, 11)
    assert counts(sync_platform("openai"))[:3] == ("succeeded", 6, 6)
    assert model("acme.odd").name == "nul <script>"
    assert counts(sync_platform("bedrock")) == ("succeeded", 11, 0, 0, 0, 0)


def test_a_defect_of_our_own_ends_the_run_too(small_world, settings, caplog):
    settings.CATALOG_PLATFORMS = {**settings.CATALOG_PLATFORMS, "bedrock": "catalog.facts.Platform"}
    run = sync_platform("bedrock")
    assert (run.state, run.error_word) == ("failed", "defect")
    assert "modelhub itself failed" in run.error_message
    settings.CATALOG_PLATFORMS = {
        **settings.CATALOG_PLATFORMS,
        "bedrock": "catalog.platforms.bedrock.BedrockCatalog",
    }
    assert sync_platform("bedrock").state == "succeeded"


def queries_of_a_sync() -> int:
    with CaptureQueriesContext(connection) as queries:
        assert sync_platform("bedrock").state == "succeeded"
    return len(queries)


def test_the_number_of_queries_grows_with_batches_only(sandbox):
    """A first sync of 1,000 more models costs two batches of 500 more, not 1,000 rows more."""
    only(sandbox, "bedrock")
    sandbox.generate_models("bedrock", 1000)
    first = queries_of_a_sync()
    unchanged = queries_of_a_sync()
    sandbox.generate_models("bedrock", 1000, prefix="second")
    second = queries_of_a_sync()
    assert first <= (40 if connection.vendor == "postgresql" else 100)  # SQLite takes fewer values at once
    assert abs(second - first) <= 2
    assert queries_of_a_sync() == unchanged <= 30


def test_an_unknown_platform_is_a_mistake_of_the_caller(db):
    with pytest.raises(ValueError, match="azure"):
        sync_platform("azure")
    assert not SyncRun.objects.exists()
