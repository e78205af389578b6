"""The worker dies at every named moment, and every answer gets lost, under every habit a platform may have.

Afterwards two looks bring it all together: exactly one job on the platform, none lost, our row knows it.
"""

import pytest

from catalog import killpoints
from catalog.models import Model
from customization import jobs
from customization.models import CustomizationJob
from tests.integration.customization.conftest import CREATE, World, fresh, story

pytestmark = pytest.mark.django_db

LAG = 120.0
HABITS = {
    "as documented": {},
    "a repeated token answers an empty body": {"token_repeat": "empty"},
    "Get does not find it for a while": {"get_lag_seconds": LAG},
    "lists lag": {"list_lag_seconds": LAG},
    "both lag": {"get_lag_seconds": LAG, "list_lag_seconds": LAG},
    "both lag, empty body": {"get_lag_seconds": LAG, "list_lag_seconds": LAG, "token_repeat": "empty"},
    "two models may have one name": {"model_name_clash": "accepted"},
    "a token for another request is invalid": {"token_mismatch": "validation"},
    "a token for another request is ignored": {"token_mismatch": "ignored"},
    "Stop may be repeated": {"stop_again": "accepted"},
    "everything at once": {
        "get_lag_seconds": LAG,
        "list_lag_seconds": LAG,
        "token_repeat": "empty",
        "model_name_clash": "accepted",
        "stop_again": "accepted",
        "token_mismatch": "ignored",
        "perplexity": False,
    },
}
WHILE_CREATING = ("intent_committed", "claimed", "before_send", "accepted", "before_commit", "committed")
NOT_IN_A_JOBS_LIFE = {"before_delete", "delete_accepted", "before_ack"}
LOST_ANSWERS = (
    "closed",
    "timeout",
    "html200",
    "empty200",
    "cut200",
    "lacking_key",
    "error500",
    "html503",
    "throttle",
)


@pytest.fixture(params=HABITS, ids=lambda name: name.replace(" ", "-"))
def habits(request, world: World) -> World:
    world.control.switch(training_seconds=3600, **HABITS[request.param])
    return world


@pytest.fixture(
    params=[
        "as documented",
        "a repeated token answers an empty body",
        "both lag",
        "a token for another request is invalid",
        "a token for another request is ignored",
        "Stop may be repeated",
        "everything at once",
    ],
    ids=lambda name: name.replace(" ", "-"),
)
def harsh(request, world: World) -> World:
    world.control.switch(training_seconds=3600, **HABITS[request.param])
    return world


def converges_in_two_looks(world: World, claim: float) -> CustomizationJob:
    """The first look comes as soon as the row is due (lags still hide the job), the second when no lag hides it."""
    assert world.tick(claim) == 1
    world.tick(LAG + 1)
    job = CustomizationJob.objects.select_related("model").get()
    births = world.births()
    assert [(birth["arn"], birth["name"]) for birth in births] == [(job.arn, job.remote_name)]
    assert births[0]["token"] == job.request_token
    assert (job.state, job.trouble, job.alarm, job.attempts) == ("running", "", "", 0)
    assert story(job) == ["requested", "training running"]
    assert Model.objects.filter(kind="custom").count() == 1
    return job


def ends_well(world: World, job: CustomizationJob) -> None:
    world.tick(3700 + LAG)
    world.tick(1)
    job = fresh(job)
    assert (job.state, job.next_check_at) == ("completed", None)
    assert job.metrics["training"]
    assert story(job) == ["requested", "training running", "training completed"]
    births = world.control.created(kind="model")
    assert [birth["arn"] for birth in births] == [job.model.arn]
    assert (job.model.build, job.model.status) == ("built", "red")
    assert len(world.births()) == 1


@pytest.mark.parametrize("point", WHILE_CREATING)
def test_a_kill_while_the_job_is_made_loses_nothing_and_makes_no_second_job(habits, base, training, point):
    def work() -> None:
        jobs.create(name="support-tone", base=base, training=training, now=habits.now)
        habits.tick()

    habits.killed_at(point, work)
    ends_well(habits, converges_in_two_looks(habits, claim=91))


@pytest.mark.parametrize("kind", LOST_ANSWERS)
def test_an_answer_that_is_lost_after_the_platform_acted_makes_no_second_job(harsh, job, kind, request):
    if kind == "timeout":
        request.getfixturevalue("hasty")
    harsh.control.fail(kind, platform="bedrock", operation=CREATE, applied=True, seconds=1)
    harsh.tick()
    assert len(harsh.births()) == 1
    converges_in_two_looks(harsh, claim=6)


@pytest.mark.parametrize("point", ["before_send", "accepted"])
def test_two_kills_in_a_row_make_no_second_job(harsh, job, point):
    harsh.killed_at(point, harsh.tick)
    harsh.wait(91)
    harsh.killed_at("claimed", harsh.tick)
    converges_in_two_looks(harsh, claim=91)


@pytest.mark.parametrize("point", ["before_stop", "stop_accepted", "claimed"])
def test_a_kill_while_the_job_is_stopped_forgets_no_wish(harsh, job, point):
    harsh.tick()
    harsh.tick(LAG + 1)
    jobs.stop(fresh(job), actor=None, now=harsh.now)
    harsh.killed_at(point, harsh.tick)
    for _ in range(3):
        harsh.tick(LAG + 91)
    job = fresh(job)
    assert job.state == "stopped"
    assert job.trouble == ""
    assert [each["status"] for each in harsh.control.jobs()] == ["Stopped"]
    assert story(job)[-1] == "training stopped"


@pytest.mark.parametrize("point", ["claimed", "before_commit", "committed", "before_artifacts"])
def test_a_kill_at_the_end_of_a_training_loses_neither_model_nor_curves(harsh, job, point):
    harsh.tick()
    harsh.tick(LAG + 1)
    harsh.wait(3700 + LAG)

    def work() -> None:
        harsh.tick()
        harsh.tick(1)

    harsh.killed_at(point, work)
    harsh.tick(91)
    ends_well(harsh, fresh(job))


def test_an_intent_that_was_not_committed_leaves_nothing_and_its_name_is_free(world, base, training):
    def work() -> None:
        jobs.create(name="support-tone", base=base, training=training, now=world.now)

    world.killed_at("intent_written", work)
    assert not CustomizationJob.objects.exists()
    assert not Model.objects.filter(kind="custom").exists()
    work()
    assert world.tick() == 1
    assert len(world.births()) == 1


def test_what_a_killed_transaction_wrote_is_gone(world, job):
    world.killed_at("before_commit", world.tick)
    job = fresh(job)
    assert (job.state, job.arn) == ("requested", "")
    assert job.sent_at
    assert job.model.build == "requested"
    assert story(job) == ["requested"]


def test_kill_points_are_refused_without_debug(settings):
    settings.DEBUG = False
    with pytest.raises(RuntimeError), killpoints.armed(print):
        pass


def test_every_kill_point_is_reached_in_a_jobs_life(world, base, training):
    reached = set()
    with killpoints.armed(reached.add):
        for name, stop in (("one", False), ("two", True)):
            job = jobs.create(name=name, base=base, training=training, now=world.now)
            world.tick()
            if stop:
                jobs.stop(fresh(job), actor=None, now=world.wait(1))
                world.tick()
            for _ in range(3):
                world.tick(100)
    assert reached == set(killpoints.POINTS) - NOT_IN_A_JOBS_LIFE
