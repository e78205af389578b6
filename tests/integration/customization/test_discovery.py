"""Jobs and custom models that others made: found, adopted, or left alone."""

from dataclasses import replace

import pytest

from catalog.models import Event, Model
from catalog.platforms.base import PlatformError
from customization import discovery, jobs
from customization.gateways import bedrock
from customization.models import CustomizationJob, Found
from customization.radar import adopting
from customization.radar.recovery import WHY
from customization.tasks import discover
from tests.integration.customization.conftest import BASE, CREATE, fresh, green_base, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def nova2(world) -> Model:
    """What the sandbox takes for jobs made behind our back."""
    return green_base(9, "amazon.nova-2-lite-v1:0:256k", name="Nova 2 Lite")


def adopt_only(world) -> Model:
    return discovery.adopt(Found.objects.get(), actor=None, now=world.now)


def test_what_we_made_ourselves_is_no_stranger(world, job):
    world.tick()
    assert discovery.discover(world.now) == 0
    world.tick(100)
    assert discovery.discover(world.now) == 0
    assert not Found.objects.exists()


def test_a_model_of_a_job_that_ends_between_two_looks_is_no_stranger(world, job):
    world.tick()
    world.wait(100)  # it is built, and we have not looked yet
    assert discovery.discover(world.now) == 0


def test_strangers_are_noted_once(world):
    world.control.make_job("from-the-console", age_seconds=10)
    world.control.make_custom_model("by-hand")
    assert discovery.discover(world.now) == 2
    assert discovery.discover(world.now) == 0
    assert set(Found.objects.values_list("noun", "name", "state")) == {
        ("job", "from-the-console", "new"),
        ("model", "by-hand", "new"),
    }


def test_a_lagging_list_that_called_ours_a_stranger_is_corrected(world, job):
    world.tick()
    Found.objects.create(noun="job", arn=fresh(job).arn, name=job.remote_name, first_seen_at=world.now)
    discovery.discover(world.now)
    assert not Found.objects.exists()


@pytest.mark.parametrize("kind", ["error500", "html200", "empty200", "expired", "cut200", "closed"])
@pytest.mark.parametrize("operation", ["ListModelCustomizationJobs", "ListCustomModels"])
def test_a_look_that_fails_notes_and_forgets_nothing(world, kind, operation):
    world.control.make_job("from-the-console")
    discovery.discover(world.now)
    world.control.make_job("another")
    world.control.fail(kind, platform="bedrock", operation=operation, times=2)
    with pytest.raises(PlatformError):
        discovery.discover(world.now)
    discover()  # the task takes it calmly
    assert Found.objects.count() == 1


def test_a_running_job_is_adopted_and_followed_to_its_end(world, nova2, admin):
    world.control.make_job("from-the-console", age_seconds=10)
    discovery.discover(world.now)
    model = discovery.adopt(Found.objects.get(), actor=admin, now=world.now)
    assert (model.build, model.status, model.kind) == ("running", "red", "custom")
    job = CustomizationJob.objects.get()
    assert (job.adopted, job.state, job.hyperparameters) == (True, "running", {})
    world.tick()
    world.tick(100)
    world.tick(1)
    world.tick(3600)  # the console's job leaves no metrics
    job = fresh(job)
    assert (job.state, job.next_check_at, job.model.build) == ("completed", None, "built")
    assert job.model.arn == world.control.jobs()[0]["outputModelArn"]
    assert job.actual_cost is None
    assert story(job) == ["requested", "adopted", "training completed"]
    assert Found.objects.get().state == "adopted"
    assert discovery.discover(world.now) == 0


def test_an_adopted_job_survives_a_list_that_lags(world, nova2):
    world.control.switch(training_seconds=3600)
    world.control.make_job("from-the-console", age_seconds=10)
    discovery.discover(world.now)
    adopt_only(world)
    world.control.switch(list_lag_seconds=600)
    world.tick()
    assert CustomizationJob.objects.get().state == "running"


