"""Deleting a custom model: every rule, every moment at which a worker may die, and what stays."""

from datetime import timedelta

import pytest

from catalog import enablement
from catalog.customs import change_custom_model
from catalog.facts import BuildState, ServingState
from catalog.models import Event, Model
from catalog.platforms import aws
from customization import deleting, jobs
from customization.deletion import request_deletion, why_not_delete
from customization.models import CustomizationJob, Dataset, Deletion, Deployment, Throughput
from customization.refusal import Refused
from customization.results import results_of
from customization.serving import renting
from tests.builders import NOW
from tests.integration.customization.conftest import BUCKET, fresh, put
from tests.integration.customization.serving.conftest import a_trained_model

pytestmark = pytest.mark.django_db

DELETE = "DeleteCustomModel"
WHILE_DELETING = (
    "intent_committed",
    "claimed",
    "before_delete",
    "delete_accepted",
    "before_commit",
    "committed",
)
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
HABIT_NAMES = ("documented", "lists lag", "refuses served", "everything lags", "takes its time")
HABITS = (
    {},
    {"list_lag_seconds": 120.0},
    {"model_delete_with_throughput": "conflict"},
    {"get_lag_seconds": 60.0, "list_lag_seconds": 120.0},
    {"model_deleting_seconds": 200.0},
)


def wish(serving, model, **more) -> Deletion:
    return request_deletion(model, **{"typed_name": model.name, "actor": None, "now": serving.now, **more})


def actions(model) -> list[str]:
    return list(Event.objects.filter(model=model).order_by("id").values_list("action", flat=True))


def there(serving) -> list[str]:
    return [model["modelName"] for model in serving.control.custom_models()]


def keys(prefix: str = "") -> set[str]:
    return {
        entry["Key"]
        for entry in aws.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", ())
    }


def settled(serving, row: Deletion, looks: int = 4) -> Deletion:
    for _ in range(looks):
        serving.tick(91)
    row.refresh_from_db()
    row.model.refresh_from_db()
    return row


def is_deleted(serving, row: Deletion) -> None:
    settled(serving, row)
    assert (row.state, row.next_check_at, row.trouble, row.alarm) == ("done", None, "", "")
    assert there(serving) == []
    assert (row.model.build, row.model.listed, row.model.status) == ("deleted", False, "red")
    assert row.model.archived_at


# --- the way it goes


def test_two_looks_delete_it_and_free_its_name(serving, trained, admin):
    arn = trained.arn
    row = wish(serving, trained, actor=admin)
    trained.refresh_from_db()
    assert trained.explained.reason == "Being deleted"
    assert not serving.control.ledger(operation=DELETE)  # nothing is sent by the click itself
    serving.tick()
    assert there(serving) == []
    trained.refresh_from_db()
    assert trained.archived_at is None  # it is gone when the platform itself says so
    serving.tick(5)
    is_deleted(serving, row)
    assert actions(trained)[-3:] == ["deletion requested", "deletion accepted", "deleted"]
    last = Event.objects.filter(model=trained).latest("id")
    assert (last.actor, last.detail["arn"]) == (admin, arn)
    assert last.detail["aws_request_id"] == row.last_request_id != ""
    assert not Model.objects.current().filter(pk=trained.pk).exists()


def test_history_spend_and_lineage_stay(serving, completed, throughput_of):
    spent = throughput_of(completed.model)
    is_deleted(serving, wish(serving, completed.model))
    spent.refresh_from_db()
    job = fresh(completed)
    assert (job.state, job.model.base_external_id, job.base.name) == (
        "completed",
        job.base.external_id,
        "Nova Lite",
    )
    assert job.metrics["training"]
    assert spent.cost(serving.now) > 0
    assert {"requested", "training completed", "throughput in service", "deleted"} <= set(actions(job.model))


@pytest.fixture
def throughput_of(serving):
    def make(model) -> Throughput:
        row = renting.provision(model, units=1, actor=None, now=serving.now)
        serving.tick()
        serving.tick(60)
        row.refresh_from_db()
        renting.remove(row, actor=None, now=serving.now)
        serving.tick(60)
        serving.tick(60)
        row.refresh_from_db()
        assert row.state == "removed"
        return row

    return make


