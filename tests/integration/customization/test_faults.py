"""Every way in which the platform can stumble, on every call that reconcile makes: state kept, trouble told, healed."""

import pytest

from catalog.models import Model
from catalog.platforms import aws
from customization import jobs
from customization.models import CustomizationJob
from customization.reconcile import reconcile_jobs
from customization.states import JobState
from tests.builders import NOW
from tests.integration.customization.conftest import BASE, CREATE, GET, LIST, STOP, fresh, green_base, story

pytestmark = pytest.mark.django_db

KINDS = (
    "throttle",
    "error500",
    "html503",
    "timeout",
    "closed",
    "html200",
    "empty200",
    "cut200",
    "lacking_key",
    "expired",
    "denied",
)
# Stop answers an empty body anyway: these can't be told from success, and the next look shows what came of it.
SILENT_STOPS = ("html200", "empty200", "cut200", "lacking_key")


def before_list(world, job) -> None:
    world.tick()
    world.wait(20)


def before_get(world, job) -> None:
    world.killed_at("accepted", world.tick)
    world.wait(91)


def before_create(world, job) -> None:
    pass


def before_stop(world, job) -> None:
    world.tick()
    jobs.stop(fresh(job), actor=None, now=world.wait(1))


CALLS = {LIST: before_list, GET: before_get, CREATE: before_create, STOP: before_stop}
# A cut answer to Create means that the platform has acted: see test_kill_points.
ELSEWHERE = {(STOP, kind) for kind in SILENT_STOPS} | {(CREATE, "cut200")}
CASES = [(operation, kind) for operation in CALLS for kind in KINDS if (operation, kind) not in ELSEWHERE]


@pytest.mark.parametrize(("operation", "kind"), CASES)
def test_a_fault_keeps_the_state_is_told_and_heals(world, job, operation, kind, request):
    world.control.switch(training_seconds=3600)
    CALLS[operation](world, job)
    if kind == "timeout":
        request.getfixturevalue("hasty")
    state, told = fresh(job).state, story(job)
    world.control.fail(kind, platform="bedrock", operation=operation, times=None, seconds=1)
    pauses = []
    for attempt in (1, 2):
        world.tick()
        looked = fresh(job)
        assert (looked.state, looked.failure, looked.attempts) == (state, "", attempt)
        assert looked.trouble
        assert "<html" not in looked.trouble
        assert story(job) == told
        pauses.append((looked.next_check_at - world.now).total_seconds())
        world.wait(pauses[-1])
    assert pauses[0] < pauses[1]
    world.control.clear_faults()
    for _ in range(3):
        world.tick(300)
    healed = fresh(job)
    assert healed.state == ("stopped" if operation == STOP else "running")
    assert (healed.trouble, healed.alarm, healed.attempts) == ("", "", 0)
    assert [birth["arn"] for birth in world.births()] == [healed.arn]


@pytest.mark.parametrize("kind", SILENT_STOPS)
def test_a_stop_that_was_answered_by_nonsense_is_asked_again(world, job, kind):
    before_stop(world, job)
    world.control.fail(kind, platform="bedrock", operation=STOP)
    for _ in range(4):
        world.tick(6)
    assert fresh(job).state == "stopped"


@pytest.mark.parametrize("kind", ["expired", "denied"])
@pytest.mark.parametrize("operation", [LIST, CREATE])
def test_lost_credentials_freeze_and_fail_nothing_however_long(world, job, operation, kind):
    world.control.fail(kind, platform="bedrock", operation=operation, times=None)
    for _ in range(12):
        world.tick(400)
    job = fresh(job)
    assert (job.state, job.failure) == ("requested", "")
    assert "No progress after" in job.alarm
    assert story(job) == ["requested"]
    world.control.clear_faults()
    world.tick(400)
    assert (fresh(job).state, fresh(job).alarm) == ("running", "")


def test_the_pause_the_platform_asks_for_is_kept(world, job):
    world.control.fail("throttle", platform="bedrock", operation=CREATE, retry_after=45)
    world.tick()
    assert (fresh(job).next_check_at - world.now).total_seconds() == 45


@pytest.mark.parametrize("kind", ["expired", "error500", "html200", "closed", "denied"])
def test_s3_that_does_not_answer_fails_no_job(world, job, kind):
    """Is the file still the one that was checked? Not knowing is not "it has changed"."""
    world.control.fail(kind, platform="s3", operation="HeadObject", times=None)
    world.tick()
    assert (fresh(job).state, world.births()) == ("requested", [])
    assert fresh(job).trouble
    world.control.clear_faults()
    world.tick(30)
    assert fresh(job).state == "running"