def test_an_adopted_job_can_be_stopped(world, nova2):
    world.control.switch(training_seconds=3600)
    world.control.make_job("from-the-console", age_seconds=10)
    discovery.discover(world.now)
    adopt_only(world)
    world.tick()
    jobs.stop(CustomizationJob.objects.get(), actor=None, now=world.wait(1))
    for _ in range(3):
        world.tick(10)
    assert CustomizationJob.objects.get().state == "stopped"


def test_settled_jobs_are_adopted_as_they_ended(world, nova2):
    world.control.make_job("done", age_seconds=500)
    world.control.make_job("broken", age_seconds=5)
    world.control.fail_job("broken", "Somebody stumbled")
    discovery.discover(world.now)
    for found in Found.objects.all():
        discovery.adopt(found, actor=None, now=world.now)
    for seconds in (1, 1, 3600):
        world.tick(seconds)
    done, broken = (
        CustomizationJob.objects.get(remote_name="done"),
        CustomizationJob.objects.get(remote_name="broken"),
    )
    assert (done.state, done.model.build, done.next_check_at) == ("completed", "built", None)
    assert done.model.arn
    assert (broken.state, broken.failure, broken.model.build) == ("failed", "Somebody stumbled", "failed")
    assert "Somebody stumbled" in broken.model.explained.reason
    assert discovery.discover(world.now) == 0


def test_a_custom_model_is_adopted_once_it_is_active(world, base):
    world.control.make_custom_model("by-hand", baseModelId=BASE)
    discovery.discover(world.now)
    with pytest.raises(discovery.Refused, match="“Creating”"):
        adopt_only(world)
    assert not Model.objects.filter(kind="custom").exists()
    world.wait(6)
    model = adopt_only(world)
    assert (model.arn, model.build, model.serving, model.status) == (
        model.external_id,
        "built",
        "nothing",
        "red",
    )
    with pytest.raises(discovery.Refused, match="adopted already"):
        adopt_only(world)


def test_what_is_gone_is_not_adopted(world, base, nova2):
    world.control.make_custom_model("by-hand", baseModelId=BASE)
    world.control.make_job("by-hand-job")
    discovery.discover(world.now)
    world.control.remove_custom_model("by-hand")
    world.control.remove_job("by-hand-job")
    for found in Found.objects.all():
        with pytest.raises(discovery.Refused, match="not on the platform any more"):
            discovery.adopt(found, actor=None, now=world.now)
    assert not Model.objects.filter(kind="custom").exists()


def test_without_its_base_model_nothing_is_adopted(world):
    world.control.make_job("from-the-console")
    discovery.discover(world.now)
    Model.objects.create(platform="openai", external_id="gpt-5", name="GPT-5", arn="")
    with pytest.raises(discovery.Refused, match="Sync models first"):
        adopt_only(world)
    Found.objects.update(base_arn="")  # an empty ARN is nobody's
    with pytest.raises(discovery.Refused, match="Sync models first"):
        adopt_only(world)


def test_a_name_that_is_taken_here_is_not_adopted(world, nova2, request_job):
    request_job("From-The-Console")
    world.control.make_job("from-the-console")
    discovery.discover(world.now)
    with pytest.raises(discovery.Refused, match="already"):
        adopt_only(world)


def test_two_clicks_adopt_once(world, nova2):
    world.control.make_job("from-the-console")
    discovery.discover(world.now)
    first, second = Found.objects.get(), Found.objects.get()
    discovery.adopt(first, actor=None, now=world.now)
    with pytest.raises(discovery.Refused):
        discovery.adopt(second, actor=None, now=world.now)
    assert CustomizationJob.objects.count() == 1


def test_somebody_elses_business_stays_visible_and_can_still_be_adopted(world, nova2):
    world.control.make_job("from-the-console")
    discovery.discover(world.now)
    discovery.mark_foreign(Found.objects.get(), actor=None, now=world.now)
    assert discovery.discover(world.now) == 0
    assert Found.objects.get().state == "foreign"
    assert adopt_only(world).name == "from-the-console"