def test_the_name_is_free_again_and_the_next_of_that_name_is_another_one(serving, trained, base):
    is_deleted(serving, wish(serving, trained))
    second = a_trained_model(serving.control, base)
    assert second.arn != trained.arn
    row = wish(serving, second)
    is_deleted(serving, row)
    assert Model.objects.filter(name=trained.name).count() == 2


def test_a_job_may_use_the_name_of_a_deleted_model(world, serving, completed, request_job):
    is_deleted(serving, wish(serving, completed.model))
    again = request_job(name="Support-Tone")
    for _ in range(4):
        world.tick(60)
    assert fresh(again).model.build == "built"


def test_the_name_is_taken_until_the_platform_says_that_it_is_gone(serving, trained, request_job):
    row = wish(serving, trained)
    serving.tick()  # the deletion is accepted
    with pytest.raises(jobs.Refused, match="already"):
        request_job(name=trained.name)
    is_deleted(serving, row)
    assert request_job(name=trained.name).state == "requested"


def test_what_is_gone_already_counts_as_deleted(serving, trained):
    row = wish(serving, trained)
    serving.control.remove_custom_model(trained.name)
    serving.tick()
    is_deleted(serving, row)
    assert serving.control.ledger(operation=DELETE) == []


# --- rules


@pytest.mark.parametrize(
    "build", [BuildState.REQUESTED, BuildState.RUNNING, BuildState.STOPPING, BuildState.UNKNOWN]
)
def test_only_a_completed_model_can_be_deleted(serving, trained, build):
    change_custom_model(trained, "x", now=NOW, build=build)
    assert why_not_delete(trained).tab == "job"
    with pytest.raises(Refused, match="Only a completed model"):
        wish(serving, trained)


@pytest.mark.parametrize("build", [BuildState.FAILED, BuildState.STOPPED])
def test_a_failed_or_stopped_job_is_archived_instead(serving, trained, build):
    change_custom_model(trained, "x", now=NOW, build=build)
    with pytest.raises(Refused, match="Archive its job instead"):
        wish(serving, trained)


@pytest.mark.parametrize(
    "state", ["requested", "creating", "in service", "updating", "failed", "unknown", "removing"]
)
@pytest.mark.parametrize("table", [Throughput, Deployment])
def test_nothing_that_serves_it_may_live(serving, trained, table, state):
    units = {"units": 1} if table is Throughput else {}
    table.objects.create(model=trained, name="x", state=state, created_at=NOW, changed_at=NOW, **units)
    obstacle = why_not_delete(trained)
    assert (obstacle.tab, state in obstacle.why) == ("serving", True)
    with pytest.raises(Refused, match="Remove that first"):
        wish(serving, trained)


def test_an_enabled_model_must_be_disabled_first(serving, trained):
    change_custom_model(trained, "x", now=NOW, enabled=True)
    assert why_not_delete(trained).tab == "overview"
    with pytest.raises(Refused, match="Disable it first"):
        wish(serving, trained)


def test_base_models_archived_models_and_models_without_arn_can_not_be_deleted(serving, trained, base):
    for model, why in ((base, "Only custom models"), (trained, "does not know its ARN")):
        Model.objects.filter(pk=trained.pk).update(arn="")
        with pytest.raises(Refused, match=why):
            wish(serving, model)
    Model.objects.filter(pk=trained.pk).update(archived_at=NOW)
    with pytest.raises(Refused, match="already"):
        wish(serving, trained)


@pytest.mark.parametrize("typed", ["", "support-ton", "SUPPORT-TONE", "support tone"])
def test_the_name_must_be_typed(serving, trained, typed):
    with pytest.raises(Refused) as refusal:
        wish(serving, trained, typed_name=typed)
    assert list(refusal.value.errors) == ["typed_name"]
    assert not Deletion.objects.exists()


def test_of_two_admins_the_second_is_told(serving, trained):
    stale = Model.objects.get(pk=trained.pk)
    wish(serving, trained)
    with pytest.raises(Refused, match="being deleted already"):
        wish(serving, stale)
    assert Deletion.objects.count() == 1


