"""The drill: the rows are lost, the platform is as it was; everything that carries our tag comes home by itself."""

from datetime import timedelta

import pytest
from django.db import connection

from catalog.models import Event, Model
from catalog.platforms.base import PlatformError
from customization import deletion, discovery, jobs
from customization.models import CustomizationJob, Deletion, Deployment, Found, Throughput
from customization.radar import recovery
from customization.radar.recovery import TWICE, WHY
from customization.radar.strangers import BELIEVED_REMOVED
from customization.serving import renting
from tests.integration.customization.conftest import BASE, fresh
from tests.integration.customization.serving import conftest as rented

pytestmark = pytest.mark.django_db
serving = rented.serving  # a fixture


@pytest.fixture
def full_house(serving, request_job):
    """Three models: one rented by the hour, one deployed, one in training."""
    rent, deployed = request_job("rented-tone"), request_job("deployed-tone")
    serving.world.tick()
    for seconds in (100, 10, 1):
        serving.world.tick(seconds)
    renting.provision(fresh(rent).model, units=2, actor=None, now=serving.now)
    renting.deploy(fresh(deployed).model, actor=None, now=serving.now)
    serving.control.switch(training_seconds=36000)
    request_job("young-tone")
    serving.world.tick()
    for seconds in (0, 30, 60):
        serving.tick(seconds)
    serving.world.tick(10)
    assert discovery.discover(serving.now) == 0
    return memory()


def memory() -> dict[str, list[tuple]]:
    """What must be the same after the drill."""
    return {
        "jobs": sorted(CustomizationJob.objects.values_list(
            "remote_name", "arn", "state", "request_token", "output_uri", "model__name", "base__external_id")),
        "models": sorted(Model.objects.filter(kind="custom").values_list(
            "name", "arn", "external_id", "build", "serving", "serving_arn", "base_external_id", "status")),
        "throughputs": sorted(Throughput.objects.values_list(
            "remote_name", "arn", "state", "request_token", "units", "unit_hour", "billed_from", "model__name")),
        "deployments": sorted(Deployment.objects.values_list(
            "remote_name", "arn", "state", "request_token", "model__name")),
    }  # fmt: skip


def lose_everything(*, found: bool = True) -> None:
    """What nobody may do by the application: Events protect models, so the rows are taken away in raw SQL."""
    custom = Model.objects.filter(kind="custom")
    Event.objects.filter(model__in=custom)._raw_delete("default")
    for table in (Throughput, Deployment, CustomizationJob, *((Found,) if found else ())):
        table.objects.all()._raw_delete("default")
    custom._raw_delete("default")
    connection.check_constraints()
    assert not CustomizationJob.objects.exists()


def actions(model: Model) -> list[tuple[str, str, str]]:
    return list(Event.objects.filter(model=model).order_by("id").values_list("action", "why", "actor_name"))


def remaining(control) -> list:
    return [*control.throughputs(), *control.deployments()]


def test_after_the_rows_are_lost_one_look_brings_everything_back(serving, full_house):
    lose_everything()
    serving.world.wait(60)
    discovery.discover(serving.now)
    assert memory() == full_house
    assert set(Found.objects.values_list("state", flat=True)) == {"adopted"}
    assert discovery.discover(serving.now) == 0
    assert memory() == full_house


def test_the_history_of_what_came_home_says_so(serving, full_house):
    lose_everything()
    discovery.discover(serving.now)
    rented_model = Model.objects.get(name="rented-tone")
    assert actions(rented_model) == [
        ("requested", "", "modelhub"),
        ("adopted", WHY, "modelhub"),
        ("throughput adopted", WHY, "modelhub"),
    ]
    assert all(CustomizationJob.objects.values_list("adopted", flat=True))
    row = Throughput.objects.get()
    assert (row.adopted, row.requested_by) == (True, None)
    assert (row.ends_at, row.no_end_reason) == (None, "recovered: its end is not known")


def alarms(client) -> list[bool]:
    """Does it say so where people look: on the page of what was found, and on the throughput's own?"""
    model = Throughput.objects.get().model
    pages = ("/custom/found/", f"/custom/models/{model.pk}/serving/")
    return ["Set one.</strong>" in client.get(page).content.decode() for page in pages]


def test_what_came_home_by_itself_is_never_ended_by_itself(serving, full_house, as_viewer):
    """Nobody clicked: it may be production's, found by a staging of the same name in the same account."""
    Throughput.objects.update(ends_at=None, no_end_reason="a demo all week")
    lose_everything()
    discovery.discover(serving.now)
    for _ in range(4):
        serving.tick(3 * 3600)
    assert Throughput.objects.get().state == "in service"
    assert len(serving.control.throughputs()) == 1
    assert alarms(as_viewer) == [True, True]


def test_the_alarm_is_over_once_somebody_sets_an_end(serving, full_house, admin, as_viewer):
    lose_everything()
    discovery.discover(serving.now)
    row = Throughput.objects.get()
    renting.extend(row, hours=8, from_end=None, actor=admin, now=serving.now)
    assert (row.ends_at, row.lost_its_end) == (serving.now + timedelta(hours=8), False)
    assert alarms(as_viewer) == [False, False]


