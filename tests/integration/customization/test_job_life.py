"""A job from its request to its end, over HTTP, as people see it on the way."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from catalog import killpoints
from catalog.models import Event, Model
from catalog.platforms import aws
from customization import artifacts, jobs
from customization.decide import decide
from customization.models import CustomizationJob, Dataset
from customization.recording import record
from tests.integration.customization.conftest import (
    BUCKET,
    CREATE,
    GET,
    LIST,
    STOP,
    fresh,
    green_base,
    put,
    rows,
    story,
    valid_file,
)

pytestmark = pytest.mark.django_db


def words(answer) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_job_goes_from_request_to_a_model_with_curves_and_costs(world, base, training, admin):
    validation = valid_file("validation", "validation.jsonl")
    job = jobs.create(
        name="support-tone",
        base=base,
        training=training,
        validation=validation,
        actor=admin,
        hyperparameters={"epochCount": "3"},
        description="Kind answers",
        now=world.now,
    )
    model = job.model
    assert (model.kind, model.status, model.build, model.provider) == ("custom", "red", "requested", "Amazon")
    assert model.explained.reason.startswith("Training requested")
    world.tick()
    job = fresh(job)
    assert (job.state, job.model.explained.reason) == ("running", "Training")
    seen = []
    for _ in range(3):
        world.tick(15)
        job = fresh(job)
        seen.append(([phase["word"] for phase in job.phases], job.model.explained.reason))
    assert seen == [
        (["Completed", "InProgress", "NotStarted"], "Training: validation ✓, data…"),
        (["Completed", "Completed", "InProgress"], "Training: validation ✓, data ✓, training…"),
        (["Completed", "Completed", "InProgress"], "Training: validation ✓, data ✓, training…"),
    ]
    world.tick(20)
    job = fresh(job)
    assert (job.state, job.model.build) == ("completed", "built")
    assert job.next_check_at  # the curves are still to be read
    world.tick(1)
    job = fresh(job)
    remote = world.control.jobs()[0]
    assert (job.arn, job.model.arn, job.model.external_id) == (
        remote["jobArn"],
        *[remote["outputModelArn"]] * 2,
    )
    assert job.model.explained.reason == "Created, nothing serves it yet"
    assert job.model.status == "red"
    assert {"training", "validation"} <= set(job.metrics)
    assert job.metrics["training"][0]["perplexity"] > 1
    assert (job.estimated_cost, job.actual_cost) == (
        None,
        None,
    )  # no price in the bundled table for this base
    assert job.ended_at
    assert story(job) == ["requested", "training running", "training completed"]
    assert Event.objects.filter(model=model, actor=admin).count() == 1


def test_estimate_and_actual_cost_are_tokens_times_epochs_times_price(world, training):
    nova2 = green_base(2, "amazon.nova-2-lite-v1:0:256k", name="Nova 2 Lite")
    data = valid_file(key="two.jsonl", base_id=nova2.external_id)
    job = jobs.create(
        name="cheap", base=nova2, training=data, now=world.now, hyperparameters={"epochCount": "3"}
    )
    assert job.estimated_cost == Decimal("0.00378") * 30_000 * 3 / 1000
    world.tick()
    world.tick(100)
    world.tick(1)
    job = fresh(job)
    assert job.state == "completed"
    assert job.actual_cost == job.estimated_cost
    assert "AWS Price List" in job.price_source


EPOCHS = "step_number,epoch_number,training_loss\n1,0,2.5\n2,0,2.0\n3,1,1.5\n"


@pytest.fixture
def priced(world) -> CustomizationJob:
    """A job that is to run three epochs, at a price that is known."""
    nova2 = green_base(2, "amazon.nova-2-lite-v1:0:256k", name="Nova 2 Lite")
    data = valid_file(key="priced.jsonl", base_id=nova2.external_id)
    wishes = {"epochCount": "3"}
    return jobs.create(name="priced", base=nova2, training=data, now=world.now, hyperparameters=wishes)


def test_the_actual_cost_counts_the_epochs_that_ran_not_those_asked_for(world, priced, as_admin):
    world.tick()
    world.tick(100)
    put(artifacts.places(fresh(priced))["training"].key, EPOCHS.encode())
    world.tick(1)
    job = fresh(priced)
    assert (job.epochs, job.epochs_run) == (3, 2)
    assert job.actual_cost == Decimal("0.00378") * 30_000 * 2 / 1000
    assert "2 epochs begun" in as_admin.get(job.get_absolute_url()).content.decode()


def test_without_its_metrics_file_the_actual_cost_is_unknown(world, priced, as_admin):
    world.tick()
    world.tick(100)
    aws.client("s3").delete_object(Bucket=BUCKET, Key=artifacts.places(fresh(priced))["training"].key)
    world.tick(1)
    world.tick(3600)
    job = fresh(priced)
    assert (job.state, job.next_check_at, job.epochs_run, job.actual_cost) == ("completed", None, None, None)
    assert job.estimated_cost
    page = words(as_admin.get(job.get_absolute_url()))
    assert "Actual unknown" in page
    assert "no metrics file says how many epochs ran" in page


@pytest.mark.parametrize(("text", "cost"), [(EPOCHS, Decimal("0.2268")), (None, None)])
def test_a_stopped_job_tells_what_was_trained_if_it_left_a_file(world, priced, as_admin, text, cost):
    world.control.switch(training_seconds=3600)
    world.tick()
    if text:
        put(artifacts.places(fresh(priced))["training"].key, text.encode())
    jobs.stop(fresh(priced), actor=None, now=world.wait(60))
    for _ in range(4):
        world.tick(10)
    world.tick(3600)
    job = fresh(priced)
    assert (job.state, job.next_check_at, job.actual_cost) == ("stopped", None, cost)
    said = "$0.23" if cost else "unknown"
    assert f"Actual {said}" in words(as_admin.get(job.get_absolute_url()))


def test_hyperparameters_nobody_named_are_the_tables_defaults_and_said_aloud(world, job):
    assert job.hyperparameters == {
        "epochCount": "2",
        "learningRate": "0.00001",
        "learningRateWarmupSteps": "10",
    }
    world.tick()
    assert world.control.jobs()[0]["hyperParameters"] == job.hyperparameters


def test_token_name_and_tags_reach_the_platform(world, job):
    world.tick()
    (birth,) = world.births()
    assert (birth["token"], birth["name"]) == (job.request_token, job.remote_name)
    assert tags_of(birth) == {"modelhub:instance": "modelhub", "modelhub:request": job.request_token}
    assert [call["token"] for call in world.calls(CREATE)] == [job.request_token]


def tags_of(birth: dict) -> dict[str, str]:
    held = birth["tags"]
    return held if isinstance(held, dict) else {tag["key"]: tag["value"] for tag in held}


def test_what_is_made_carries_the_name_of_this_installation(world, job, settings):
    settings.INSTANCE = "team-a"
    world.tick()
    world.tick(100)
    made = [*world.births(), *world.control.created(kind="model")]
    assert [tags_of(birth)["modelhub:instance"] for birth in made] == ["team-a", "team-a"]


def test_the_request_that_made_the_job_can_be_named_to_aws(world, job, as_admin):
    world.tick()
    (call,) = world.calls(CREATE)
    assert call["request_id"]
    assert fresh(job).last_request_id == call["request_id"]
    made = job.model.events.get(action="training running")
    assert made.detail == {"aws_request_id": call["request_id"]}
    assert f"<code>{call['request_id']}</code>" in as_admin.get(job.get_absolute_url()).content.decode()


def test_the_request_that_stopped_the_job_can_be_named_to_aws(world, running):
    jobs.stop(running, actor=None, now=world.wait(30))
    for _ in range(3):
        world.tick(6)
    (call,) = world.calls(STOP)
    assert fresh(running).last_request_id == call["request_id"]
    stopping = running.model.events.get(action="training stopping")
    assert stopping.detail == {"aws_request_id": call["request_id"]}
    assert fresh(running).state == "stopped"


def test_the_request_that_was_refused_can_be_named_to_aws(world, request_job):
    world.control.script_job("quota")
    job = request_job()
    world.tick()
    (call,) = world.calls(CREATE)
    assert fresh(job).last_request_id == call["request_id"]


def test_the_refusal_that_failed_a_job_can_be_named_to_aws(world, request_job):
    world.control.script_job("name_in_use", times=None)
    job = request_job()
    for _ in range(8):
        world.tick(100)
    last = world.calls(CREATE)[-1]["request_id"]
    assert fresh(job).last_request_id == last
    assert job.model.events.get(action="training failed").detail == {"aws_request_id": last}


def test_progress_reaches_open_pages_without_an_event(world, running):
    before, told = running.model.rev, story(running)
    world.tick(15)
    model = fresh(running).model
    assert model.build_message == "validation ✓, data…"
    assert model.rev > before
    assert story(running) == told
    world.tick(1)
    assert fresh(running).model.rev == model.rev  # nothing new, nothing to fetch


def test_validation_data_is_optional(world, job):
    world.tick()
    assert "validationDataConfig" not in world.control.jobs()[0]
    world.tick(100)
    world.tick(1)
    assert "validation" not in fresh(job).metrics
    assert fresh(job).metrics["validation_missing"]


@pytest.mark.parametrize(
    ("kind", "said", "hint"),
    [
        ("bad_data", "must follow", "The report here names the lines"),
        ("no_s3_permission", "Could not validate GetObject", "s3:GetObject"),
        ("internal", "An internal error", "support case"),
        ("fail", "The model customization job failed.", "AWS console"),
    ],
)
def test_a_failure_is_told_in_the_platforms_words_with_a_hint(world, request_job, as_admin, kind, said, hint):
    world.control.script_job(kind)
    job = request_job()
    for _ in range(3):
        world.tick(60)
    job = fresh(job)
    assert (job.state, job.model.status, job.next_check_at) == ("failed", "red", None)
    assert said in job.failure
    assert said in job.model.explained.reason
    page = as_admin.get(job.get_absolute_url()).content.decode()
    assert said.replace("'", "&#x27;") in page
    assert hint in page
    assert "Archive" in page


def test_a_stop_before_anything_was_sent_sends_nothing(world, job, admin):
    jobs.stop(job, actor=admin, now=world.now)
    world.tick()
    job = fresh(job)
    assert (job.state, job.model.build) == ("stopped", "stopped")
    assert world.calls(CREATE) == world.calls(STOP) == []
    assert story(job) == ["requested", "stop requested", "training stopped"]


def test_a_running_job_is_stopped(world, running, admin):
    jobs.stop(running, actor=admin, now=world.wait(30))
    world.tick()
    world.tick(5)
    world.tick(6)
    job = fresh(running)
    assert (job.state, job.model.build) == ("stopped", "stopped")
    assert len(world.calls(STOP)) == 1
    assert story(job)[-2:] in (
        ["training stopping", "training stopped"],
        ["stop requested", "training stopped"],
    )


def test_a_stop_after_an_answer_was_lost_finds_the_job_and_stops_it(world, job):
    world.control.switch(get_lag_seconds=30, list_lag_seconds=30, training_seconds=3600)
    world.control.fail("closed", platform="bedrock", operation=CREATE, applied=True)
    world.tick()
    jobs.stop(fresh(job), actor=None, now=world.now)
    for _ in range(6):
        world.tick(31)
    assert fresh(job).state == "stopped"
    assert [each["status"] for each in world.control.jobs()] == ["Stopped"]


def test_a_stop_after_an_answer_was_lost_asks_for_nothing_more_and_settles(world, job):
    world.control.fail("closed", platform="bedrock", operation=CREATE)
    world.tick()
    asked = len(world.calls(CREATE))
    jobs.stop(fresh(job), actor=None, now=world.now)
    world.tick(60)
    assert fresh(job).state == "requested"  # the platform may still show it
    world.tick(61)
    assert (fresh(job).state, fresh(job).next_check_at) == ("stopped", None)
    assert len(world.calls(CREATE)) == asked
    assert world.births() == []


def test_a_stop_meanwhile_is_not_made_to_wait_for_a_look_that_is_under_way(world, running):
    """The worker holds the row, and would have written down to look again in ten seconds."""
    world.wait(30)

    def hook(point: str) -> None:
        if point == "claimed":
            jobs.stop(fresh(running), actor=None, now=world.now)

    with killpoints.armed(hook):
        world.tick()
    job = fresh(running)
    assert (job.stop_wanted, job.next_check_at, job.remote_word) == (True, world.now, "InProgress")
    assert world.tick() == 1
    assert len(world.calls(STOP)) == 1


@pytest.mark.parametrize("point", ["claimed", "before_send"])
def test_a_stop_meanwhile_is_not_made_to_wait_for_a_look_that_fails(world, job, point):
    world.control.fail("error500", platform="bedrock", times=None)
    done = []

    def hook(reached: str) -> None:
        if reached == point and not done:
            done.append(jobs.stop(fresh(job), actor=None, now=world.now))

    if point == "before_send":
        world.control.clear_faults()
        world.control.fail("error500", platform="bedrock", operation=CREATE, times=None)
    with killpoints.armed(hook):
        world.tick()
    assert done
    assert fresh(job).next_check_at == world.now


def test_a_stop_meanwhile_is_not_made_to_wait_for_a_get_that_fails(world, running):
    """The error is caught far out, where the row is read again."""
    world.control.switch(list_lag_seconds=600)  # the list does not show it: one Get does
    world.control.fail("error500", platform="bedrock", operation=GET, times=None)
    world.wait(30)

    def hook(point: str) -> None:
        if point == "claimed":
            jobs.stop(fresh(running), actor=None, now=world.now)

    with killpoints.armed(hook):
        world.tick()
    job = fresh(running)
    assert job.trouble
    assert (job.stop_wanted, job.next_check_at) == (True, world.now)


def test_of_two_due_times_the_sooner_wins(world, running):
    """A page makes the row due by an object it read before a worker claimed the row."""
    stale = fresh(running)
    assert fresh(running).claim(world.wait(90))
    soon = world.now - timedelta(seconds=60)
    assert stale.move("running", next_check_at=soon)
    assert fresh(running).next_check_at == soon
    assert stale.move("running", next_check_at=None)
    assert fresh(running).next_check_at is None


def alter(operation: str, change):
    """Alter an answer on its way, below our clients, until the returned function is called."""
    client = aws.client("bedrock")
    name = f"after-call.bedrock.{operation}"

    def hook(parsed, **_):
        change(parsed)

    client.meta.events.register(name, hook)
    return lambda: client.meta.events.unregister(name, hook)


def nameless_list(parsed: dict) -> None:
    for entry in parsed["modelCustomizationJobSummaries"]:
        entry.pop("customModelArn", None)


def nameless_get(parsed: dict) -> None:
    parsed.pop("outputModelArn", None)


def test_a_model_that_only_the_list_names_is_taken_from_there(world, job):
    world.tick()
    restore = alter(GET, nameless_get)
    try:
        world.tick(100)
    finally:
        restore()
    job = fresh(job)
    assert (job.state, job.model.build) == ("completed", "built")
    assert job.model.arn == world.control.jobs()[0]["outputModelArn"]


def test_a_completed_job_whose_model_is_not_named_yet_is_asked_about_again(world, job):
    world.tick()
    restore = [alter(GET, nameless_get), alter(LIST, nameless_list)]
    try:
        world.tick(100)
    finally:
        for each in restore:
            each()
    waiting = fresh(job)
    assert (waiting.state, waiting.model.build, waiting.model.arn) == ("running", "running", "")
    assert "has not named the model yet" in waiting.trouble
    world.tick(6)
    job = fresh(job)
    assert (job.state, job.model.build, job.trouble) == ("completed", "built", "")
    assert job.model.arn


def test_a_stop_that_meets_a_lagging_list_is_no_trouble(world, running):
    world.wait(200)
    world.tick()
    world.control.switch(list_lag_seconds=60)
    jobs.stop(fresh(running), actor=None, now=world.now)
    for _ in range(4):
        world.tick(6)
        assert (fresh(running).trouble, fresh(running).attempts) == ("", 0)
    for _ in range(3):
        world.tick(40)
    assert fresh(running).state == "stopped"
    assert story(running).count("training running") == 1


@pytest.mark.parametrize("state", ["completed", "failed", "stopped", "stopping"])
def test_what_is_over_can_not_be_stopped(world, job, state):
    CustomizationJob.objects.filter(pk=job.pk).update(state=state)
    with pytest.raises(jobs.Refused, match="nothing to stop"):
        jobs.stop(fresh(job), actor=None, now=world.now)


def test_a_second_stop_says_that_the_first_is_under_way(world, running):
    jobs.stop(running, actor=None, now=world.now)
    with pytest.raises(jobs.Refused, match="being stopped already"):
        jobs.stop(running, actor=None, now=world.now)
    assert story(running).count("stop requested") == 1


def test_an_archived_failure_gives_its_name_back_without_regard_to_case(world, request_job):
    job = request_job("Support-Tone")
    with pytest.raises(jobs.Refused, match="There is a custom model “Support-Tone” already"):
        request_job("support-tone")
    jobs.stop(job, actor=None, now=world.now)
    world.tick()
    with pytest.raises(jobs.Refused, match="already"):
        request_job("SUPPORT-TONE")
    jobs.archive(fresh(job), actor=None, now=world.now)
    again = request_job("support-tone")
    world.tick()
    assert fresh(again).state == "running"
    old = fresh(job)
    assert (old.model.archived_at, old.model.listed) == (world.now, False)
    assert story(old)[-1] == "archived"


def test_an_archived_job_is_not_archived_twice(world, job):
    jobs.stop(job, actor=None, now=world.now)
    world.tick()
    jobs.archive(fresh(job), actor=None, now=world.now)
    with pytest.raises(jobs.Refused, match="archived already"):
        jobs.archive(fresh(job), actor=None, now=world.now)


def test_of_two_who_archive_at_once_one_is_refused(world, job):
    jobs.stop(job, actor=None, now=world.now)
    world.tick()
    first, second = fresh(job), fresh(job)
    jobs.archive(first, actor=None, now=world.now)
    with pytest.raises(jobs.Refused, match="archived already"):
        jobs.archive(second, actor=None, now=world.wait(1))
    assert story(job).count("archived") == 1
    assert fresh(job).model.archived_at < world.now


@pytest.mark.parametrize("state", ["requested", "running", "stopping", "completed", "unknown"])
def test_only_what_came_to_nothing_can_be_archived(world, job, state):
    CustomizationJob.objects.filter(pk=job.pk).update(state=state)
    with pytest.raises(jobs.Refused, match="Only a failed or stopped job"):
        jobs.archive(fresh(job), actor=None, now=world.now)


@pytest.mark.parametrize("name", ["Taken-There", "taken-there", "TAKEN-THERE"])
def test_a_name_taken_on_aws_is_told_without_regard_to_case(world, name):
    world.control.make_custom_model("Taken-There")
    assert "“Taken-There” exists on Amazon Bedrock already" in jobs.why_taken_there(name)


def test_an_aws_that_does_not_answer_stops_nobody_from_typing(world):
    world.control.fail("error500", platform="bedrock", times=None)
    assert jobs.why_taken_there("anything") is None


def test_quota_is_waited_for_and_told(world, request_job):
    world.control.switch(jobs_in_progress_limit=1)
    first, second = request_job("first"), request_job("second")
    world.tick()
    waiting = fresh(second)
    assert (fresh(first).state, waiting.state, waiting.failure) == ("running", "requested", "")
    assert "too many in-progress" in waiting.trouble
    assert (waiting.next_check_at - world.now).total_seconds() == 300
    world.tick(301)
    assert fresh(second).state == "running"
    assert fresh(second).trouble == ""
    assert len(world.births()) == 2


def test_a_stop_while_waiting_for_quota_sends_no_further_create(world, request_job):
    world.control.script_job("quota", times=None)
    job = request_job()
    world.tick()
    jobs.stop(fresh(job), actor=None, now=world.now)
    world.tick()
    assert fresh(job).state == "stopped"
    assert len(world.calls(CREATE)) == 1
    assert world.births() == []


def test_a_role_that_can_not_be_assumed_yet_is_tried_again(world, request_job):
    world.control.script_job("role")
    job = request_job()
    world.tick()
    assert (fresh(job).state, fresh(job).trouble) == ("requested", "Could not assume provided IAM role.")
    world.tick(6)
    assert fresh(job).state == "running"
    assert len(world.births()) == 1


def test_a_role_that_can_never_be_assumed_fails_the_job_after_minutes(world, request_job):
    world.control.script_job("role", times=None)
    job, began = request_job(), world.now
    while fresh(job).state == "requested":
        world.tick(max(1, (fresh(job).next_check_at - world.now).total_seconds()))
    assert fresh(job).failure == "Could not assume provided IAM role."
    assert 120 < (world.now - began).total_seconds() < 900


def test_a_role_of_another_account_freezes_and_is_told(world, request_job):
    world.control.script_job("cross_account", times=None)
    job = request_job()
    for _ in range(10):
        world.tick(400)
    assert (fresh(job).state, fresh(job).trouble) == ("requested", "Cross-account pass role is not allowed.")
    assert fresh(job).alarm


@pytest.mark.parametrize("fields", [{}, {"clientRequestToken": "somebody-elses-token"}])
@pytest.mark.parametrize("lag", [0, 60])
def test_a_job_name_that_somebody_else_took_fails_with_a_way_out(world, request_job, fields, lag):
    world.control.switch(get_lag_seconds=lag, list_lag_seconds=lag)
    job = request_job()
    world.control.make_job(job.remote_name, **fields)
    for _ in range(6):
        world.tick(61)
    job = fresh(job)
    assert job.state == "failed"
    assert "Clone" in job.failure
    assert job.arn == ""  # what is not ours is not followed
    assert len(world.births()) == 1
    assert fresh(job).model.arn == ""


def test_a_refused_job_name_of_which_nothing_is_seen_fails_after_a_while(world, request_job):
    world.control.script_job("name_in_use", times=None)
    job = request_job()
    for _ in range(8):
        world.tick(100)
    assert (
        fresh(job).failure == "The provided job name is currently in use. Clone the job under another name."
    )


def test_a_model_name_in_use_there_fails_with_a_way_out(world, request_job):
    world.control.make_custom_model("support-tone")
    job = request_job("support-tone")
    world.tick()
    assert fresh(job).state == "requested"  # it might be our own job, of which the answer was lost
    for _ in range(8):
        world.tick(100)
    assert "The provided custom model name is currently in use. Clone" in fresh(job).failure
    assert world.births() == []


@pytest.mark.parametrize("how", ["changed", "removed", "bucket"])
def test_a_file_that_is_not_the_checked_one_is_never_sent(world, job, how):
    if how == "changed":
        put("train.jsonl", rows(11))
    elif how == "removed":
        aws.client("s3").delete_object(Bucket=BUCKET, Key="train.jsonl")
    else:
        Dataset.objects.update(bucket="nobody-has-this-bucket")
    world.tick()
    job = fresh(job)
    assert job.state == "failed"
    assert (
        "has changed since it was checked" if how == "changed" else "is not there any more"
    ) in job.failure
    assert world.calls(CREATE) == []


def test_a_file_that_changes_after_a_lost_answer_does_not_lose_the_job(world, job):
    world.control.switch(get_lag_seconds=60, list_lag_seconds=60, training_seconds=3600)
    world.control.fail("closed", platform="bedrock", operation=CREATE, applied=True)
    world.tick()
    put("train.jsonl", rows(11))
    world.tick(6)
    assert fresh(job).state == "requested"
    world.tick(61)
    assert fresh(job).state == "running"
    assert len(world.births()) == 1


def test_a_file_that_changes_after_a_create_that_never_arrived_fails_in_the_end(world, job):
    world.control.fail("closed", platform="bedrock", operation=CREATE)
    world.tick()
    put("train.jsonl", rows(11))
    for _ in range(3):
        world.tick(91)
    assert "has changed" in fresh(job).failure
    assert world.births() == []


def test_a_clone_takes_everything_but_the_name(world, job, as_admin: Client):
    page = as_admin.get("/custom/new/", {"clone": job.pk}).content.decode()
    assert 'name="name" value=""' in page
    assert f'name="training" value="{job.training_id}"' in page
    assert "0.00001" in page


def test_two_clicks_make_one_model(world, request_job):
    request_job("once")
    with pytest.raises(jobs.Refused) as refusal:
        request_job("Once")
    assert set(refusal.value.errors) == {"name"}
    assert Model.objects.filter(kind="custom").count() == CustomizationJob.objects.count() == 1


def test_every_reason_is_given_at_once(world, base, training):
    Model.objects.filter(pk=base.pk).update(enabled=False)
    Dataset.objects.update(state="invalid")
    base.refresh_from_db()
    training.refresh_from_db()
    with pytest.raises(jobs.Refused) as refusal:
        jobs.create(
            name="no__no",
            base=base,
            training=training,
            validation=training,
            now=world.now,
            hyperparameters={"epochCount": "6", "wings": "2"},
        )
    wrong = {"name", "base", "training", "validation", "hyperparameter:epochCount", "hyperparameter:wings"}
    assert set(refusal.value.errors) == wrong
    assert not CustomizationJob.objects.exists()


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"base_external_id": "meta.llama3-1-8b-instruct-v1:0"}, "was checked for meta.llama3-1-8b"),
        ({"purpose": "validation"}, "was checked as validation data"),
        ({"state": "checking"}, "being checked. Only a valid file"),
    ],
)
def test_data_must_have_been_checked_for_this_very_use(world, base, training, what, said):
    Dataset.objects.update(**what)
    training.refresh_from_db()
    with pytest.raises(jobs.Refused) as refusal:
        jobs.create(name="x", base=base, training=training, now=world.now)
    assert said in refusal.value.errors["training"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            {
                "state": "invalid",
                "report": {
                    "errors": [{"line": 1203, "code": "bad_json", "message": "This is no valid JSON."}] * 20,
                    "error_totals": {"bad_json": 1_400, "role": 3},
                },
            },
            "train.jsonl: has errors. Only a valid file can be used. "
            "1,403 errors, the first: line 1,203: This is no valid JSON.",
        ),
        (
            {"state": "invalid", "report": {"errors": [{"line": None, "message": "Too few rows."}]}},
            "train.jsonl: has errors. Only a valid file can be used. 1 error: Too few rows.",
        ),
        (
            {"state": "unreadable", "trouble": "It is gone."},
            "train.jsonl: could not be read. Only a valid file can be used. It is gone.",
        ),
    ],
)
def test_a_refused_file_is_told_with_its_first_finding(world, base, training, columns, said):
    Dataset.objects.update(**columns)
    training.refresh_from_db()
    assert jobs.objections("x", base, training, None, {})["training"] == said


@pytest.mark.parametrize(
    ("training_rows", "validation_rows", "field", "said"),
    [
        (99, None, "training", "99 rows together; this model takes at least 100. Add rows."),
        (60, 39, "validation", "99 rows together; this model takes at least 100. Add rows."),
        (9_990, 11, "validation", "10,001 rows together; this model takes at most 10,000. Remove rows."),
        (60, 40, "", ""),
        (9_990, 10, "", ""),
    ],
)
def test_bounds_on_the_rows_of_both_files_are_kept(world, training_rows, validation_rows, field, said):
    llama = green_base(3, "meta.llama3-1-8b-instruct-v1:0:128k", name="Llama")
    data = valid_file(base_id=llama.external_id, rows=training_rows)
    more = None
    if validation_rows:
        more = valid_file("validation", "more.jsonl", llama.external_id, rows=validation_rows)
    errors = jobs.objections("tone", llama, data, more, {})
    assert errors == ({field: f"Training and validation data have {said}"} if field else {})


def test_a_stop_that_overtakes_the_first_send_buys_nothing(world, job, admin, monkeypatch):
    """One worker looks at the data while somebody stops the job and another worker gives it up."""

    def stopped_meanwhile(job):
        monkeypatch.undo()
        jobs.stop(fresh(job), actor=admin, now=world.now)
        world.tick()
        return ""

    monkeypatch.setattr("customization.sending._data_has_changed", stopped_meanwhile)
    world.tick()
    assert fresh(job).state == "stopped"
    assert world.births() == []


def test_giving_up_unsent_does_not_overtake_a_send(world, job, admin):
    jobs.stop(job, actor=admin, now=world.now)
    stale = fresh(job)
    CustomizationJob.objects.filter(pk=job.pk).update(sent_at=world.now)
    record(stale, None, decide(stale.facts, None, world.now), world.now)
    assert fresh(job).state == "requested"