def test_whoever_provisions_or_enables_after_the_wish_is_refused(serving, trained):
    stale = Model.objects.get(pk=trained.pk)
    wish(serving, trained)
    with pytest.raises(Refused, match="being deleted"):
        renting.provision(stale, units=1, actor=None, now=serving.now)
    with pytest.raises(Refused, match="being deleted"):
        renting.deploy(stale, actor=None, now=serving.now)
    with pytest.raises(enablement.Refused, match="Being deleted"):
        enablement.enable(stale, now=serving.now)


# --- checked again on the platform


@pytest.mark.parametrize("noun", ["throughput", "deployment"])
def test_what_somebody_made_on_the_platform_refuses(serving, trained, noun):
    getattr(serving.control, f"make_{noun}")("theirs", model=trained.arn)
    row = wish(serving, trained)
    serving.tick()
    row.refresh_from_db()
    trained.refresh_from_db()
    assert (row.state, row.next_check_at, there(serving)) == ("refused", None, [trained.name])
    assert "theirs on Amazon Bedrock (" in row.failure
    assert (trained.build, actions(trained)[-1]) == ("built", "deletion refused")
    assert serving.control.ledger(operation=DELETE) == []
    getattr(serving.control, f"remove_{noun}")("theirs")
    is_deleted(serving, wish(serving, trained))


def test_what_serves_another_model_does_not_refuse(serving, trained, base):
    other = a_trained_model(serving.control, base, "other-tone")
    serving.control.make_throughput("theirs", model=other.arn)
    row = settled(serving, wish(serving, trained))
    assert (row.state, there(serving)) == ("done", ["other-tone"])


@pytest.mark.parametrize("kind", ["empty_list", "short_list"])
def test_one_list_that_is_wrongly_empty_does_not_cost_a_model_that_is_served(serving, trained, kind):
    serving.control.make_throughput("theirs", model=trained.arn)
    serving.control.fail(kind, platform="bedrock", operation="ListProvisionedModelThroughputs")
    row = settled(serving, wish(serving, trained))
    assert (row.state, there(serving)) == ("refused", ["support-tone"])


def test_a_throughput_that_is_gone_but_still_listed_does_not_refuse(serving, throughput):
    renting.remove(throughput, actor=None, now=serving.now)
    serving.tick()
    serving.tick(5)
    serving.control.switch(list_lag_seconds=3600)
    row = wish(serving, throughput.model)
    serving.tick()
    serving.tick(5)
    row.refresh_from_db()
    assert row.state == "done"


def test_what_was_adopted_meanwhile_refuses(serving, trained):
    row = wish(serving, trained)
    Throughput.objects.create(
        model=trained,
        name="x",
        remote_name="adopted",
        state="in service",
        units=1,
        created_at=NOW,
        changed_at=NOW,
    )
    serving.tick()
    row.refresh_from_db()
    assert (row.state, "adopted" in row.failure) == ("refused", True)


def test_the_platforms_own_refusal_is_told_in_its_words(serving, trained, monkeypatch):
    serving.control.switch(model_delete_with_throughput="conflict")
    serving.control.make_throughput("theirs", model=trained.arn)
    monkeypatch.setattr("customization.deleting._server_of", lambda row: "")  # it was made after we looked
    row = wish(serving, trained)
    serving.tick()
    row.refresh_from_db()
    assert row.state == "refused"
    assert row.failure.startswith("Amazon Bedrock refused: The custom model can't be deleted because")
    assert row.last_request_id


def test_a_throughput_made_between_look_and_deletion_is_told_for_it_goes_on_costing(
    serving, trained, monkeypatch
):
    row = wish(serving, trained)
    with monkeypatch.context() as blind:
        blind.setattr("customization.deleting._server_of", lambda row: "")
        serving.tick()
    serving.control.make_throughput("theirs", model=trained.arn)
    serving.tick(5)
    row.refresh_from_db()
    assert row.state == "done"
    assert "throughput theirs" in row.failure
    assert "goes on costing" in row.failure