def test_the_alarm_is_over_once_somebody_says_why_there_is_no_end(serving, full_house, admin, as_viewer):
    lose_everything()
    discovery.discover(serving.now)
    renting.run_without_end(Throughput.objects.get(), reason="a demo", actor=admin, now=serving.now)
    assert alarms(as_viewer) == [False, False]


def test_life_goes_on_with_the_adopted_rows_to_the_end(serving, full_house):
    lose_everything()
    discovery.discover(serving.now)
    young = CustomizationJob.objects.get(state="running")
    jobs.stop(young, actor=None, now=serving.now)
    renting.remove(Throughput.objects.get(), actor=None, now=serving.now)
    renting.remove(Deployment.objects.get(), actor=None, now=serving.now)
    for _ in range(4):
        serving.tick(10)
        serving.world.tick()
    assert (fresh(young).state, remaining(serving.control)) == ("stopped", [])
    assert set(Throughput.objects.values_list("state", flat=True)) == {"removed"}
    model = Model.objects.get(name="rented-tone")
    deletion.request_deletion(model, typed_name=model.name, with_artifacts=False, actor=None, now=serving.now)
    for _ in range(3):
        serving.tick(10)
    assert [each["modelName"] for each in serving.control.custom_models()] == ["deployed-tone"]
    assert len(serving.births("throughput")) == len(serving.births("deployment")) == 1
    assert len(serving.births("job")) == 3
    serving.world.wait(700)
    discovery.discover(serving.now)
    assert not Found.objects.filter(state="new").exists()


def test_the_drill_also_works_when_what_was_found_once_is_remembered(serving, full_house):
    lose_everything()
    discovery.discover(serving.now)
    lose_everything(found=False)
    discovery.discover(serving.now)
    assert memory() == full_house


def test_a_job_that_ends_after_the_drill_ends_here_too(serving, full_house):
    lose_everything()
    discovery.discover(serving.now)
    serving.world.tick(40000)
    for _ in range(3):
        serving.world.tick(10)
    job = CustomizationJob.objects.select_related("model").get(remote_name__startswith="young-tone")
    assert (job.state, job.model.build) == ("completed", "built")
    assert job.model.arn


def test_nothing_comes_home_to_another_installation(serving, full_house, settings):
    lose_everything()
    settings.INSTANCE = "another"
    discovery.discover(serving.now)
    assert not CustomizationJob.objects.exists()
    assert not Throughput.objects.exists()
    assert set(Found.objects.values_list("noun", "state", "instance")) == {
        ("job", "new", "modelhub"), ("throughput", "new", "modelhub"), ("deployment", "new", "modelhub"),
    }  # fmt: skip


def test_what_somebody_called_not_ours_is_left_alone(serving, full_house, settings):
    lose_everything()
    settings.INSTANCE = "another"
    discovery.discover(serving.now)
    for found in Found.objects.all():
        discovery.mark_foreign(found, actor=None, now=serving.now)
    settings.INSTANCE = "modelhub"
    discovery.discover(serving.now)
    assert not CustomizationJob.objects.exists()


def test_a_model_without_its_job_comes_home_too(serving, base):
    tags = {"modelhub:instance": "modelhub", "modelhub:request": "token-1"}
    serving.control.make_custom_model("old-tone", baseModelId=BASE, tags=tags)
    serving.control.make_throughput("old-tone-rented", model="old-tone", age_seconds=60, tags=tags | {
        "modelhub:request": "token-2"})  # fmt: skip
    serving.world.wait(10)
    discovery.discover(serving.now)
    row = Throughput.objects.select_related("model").get()
    assert (row.request_token, row.model.name, row.model.status) == ("token-2", "old-tone", "yellow")


def test_without_the_base_model_it_waits_and_says_so(serving, full_house):
    lose_everything()
    Model.objects.filter(external_id=BASE).update(arn="arn:not-synced")
    discovery.discover(serving.now)
    assert not CustomizationJob.objects.exists()
    note = Found.objects.filter(noun="job").first().note
    assert "Sync models first" in note
    assert WHY in note
    Model.objects.filter(arn="arn:not-synced").update(
        arn=f"arn:aws:bedrock:us-east-1::foundation-model/{BASE}"
    )
    discovery.discover(serving.now)
    assert memory() == full_house
    assert set(Found.objects.values_list("state", "note")) == {("adopted", "")}


def test_when_tags_or_gets_fail_the_next_look_goes_on(serving, full_house):
    lose_everything()
    for operation in ("ListTagsForResource", "GetModelCustomizationJob", "GetProvisionedModelThroughput"):
        serving.control.fail("error500", platform="bedrock", operation=operation, times=1)
    for _ in range(4):
        discovery.discover(serving.now)
    assert memory() == full_house