@pytest.mark.parametrize("kind", ["expired", "error500", "closed", "denied", "throttle"])
def test_s3_that_does_not_answer_costs_no_curves(world, job, kind):
    world.tick()
    world.tick(100)
    world.control.fail(kind, platform="s3", operation="GetObject", times=2)
    world.tick(1)
    assert (fresh(job).metrics, fresh(job).state) == ({}, "completed")
    for _ in range(3):
        world.tick(60)
    assert fresh(job).metrics["training"]
    assert fresh(job).next_check_at is None


def test_curves_that_may_not_be_read_are_given_up_one_day(world, job):
    world.tick()
    world.tick(100)
    world.control.fail("denied", platform="s3", operation="GetObject", times=None)
    for _ in range(12):
        world.tick(400)
    job = fresh(job)
    assert (job.next_check_at, job.alarm) == (None, "")
    assert "Denied" in job.metrics["training_unread"]


def many_running(world, count: int) -> None:
    """Rows for jobs that exist on the platform, all due."""
    world.control.generate_jobs(count, age_seconds=15)
    base = Model.objects.filter(external_id=BASE).first() or green_base()
    seen = world.control.jobs()
    Model.objects.bulk_create(
        Model(
            platform="bedrock",
            external_id=one["jobName"],
            name=one["jobName"],
            kind="custom",
            build="running",
            serving="nothing",
        )
        for one in seen
    )
    models = {model.name: model for model in Model.objects.filter(kind="custom")}
    CustomizationJob.objects.bulk_create(
        CustomizationJob(
            model=models[one["jobName"]],
            base=base,
            remote_name=one["jobName"],
            arn=one["jobArn"],
            state="running",
            sent_at=NOW,
            created_at=NOW,
            changed_at=NOW,
            next_check_at=NOW,
            output_uri="s3://somebody-else/output",
        )
        for one in seen
    )


def test_a_thousand_due_rows_cost_one_list_and_no_get(world):
    many_running(world, 1000)
    world.control.clear_ledger()
    assert world.tick() == 1000
    assert [call["operation"] for call in world.control.ledger(platform="bedrock")] == [LIST]
    assert CustomizationJob.objects.filter(remote_word="InProgress").count() == 1000


def test_nothing_due_costs_no_call(world, running):
    world.control.clear_ledger()
    assert world.tick() == 0
    assert world.control.ledger() == []


def test_a_broken_row_stalls_nobody_and_calls_for_help(world, request_job):
    broken, fine = request_job("broken"), request_job("fine")
    CustomizationJob.objects.filter(pk=broken.pk).update(hyperparameters=["not", "pairs"])
    for _ in range(10):
        world.tick(400)
    assert fresh(fine).state == "completed"
    broken = fresh(broken)
    assert broken.state == "requested"
    assert "modelhub itself failed" in broken.trouble
    assert "No progress after" in broken.alarm


def test_a_row_whose_change_can_not_be_written_is_moved_aside_too(world, request_job):
    """The transaction is rolled back; what was set in memory must not hide the row from the next look."""
    job = request_job()
    world.tick()
    arn = world.control.jobs()[0]["jobArn"]
    world.wait(100)
    model_arn = world.control.jobs()[0]["outputModelArn"]
    Model.objects.create(platform="bedrock", external_id=model_arn, name="Taken", kind="base")
    world.tick()
    job = fresh(job)
    assert (job.state, job.arn) == ("running", arn)
    assert "IntegrityError" in job.trouble
    assert job.next_check_at > world.now


def test_a_settled_job_is_not_looked_at_again(world, job):
    world.tick()
    world.control.stop_job(fresh(job).remote_name)
    for _ in range(3):
        world.tick(20)
    world.tick(3600)
    assert fresh(job).state == "stopped"
    world.control.clear_ledger()
    world.tick(10_000)
    assert world.control.ledger() == []


@pytest.mark.parametrize("word", ["Queued", "COMPLETED", "Succeeded", ""])
def test_a_word_nobody_knows_is_shown_and_never_a_success(world, running, word):
    """The sandbox speaks only documented words; the answer is altered on its way, below our clients."""
    client = aws.client("bedrock")

    def alter(parsed, **_):
        for entry in parsed.get("modelCustomizationJobSummaries", ()):
            entry["status"] = word

    name = f"after-call.bedrock.{LIST}"
    client.meta.events.register(name, alter)
    try:
        world.tick(20)
    finally:
        client.meta.events.unregister(name, alter)
    job = fresh(running)
    assert (job.state, job.remote_word, job.model.status) == (JobState.UNKNOWN, word, "red")
    assert word in job.model.build_message
    assert job.next_check_at
    world.tick(20)
    assert fresh(running).state == "running"
    assert reconcile_jobs(world.now) == 0