@pytest.mark.parametrize(
    ("part", "other"), [(":123456789012:", ":999999999999:"), (":us-east-1:", ":eu-west-1:")]
)
def test_another_accounts_or_regions_not_found_proves_nothing(serving, trained, part, other):
    Model.objects.filter(pk=trained.pk).update(arn=trained.arn.replace(part, other))
    trained.refresh_from_db()
    row = wish(serving, trained)
    serving.tick()
    row.refresh_from_db()
    assert row.state == "requested"
    assert other.strip(":") in row.trouble


def test_a_new_model_that_is_not_shown_yet_is_not_taken_for_deleted(world, serving, job):
    world.control.switch(training_seconds=10)
    for seconds in (0, 15, 15, 15, 15):
        world.tick(seconds)
    job = fresh(job)
    assert job.model.build == "built"
    world.control.switch(get_lag_seconds=100)
    row = wish(serving, job.model)
    serving.tick()
    row.refresh_from_db()
    assert (row.state, "proves nothing yet" in row.trouble) == ("requested", True)
    is_deleted(serving, row)


def test_what_could_not_be_asked_within_an_hour_is_dropped(serving, trained):
    row = wish(serving, trained)
    serving.control.fail("denied", platform="bedrock", times=None)
    serving.tick()
    serving.control.clear_faults()
    serving.tick(3601)
    row.refresh_from_db()
    trained.refresh_from_db()
    assert (row.state, there(serving), trained.build) == ("refused", [trained.name], "built")
    assert "within an hour" in row.failure


def test_a_denied_deletion_is_tried_again_and_dropped_after_an_hour(serving, trained):
    serving.control.fail("denied", platform="bedrock", operation=DELETE, times=None)
    row = wish(serving, trained)
    for _ in range(45):
        serving.tick(91)
    row.refresh_from_db()
    assert (row.state, there(serving)) == ("refused", [trained.name])
    assert row.sent_at is None


# --- kills and lost answers


def test_that_a_young_model_is_not_found_proves_nothing_even_when_delete_was_to_be_sent(serving, completed):
    row = wish(serving, completed.model)
    serving.killed_at("before_delete", serving.tick)
    serving.control.switch(get_lag_seconds=100_000)
    CustomizationJob.objects.update(ended_at=serving.now)
    serving.tick(91)
    row.refresh_from_db()
    assert (row.state, there(serving)) == ("requested", ["support-tone"])
    serving.control.switch(get_lag_seconds=0)
    is_deleted(serving, row)


def test_a_deletion_that_the_platform_carries_out_slowly_is_not_called_refused(serving, trained):
    serving.control.switch(model_deleting_seconds=200)
    row = wish(serving, trained)
    serving.tick()
    for _ in range(5):
        serving.tick(31)
        row.refresh_from_db()
        row.model.refresh_from_db()
        assert (row.state, row.model.build) == ("requested", "deleting")
    is_deleted(serving, row)
    assert "deletion refused" not in actions(trained)


def test_the_wait_for_a_slow_deletion_begins_when_it_was_first_sent(serving, trained):
    serving.control.switch(model_deleting_seconds=200)
    row = wish(serving, trained)
    serving.world.wait(1200)  # nobody looked for twenty minutes
    serving.tick()
    for _ in range(5):
        serving.tick(31)
        row.refresh_from_db()
        assert row.state == "requested"
    is_deleted(serving, row)


def test_a_conflict_that_lasts_is_a_refusal(serving, trained):
    serving.control.switch(model_deleting_seconds=100_000)
    row = wish(serving, trained)
    for _ in range(12):
        serving.tick(301)
    row.refresh_from_db()
    assert (row.state, "being deleted" in row.failure) == ("refused", True)


@pytest.mark.parametrize("habits", HABITS, ids=HABIT_NAMES)
@pytest.mark.parametrize("point", WHILE_DELETING)
def test_a_kill_at_any_moment_loses_no_wish(serving, trained, point, habits):
    serving.world.wait(130)  # the model is old enough to be found
    serving.control.switch(**habits)

    def work() -> None:
        wish(serving, trained)
        serving.tick()
        serving.tick(5)

    serving.killed_at(point, work)
    row = Deletion.objects.get()
    is_deleted(serving, row)
    assert actions(trained).count("deleted") == 1