def test_a_job_whose_token_is_as_long_as_aws_allows_is_adopted(world, nova2):
    world.control.make_job("long", clientRequestToken="t" * 256)
    discovery.discover(world.now)
    adopt_only(world)
    world.tick()
    assert CustomizationJob.objects.get().state == "running"
    assert CustomizationJob.objects.get().request_token == "t" * 256


def test_a_strangers_word_is_kept_up_to_date(world):
    world.control.make_job("from-the-console", age_seconds=5)
    discovery.discover(world.now)
    assert Found.objects.get().word == "InProgress"
    discovery.mark_foreign(Found.objects.get(), actor=None, now=world.now)
    world.wait(100)
    discovery.discover(world.now)
    jobs_found = Found.objects.get(noun="job")
    assert (jobs_found.word, jobs_found.state) == ("Completed", "foreign")


@pytest.mark.parametrize("foreign", [True, False])
def test_a_stranger_that_vanishes_is_gone_and_one_that_returns_is_new(world, foreign):
    world.control.make_custom_model("by-hand")
    discovery.discover(world.now)
    if foreign:
        discovery.mark_foreign(Found.objects.get(), actor=None, now=world.now)
    arn = Found.objects.get().arn
    world.control.remove_custom_model("by-hand")
    assert discovery.discover(world.wait(1)) == 0
    assert Found.objects.get().state == "gone"
    assert discovery.discover(world.wait(1)) == 0
    with pytest.raises(discovery.Refused, match="gone"):
        adopt_only(world)
    world.control.make_custom_model("by-hand")
    discovery.discover(world.wait(1))
    back = Found.objects.order_by("-pk").first()
    assert back.state == "new"
    assert back.arn != arn or Found.objects.count() == 1


def test_one_that_returns_under_its_old_arn_is_new_again(world):
    world.control.make_custom_model("by-hand")
    discovery.discover(world.now)
    Found.objects.update(state="gone")
    assert discovery.discover(world.wait(1)) == 0
    assert Found.objects.get().state == "new"


@pytest.mark.parametrize("operation", ["ListModelCustomizationJobs", "ListCustomModels"])
def test_a_list_that_breaks_off_calls_nothing_gone(world, operation):
    world.control.make_custom_model("by-hand")
    world.control.make_job("from-the-console")
    discovery.discover(world.now)
    world.control.remove_custom_model("by-hand")
    world.control.remove_job("from-the-console")
    world.control.fail("cut200", platform="bedrock", operation=operation, times=None)
    with pytest.raises(PlatformError):
        discovery.discover(world.now)
    assert set(Found.objects.values_list("state", flat=True)) == {"new"}


def test_what_was_adopted_stays_adopted_when_it_is_gone(world, base):
    world.control.make_custom_model("by-hand", baseModelId=BASE)
    discovery.discover(world.now)
    world.wait(6)
    adopt_only(world)
    world.control.remove_custom_model("by-hand")
    discovery.discover(world.now)
    assert Found.objects.get().state == "adopted"


def test_a_completed_job_whose_model_is_not_named_is_adopted_as_running(world, nova2, monkeypatch):
    world.control.make_job("done", age_seconds=500)
    discovery.discover(world.now)
    arn = Found.objects.get(noun="job").arn
    nameless = replace(bedrock.get_job(arn), model_arn="")
    with monkeypatch.context() as patch:
        patch.setattr(bedrock, "get_job", lambda _name, **_how: nameless)
        model = discovery.adopt(Found.objects.get(noun="job"), actor=None, now=world.now)
    assert (model.build, model.arn) == ("running", "")
    for _ in range(2):
        world.tick(1)
    job = CustomizationJob.objects.select_related("model").get()
    assert (job.state, job.model.build) == ("completed", "built")
    assert job.model.arn


def test_an_adopted_job_with_an_odd_output_address_settles_without_metrics(world, nova2, as_viewer):
    world.control.make_job("done", age_seconds=500)
    discovery.discover(world.now)
    discovery.adopt(Found.objects.get(noun="job"), actor=None, now=world.now)
    CustomizationJob.objects.update(output_uri="https://elsewhere/results")
    world.tick(1)
    job = CustomizationJob.objects.get()
    assert (job.state, job.next_check_at, job.trouble, job.metrics) == ("completed", None, "", {})
    assert as_viewer.get(f"/custom/jobs/{job.pk}/training.csv").status_code == 404