def test_many_come_home_over_several_looks(serving, full_house, monkeypatch):
    monkeypatch.setattr(recovery, "MOST_TRIES", 2)
    lose_everything()
    for _ in range(4):
        discovery.discover(serving.now)
    assert memory() == full_house


def test_of_two_jobs_for_one_name_the_one_whose_model_lives_gets_it(serving, request_job):
    first = request_job("twice")
    serving.world.tick()
    for seconds in (100, 10, 1):
        serving.world.tick(seconds)
    model = fresh(first).model
    deletion.request_deletion(model, typed_name="twice", with_artifacts=False, actor=None, now=serving.now)
    for _ in range(3):
        serving.tick(10)
    second = request_job("twice")
    serving.world.tick()
    for seconds in (100, 10, 1):
        serving.world.tick(seconds)
    arn = fresh(second).model.arn
    assert arn
    Deletion.objects.all()._raw_delete("default")
    lose_everything()
    discovery.discover(serving.now)
    assert Model.objects.get(kind="custom", name="twice").arn == arn
    assert "called twice already" in Found.objects.get(state="new").note


def test_a_second_purchase_for_one_request_is_told_and_not_adopted(serving, full_house):
    row = Throughput.objects.get()
    serving.control.make_throughput("double", model="rented-tone", age_seconds=60, tags={
        "modelhub:instance": "modelhub", "modelhub:request": row.request_token})  # fmt: skip
    discovery.discover(serving.now)
    found = Found.objects.get(name="double")
    assert (found.state, found.note) == ("new", TWICE)
    assert Throughput.objects.count() == 1


def test_an_adoption_that_fails_midway_leaves_nothing_half_done(serving, full_house, monkeypatch):
    lose_everything()

    def broken(*_args, **_kwargs):
        raise RuntimeError("killed")

    monkeypatch.setattr("customization.radar.serving.tell_model", broken)
    discovery.discover(serving.now)
    assert not Throughput.objects.exists()
    assert CustomizationJob.objects.count() == 3  # what is wrong with one keeps no other away
    assert Found.objects.get(noun="throughput").state == "new"
    monkeypatch.undo()
    discovery.discover(serving.now)
    assert memory() == full_house


def test_jobs_alone_are_lost_and_find_their_models_again(serving, full_house):
    models = dict(Model.objects.filter(kind="custom").values_list("name", "pk"))
    CustomizationJob.objects.all()._raw_delete("default")
    discovery.discover(serving.now)
    assert memory() == full_house
    assert dict(Model.objects.filter(kind="custom").values_list("name", "pk")) == models
    assert ("job adopted", WHY, "modelhub") in actions(Model.objects.get(name="young-tone"))


def test_throughputs_alone_are_lost_and_find_their_models_again(serving, full_house):
    Throughput.objects.all()._raw_delete("default")
    Deployment.objects.all()._raw_delete("default")
    discovery.discover(serving.now)
    assert memory() == full_house


def test_a_model_that_was_deleted_here_and_exists_is_shown_with_a_strong_word(serving, full_house):
    model = Model.objects.get(name="rented-tone")
    Throughput.objects.update(state="removed", next_check_at=None)
    Model.objects.filter(pk=model.pk).update(build="deleted", listed=False, archived_at=serving.now)
    discovery.discover(serving.now)
    found = Found.objects.get(noun="model")
    assert (found.arn, found.state, found.note) == (model.arn, "new", BELIEVED_REMOVED)
    assert not Model.objects.filter(name="rented-tone", archived_at=None).exists()
    serving.control.switch(list_lag_seconds=600)
    Found.objects.all().delete()
    serving.control.remove_throughput(Throughput.objects.get().remote_name)
    serving.control.remove_custom_model("rented-tone")
    discovery.discover(serving.now)
    assert not Found.objects.filter(noun="model").exists()


@pytest.mark.parametrize("operation", ["ListCustomModels", "ListModelCustomizationJobs"])
def test_without_the_list_of_models_no_job_takes_a_name(serving, full_house, operation):
    lose_everything()
    serving.control.fail("error500", platform="bedrock", operation=operation)
    with pytest.raises(PlatformError):
        discovery.discover(serving.now)
    assert not Model.objects.filter(kind="custom").exists()
    discovery.discover(serving.now)
    assert memory() == full_house


@pytest.mark.parametrize("spoilt", ["short_list", "empty_list"])
def test_an_answer_that_lacks_tags_keeps_nothing_away_for_ever(serving, full_house, spoilt):
    """Found by `make chaos-recovery`: a cut list of tags was taken for all there are."""
    lose_everything()
    serving.world.wait(3600)
    serving.control.fail(spoilt, platform="bedrock", operation="ListTagsForResource", times=20)
    discovery.discover(serving.now)
    assert memory() != full_house
    serving.control.clear_faults()
    serving.world.wait(3601)
    discovery.discover(serving.now)
    assert {row[3] for row in memory()["throughputs"]} == {row[3] for row in full_house["throughputs"]}
    assert {row[3] for row in memory()["jobs"]} == {row[3] for row in full_house["jobs"]}