def test_a_kill_before_the_wish_is_committed_leaves_nothing(serving, trained):
    serving.killed_at("intent_written", lambda: wish(serving, trained))
    trained.refresh_from_db()
    assert (Deletion.objects.count(), trained.build) == (0, "built")
    is_deleted(serving, wish(serving, trained))


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("kind", LOST_ANSWERS)
def test_a_lost_answer_is_looked_up(serving, trained, kind, applied, request):
    if kind == "timeout":
        request.getfixturevalue("hasty")
    serving.control.fail(kind, platform="bedrock", operation=DELETE, applied=applied, seconds=1, times=1)
    row = wish(serving, trained)
    serving.tick()
    is_deleted(serving, row)


@pytest.mark.parametrize("kind", ["html200", "empty200", "cut200", "lacking_key", "error500"])
def test_a_broken_look_deletes_nothing_and_calls_nothing_gone(serving, trained, kind):
    serving.control.fail(kind, platform="bedrock", operation="GetCustomModel", times=1)
    row = wish(serving, trained)
    serving.tick()
    row.refresh_from_db()
    assert (row.state, bool(row.trouble), there(serving)) == ("requested", True, [trained.name])
    is_deleted(serving, row)


@pytest.mark.parametrize("operation", ["ListProvisionedModelThroughputs", "ListCustomModelDeployments"])
def test_a_list_that_lacks_its_key_does_not_mean_that_nothing_serves_it(serving, trained, operation):
    serving.control.make_throughput("theirs", model=trained.arn)
    serving.control.make_deployment("theirs", model=trained.arn)
    serving.control.fail("lacking_key", platform="bedrock", operation=operation, times=None)
    wish(serving, trained)
    for _ in range(3):
        serving.tick(91)
    assert there(serving) == [trained.name]


def test_a_platform_that_accepts_and_does_nothing_raises_an_alarm(serving, trained):
    row = wish(serving, trained)
    for _ in range(12):
        serving.control.fail("empty200", platform="bedrock", operation=DELETE)
        serving.tick(400)
    row.refresh_from_db()
    assert row.state == "requested"
    assert "still shows the model" in row.alarm
    serving.control.clear_faults()
    serving.tick(400)
    is_deleted(serving, row)


def test_a_look_that_was_overtaken_sends_nothing(serving, trained):
    """A worker that slept too long wakes up after another one has refused, and somebody provisions."""
    row = wish(serving, trained)
    Deletion.objects.filter(pk=row.pk).update(state="refused")
    from_before = Deletion.objects.get(pk=row.pk)
    from_before.state = "requested"
    deleting._ask(from_before, serving.now)
    assert there(serving) == [trained.name]


# --- results in S3


def test_results_are_kept_unless_asked_for(serving, completed):
    before = keys("jobs/")
    assert before
    is_deleted(serving, wish(serving, completed.model))
    assert keys("jobs/") == before


def test_only_the_jobs_own_folder_is_deleted(serving, completed):
    folder = results_of(completed.model)
    own = keys(folder.key + "/")
    assert own
    put(f"{folder.key}-2/other.csv", b"1")  # a name that begins alike
    put(completed.output_uri.split("/", 3)[3] + "/notes.txt", b"1")
    everything = keys()
    is_deleted(serving, wish(serving, completed.model, with_artifacts=True))
    assert keys() == everything - own
    assert actions(completed.model)[-2:] == ["deleted", "results deleted"]


def test_a_fault_of_s3_does_not_keep_the_model_or_its_name(serving, completed):
    serving.control.fail("denied", platform="s3", operation="ListObjectsV2", times=None)
    row = wish(serving, completed.model, with_artifacts=True)
    for _ in range(3):
        serving.tick(10)
    row.refresh_from_db()
    completed.model.refresh_from_db()
    assert (row.state, bool(row.trouble)) == ("cleaning", True)
    assert completed.model.archived_at
    assert why_not_delete(completed.model).why == "It is deleted or archived already."
    serving.control.clear_faults()
    is_deleted(serving, row)
    assert keys(results_of(completed.model).key + "/") == set()


