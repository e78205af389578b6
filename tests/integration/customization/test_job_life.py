"""A job from its request to its end, over HTTP, as people see it on the way."""

from decimal import Decimal

import pytest
from django.test import Client

from catalog.models import Event, Model
from catalog.platforms import aws
from customization import jobs
from customization.decide import decide
from customization.models import CustomizationJob, Dataset
from customization.recording import record
from tests.integration.customization.conftest import (
    BUCKET,
    CREATE,
    STOP,
    fresh,
    green_base,
    put,
    rows,
    story,
    valid_file,
)

pytestmark = pytest.mark.django_db


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
        seen.append([phase["word"] for phase in fresh(job).phases])
    assert seen == [
        ["Completed", "InProgress", "NotStarted"],
        ["Completed", "Completed", "InProgress"],
        ["Completed", "Completed", "InProgress"],
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
    tags = {"modelhub:instance": "modelhub", "modelhub:request": job.request_token}
    assert birth["tags"] == tags or {tag["key"]: tag["value"] for tag in birth["tags"]} == tags
    assert [call["token"] for call in world.calls(CREATE)] == [job.request_token]


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
    assert jobs.why_taken_there("anything") == ""


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