def given_up(world, job) -> None:
    """The platform has taken the job and hides it for longer than we wait for one that nobody wants."""
    world.control.switch(get_lag_seconds=600, list_lag_seconds=600, training_seconds=3600)
    world.control.fail("closed", platform="bedrock", operation=CREATE, applied=True)
    world.tick()
    jobs.stop(fresh(job), actor=None, now=world.now)
    world.tick(121)
    assert (fresh(job).state, fresh(job).arn) == ("stopped", "")
    assert discovery.discover(world.now) == 0
    world.wait(600)


def test_a_job_that_was_given_up_and_shows_later_comes_home_by_itself_and_is_stopped(world, job):
    given_up(world, job)
    discovery.discover(world.now)
    assert (Found.objects.get().state, fresh(job).state, fresh(job).model.build) == (
        "adopted",
        "running",
        "running",
    )
    world.control.switch(list_lag_seconds=0)
    for _ in range(4):
        world.tick(10)
    assert fresh(job).state == "stopped"
    assert [each["status"] for each in world.control.jobs()] == ["Stopped"]
    assert CustomizationJob.objects.count() == len(world.births()) == 1
    assert story(job).index("found again") > story(job).index("training stopped")
    assert Event.objects.get(action="found again").why == WHY
    assert discovery.discover(world.now) == 0


def test_a_job_whose_tags_could_not_be_read_can_be_taken_back_by_a_person(world, job, admin):
    given_up(world, job)
    world.control.fail("denied", platform="bedrock", operation="ListTagsForResource")
    discovery.discover(world.now)
    model = discovery.adopt(Found.objects.get(), actor=admin, now=world.now)
    assert (model.pk, model.build) == (job.model_id, "running")


def test_a_job_that_was_called_failed_and_runs_after_all_is_followed_again(world, job):
    world.control.switch(training_seconds=3600)
    world.tick()
    CustomizationJob.objects.update(state="failed", arn="", failure="x", next_check_at=None)
    discovery.discover(world.wait(60))
    job = fresh(job)
    assert (job.state, job.failure, job.stop_wanted) == ("running", "", False)
    world.tick(10)
    assert [each["status"] for each in world.control.jobs()] == ["InProgress"]


def test_a_job_that_was_given_up_and_archived_is_refused_with_a_way_out(world, job):
    given_up(world, job)
    jobs.archive(fresh(job), actor=None, now=world.now)
    discovery.discover(world.now)
    assert "Stop the job in the AWS console" in Found.objects.get().note
    with pytest.raises(discovery.Refused, match="Stop the job in the AWS console"):
        adopt_only(world)


def test_a_job_that_is_archived_at_this_very_moment_is_not_taken_back(world, job, monkeypatch):
    """Whoever adopts waits for the lock of whoever archives, and looks again once it has it."""
    given_up(world, job)
    world.control.fail("denied", platform="bedrock", operation="ListTagsForResource")
    discovery.discover(world.now)

    def waits_for_the_other() -> int:
        monkeypatch.undo()
        jobs.archive(fresh(job), actor=None, now=world.now)
        return adopting.next_revision()

    monkeypatch.setattr(adopting, "next_revision", waits_for_the_other)
    with pytest.raises(discovery.Refused, match="is archived here"):
        adopt_only(world)
    assert (fresh(job).state, fresh(job).model.archived_at is None) == (
        "stopped",
        True,
    )  # all undone together


def test_a_strangers_job_under_the_name_of_a_failed_one_of_ours_is_refused_in_plain_words(world, job):
    world.control.make_job(job.remote_name, baseModelIdentifier=BASE, customModelName="theirs")
    for _ in range(2):
        world.tick(10)
    assert fresh(job).state == "failed"
    discovery.discover(world.now)
    with pytest.raises(discovery.Refused, match="There is a job called"):
        adopt_only(world)