@pytest.mark.parametrize("operation", ["ListObjectsV2", "DeleteObjects"])
@pytest.mark.parametrize("kind", ["empty200", "html200", "cut200", "error500", "closed"])
def test_broken_answers_of_s3_leave_no_results_behind(serving, completed, kind, operation):
    row = wish(serving, completed.model, with_artifacts=True)
    serving.tick()
    serving.tick(5)
    serving.control.fail(kind, platform="s3", operation=operation, times=1)
    is_deleted(serving, row)
    assert keys(results_of(completed.model).key + "/") == set()


def test_after_a_day_of_refusals_a_person_is_told_to_delete_them_by_hand(serving, completed):
    serving.control.fail("denied", platform="s3", times=None)
    row = wish(serving, completed.model, with_artifacts=True)
    serving.tick()
    serving.tick(5)
    serving.tick(timedelta(days=1, minutes=1).total_seconds())
    row.refresh_from_db()
    assert (row.state, row.next_check_at) == ("done", None)
    assert "by hand" in row.failure


@pytest.mark.parametrize("point", ["claimed", "before_artifacts", "before_commit", "committed"])
def test_a_kill_while_the_results_go_loses_no_wish(serving, completed, point):
    row = wish(serving, completed.model, with_artifacts=True)
    serving.tick()
    serving.tick(5)
    row.refresh_from_db()
    assert row.state == "cleaning"
    serving.killed_at(point, lambda: serving.tick(1))
    is_deleted(serving, row)
    assert keys(results_of(completed.model).key + "/") == set()


def test_somebodys_data_in_the_folder_is_never_deleted(serving, completed):
    folder = results_of(completed.model)
    data = put(f"{folder.key}/next-round.jsonl", b"{}")
    row = wish(serving, completed.model, with_artifacts=True)
    known = Dataset.objects.create(
        purpose="training", filename="next-round.jsonl", bucket=data.bucket, key=data.key, created_at=NOW
    )
    settled(serving, row)
    assert (row.state, "next-round.jsonl" in row.failure) == ("done", True)
    assert keys(folder.key + "/next-round") == {data.key}
    assert known.bucket == BUCKET


@pytest.mark.parametrize("column", ["training_uri", "validation_uri", "output_uri"])
def test_what_another_job_uses_in_the_folder_refuses_at_once(serving, completed, request_job, column):
    other = request_job(name="other")
    folder = results_of(completed.model)
    CustomizationJob.objects.filter(pk=other.pk).update(**{column: f"{folder.uri}/x"})
    with pytest.raises(Refused) as refusal:
        wish(serving, completed.model, with_artifacts=True)
    assert list(refusal.value.errors) == ["with_artifacts"]
    is_deleted_without = wish(serving, completed.model)
    assert is_deleted_without.state == "requested"


@pytest.mark.parametrize(
    "arn", ["", "abc", "arn:aws:bedrock:us-east-1:1:model-customization-job/", "x/..", "x/a b"]
)
def test_an_arn_of_another_shape_names_no_folder(completed, arn):
    CustomizationJob.objects.filter(pk=completed.pk).update(arn=arn)
    assert results_of(completed.model) is None


def test_a_model_without_a_job_has_no_results_to_delete(serving, trained):
    row = settled(serving, wish(serving, trained, with_artifacts=True))
    assert (row.state, "no results" in row.failure) == ("done", True)


# --- archiving


def test_an_archived_job_gives_its_name_back_and_is_not_deleted_again(world, serving, running):
    jobs.stop(running, actor=None, now=world.now)
    for _ in range(3):
        world.tick(10)
    job = fresh(running)
    jobs.archive(job, actor=None, now=world.now)
    job.model.refresh_from_db()
    assert (job.model.archived_at is None, why_not_delete(job.model).why) == (
        False,
        "It is deleted or archived already.",
    )
    assert job.model.serving == ServingState.NOTHING
