"""Ways in which the platform, somebody else, or time may stumble: nothing bought twice, lost, or made up."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import enablement, killpoints
from catalog.models import Event, Model
from catalog.platforms import aws
from customization.capacity.states import Noun
from customization.models import Deployment, Throughput
from customization.models.resource import new_token
from customization.serving import renting
from customization.serving.leases import mind_leases
from customization.serving.reconcile import reconcile_serving
from tests.builders import NOW
from tests.integration.customization.serving.conftest import a_trained_model
from tests.integration.customization.serving.verdict import story, there, verdict

pytestmark = pytest.mark.django_db

LIST, GET, CREATE, DELETE = (
    f"{verb}ProvisionedModelThroughput{s}"
    for verb, s in (("List", "s"), ("Get", ""), ("Create", ""), ("Delete", ""))
)
NAME_TAKEN = "The provided provisioned model name is currently in use."


@pytest.fixture
def wished(serving, trained) -> Throughput:
    """Committed, not yet sent."""
    return renting.provision(trained, units=1, actor=None, now=serving.now)


def fresh(row):
    return type(row).objects.select_related("model").get(pk=row.pk)


def answer_lost(serving, *, applied: bool = True) -> None:
    """The next tick's Create gets no answer, however often it is tried."""
    serving.control.fail("closed", platform="bedrock", operation=CREATE, applied=applied, times=None)
    serving.tick()
    serving.control.clear_faults()


@contextmanager
def altered(operation: str, alter):
    """The sandbox speaks only documented words; the answer is altered on its way, below our clients."""
    events, name = aws.client("bedrock").meta.events, f"after-call.bedrock.{operation}"

    def hook(parsed, **_):
        for entry in parsed.get("provisionedModelSummaries", [parsed]):
            alter(entry)

    events.register(name, hook)
    try:
        yield
    finally:
        events.unregister(name, hook)


# credentials and accounts -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["expired", "denied"])
@pytest.mark.parametrize("operation", [LIST, GET])
def test_lost_credentials_freeze_and_retire_nothing_however_long(serving, throughput, kind, operation):
    enablement.enable(throughput.model, now=serving.now)
    serving.control.remove_throughput(throughput.remote_name)  # even what is really gone
    serving.control.fail(kind, platform="bedrock", operation=operation, times=None)
    for _ in range(12):
        serving.tick(400)
    row = fresh(throughput)
    assert (row.state, row.model.status, row.billed_until) == ("in service", "green", None)
    assert row.trouble
    serving.control.clear_faults()
    serving.tick(400)
    serving.tick(61)
    assert fresh(throughput).state == "removed"


def test_create_without_permission_keeps_the_wish_and_sends_it_again(serving, wished):
    serving.control.fail("denied", platform="bedrock", operation=CREATE, times=None)
    serving.tick()
    serving.tick(6)
    assert (fresh(wished).state, fresh(wished).sent_at) == ("requested", None)
    serving.control.clear_faults()
    for _ in range(3):
        serving.tick(60)
    assert fresh(wished).state == "in service"
    verdict(serving)


def test_a_lost_answer_is_not_looked_for_in_another_account(serving, wished, monkeypatch):
    """There nothing is found: to ask once more there would buy a second one, or give up what runs here."""
    answer_lost(serving)
    asked = len(serving.world.calls(CREATE))
    monkeypatch.setattr("customization.gateways.serving.account", lambda: "999999999999")
    serving.control.fail("empty_list", platform="bedrock", operation=LIST, times=None)
    lost = "customization.gateways.serving.get"
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(lost, lambda noun, name: None)
        for _ in range(12):
            serving.tick(400)
        renting.remove(fresh(wished), actor=None, now=serving.now)
        for _ in range(4):
            serving.tick(200)
    assert (fresh(wished).state, fresh(wished).arn) == ("removing", "")
    assert len(serving.world.calls(CREATE)) == asked
    assert "999999999999" in fresh(wished).trouble
    monkeypatch.undo()
    serving.control.clear_faults()
    for _ in range(4):
        serving.tick(61)
    assert (fresh(wished).state, there(serving, Noun.THROUGHPUT)) == ("removed", {})
    assert len(serving.births("throughput")) == 1


def test_another_regions_not_found_proves_nothing(serving, throughput, settings):
    serving.control.remove_throughput(throughput.remote_name)
    settings.AWS_REGION = "eu-west-1"
    for _ in range(4):
        serving.tick(400)
    assert fresh(throughput).state == "in service"
    assert "us-east-1" in fresh(throughput).trouble


# words, units, models -----------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["Sleeping", "INSERVICE", "inService", "Ready", ""])
def test_a_word_nobody_knows_is_shown_and_never_a_success(serving, throughput, word):
    enablement.enable(throughput.model, now=serving.now)

    def alter(entry):
        entry["status"] = word

    with altered(LIST, alter), altered(GET, alter):
        serving.tick(61)
        serving.tick(61)
    row = fresh(throughput)
    assert (row.state, row.remote_word, row.model.status, row.model.invocation_id) == (
        "unknown",
        word,
        "red",
        "",
    )
    assert f"“{word}”" in row.model.explained.reason
    assert story(row.model)[-1] == "throughput unknown"
    serving.tick(61)
    assert (fresh(throughput).state, fresh(throughput).model.status) == ("in service", "green")
    verdict(serving)


def test_it_was_given_another_model_behind_our_back(serving, throughput, base):
    """Who calls this model would get the other one's answers."""
    enablement.enable(throughput.model, now=serving.now)
    other = a_trained_model(serving.control, base, "other-tone")
    aws.client("bedrock").update_provisioned_model_throughput(
        provisionedModelId=throughput.arn, desiredModelId=other.arn
    )
    serving.tick(61)
    serving.tick(61)
    row = fresh(throughput)
    assert (row.state, row.model.status, row.model.invocation_id) == ("unknown", "red", "")
    assert other.arn in row.alarm
    assert other.arn in row.model.explained.reason
    other.refresh_from_db()
    assert other.status == "red"
    aws.client("bedrock").update_provisioned_model_throughput(
        provisionedModelId=throughput.arn, desiredModelId=throughput.model.arn
    )
    serving.tick(61)
    serving.tick(61)
    assert (fresh(throughput).state, fresh(throughput).alarm) == ("in service", "")
    verdict(serving)


def test_what_was_given_another_model_can_still_be_removed(serving, throughput, base):
    other = a_trained_model(serving.control, base, "other-tone")
    aws.client("bedrock").update_provisioned_model_throughput(
        provisionedModelId=throughput.arn, desiredModelId=other.arn
    )
    serving.tick(61)
    renting.remove(fresh(throughput), actor=None, now=serving.now)
    serving.tick(20)
    serving.tick(5)
    assert (fresh(throughput).state, there(serving, Noun.THROUGHPUT)) == ("removed", {})


def test_other_units_than_were_bought_are_counted_and_told(serving, throughput):
    def alter(entry):
        entry["modelUnits"] = 3

    with altered(LIST, alter):
        serving.tick(61)
        serving.tick(61)
    row = fresh(throughput)
    assert (row.state, row.units) == ("in service", 3)
    told = Event.objects.filter(model=row.model, action="throughput units changed").get()
    assert told.detail == {"changes": {"model units": [1, 3]}}


def test_units_that_the_list_does_not_tell_change_nothing(serving, throughput):
    with altered(LIST, lambda entry: entry.pop("modelUnits")):
        serving.tick(61)
    assert (fresh(throughput).state, fresh(throughput).units, fresh(throughput).trouble) == (
        "in service",
        1,
        "",
    )


# names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tags", [{}, {"modelhub:request": "somebody-elses"}])
@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])
def test_a_stranger_with_our_name_is_never_adopted_and_the_refusal_is_told(serving, wished, tags, lost):
    serving.control.make_throughput(wished.remote_name, tags=tags)
    if lost:
        answer_lost(serving, applied=False)
    for _ in range(9):
        serving.tick(301)
    row = fresh(wished)
    assert (row.state, row.arn, row.next_check_at) == ("refused", "", None)
    assert row.failure == NAME_TAKEN
    assert NAME_TAKEN in row.model.explained.reason
    assert len(there(serving, Noun.THROUGHPUT)) == 1
    verdict(serving)


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "answer lost"])
@pytest.mark.parametrize("age", [0, 5000], ids=["as old as ours", "older"])
def test_where_names_may_clash_ours_is_told_from_the_strangers(serving, wished, lost, age):
    serving.control.switch(throughput_name_clash="accepted", token_repeat="empty")
    serving.control.make_throughput(wished.remote_name, age_seconds=age)
    answer_lost(serving) if lost else serving.tick()
    serving.control.make_throughput(wished.remote_name)
    for _ in range(3):
        serving.tick(61)
    row = fresh(wished)
    [birth] = serving.control.created(kind="throughput", token=row.request_token)
    assert (row.state, row.arn) == ("in service", birth["arn"])
    verdict(serving)


def test_a_conflict_after_a_lost_answer_is_about_our_own(serving, wished):
    """Nothing shows it yet, and the token is not known any more: the name is taken, by ours."""
    serving.control.switch(get_lag_seconds=100, list_lag_seconds=100)
    serving.world.wait(101)
    answer_lost(serving)
    serving.control.script_serving("name_in_use", times=None)
    for _ in range(8):
        serving.tick(40)
    row = fresh(wished)
    assert (row.state, row.trouble) == ("in service", "")
    verdict(serving)


@pytest.mark.parametrize("applied", [True, False])
def test_quota_after_a_lost_answer_is_not_believed_at_once(serving, wished, applied):
    """While something may be on its way, "quota exceeded" may well mean: by the very one we have asked for."""
    serving.control.switch(get_lag_seconds=100, list_lag_seconds=100)
    serving.world.wait(101)
    answer_lost(serving, applied=applied)
    serving.control.fail("quota", platform="bedrock", operation=CREATE, times=None)
    serving.tick(6)
    assert fresh(wished).state == "requested"
    for _ in range(12):
        serving.tick(100)
    row = fresh(wished)
    assert row.state == ("in service" if applied else "refused")
    assert len(serving.births("throughput")) == applied
    verdict(serving)


# looks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["lacking_key", "empty200", "html200", "empty_list", "short_list"])
def test_a_list_that_lacks_its_entries_retires_nothing(serving, throughput, kind):
    serving.control.fail(kind, platform="bedrock", operation=LIST, times=4)
    for _ in range(4):
        serving.tick(61)
    assert fresh(throughput).state == "in service"
    serving.tick(61)
    assert (fresh(throughput).trouble, fresh(throughput).attempts) == ("", 0)
    verdict(serving)


@pytest.mark.parametrize("kind", ["lacking_key", "empty200", "html200", "cut200"])
def test_tags_that_were_not_told_are_no_proof_of_a_stranger(serving, wished, kind):
    """Removed while an answer was lost: taken for a stranger's, it would be left running."""
    answer_lost(serving)
    renting.remove(fresh(wished), actor=None, now=serving.now)
    serving.control.fail(kind, platform="bedrock", operation="ListTagsForResource", times=None)
    for _ in range(5):
        serving.tick(61)
    assert fresh(wished).state == "removing"
    assert fresh(wished).trouble
    serving.control.clear_faults()
    for _ in range(3):
        serving.tick(61)
    assert (fresh(wished).state, there(serving, Noun.THROUGHPUT)) == ("removed", {})


def test_one_not_found_after_an_outage_is_looked_at_again(serving, throughput):
    """Failed looks are no proof of absence: it takes two answers that say so."""
    serving.control.fail("empty_list", platform="bedrock", operation=LIST, times=None)
    fault = serving.control.fail("error500", platform="bedrock", operation=GET, times=None)
    for _ in range(3):
        serving.tick(301)
    assert fresh(throughput).attempts == 3
    serving.control.remove_fault(fault["id"])
    serving.control.switch(get_lag_seconds=1_000_000)
    serving.tick(301)
    assert fresh(throughput).state == "in service"
    serving.control.switch(get_lag_seconds=0)
    serving.tick(6)
    assert (fresh(throughput).state, fresh(throughput).attempts) == ("in service", 0)


def test_a_removal_that_is_never_carried_out_calls_for_help_and_is_tried_every_minute(serving, throughput):
    renting.remove(throughput, actor=None, now=serving.now)
    serving.control.fail("error500", platform="bedrock", operation=DELETE, times=None)
    for _ in range(12):
        serving.tick(61)
    row = fresh(throughput)
    assert (row.state, row.attempts) == ("removing", 12)
    assert "No progress after 12 attempts" in row.alarm
    serving.control.clear_faults()
    serving.tick(61)
    serving.tick(5)
    assert fresh(throughput).state == "removed"


def test_an_absurd_pause_that_a_proxy_asks_for_is_cut_to_an_hour(serving, throughput, base):
    others = renting.deploy(throughput.model, actor=None, now=serving.now)
    renting.remove(throughput, actor=None, now=serving.now)
    serving.control.fail(
        "throttle", platform="bedrock", operation=DELETE, times=None, retry_after=99_999_999_999
    )
    serving.tick()
    assert fresh(throughput).next_check_at == serving.now + timedelta(hours=1)
    assert fresh(others).state == "creating"


# outages ---------------------------------------------------------------------------------------------


def many(count: int) -> None:
    """So many models with a throughput in service, all due."""
    Model.objects.bulk_create(
        Model(
            platform="bedrock",
            external_id=f"m{n}",
            name=f"m{n}",
            kind="custom",
            build="built",
            serving="ready",
        )
        for n in range(count)
    )
    Throughput.objects.bulk_create(
        Throughput(
            model=model, name=model.name, remote_name=model.name, state="in service", units=1,
            arn=f"arn:aws:bedrock:us-east-1:123456789012:provisioned-model/{model.name}",
            request_token=new_token(), sent_at=NOW, seen_at=NOW, created_at=NOW, changed_at=NOW, next_check_at=NOW,
        )
        for model in Model.objects.filter(external_id__startswith="m")
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["closed", "expired", "lacking_key"])
def test_an_outage_costs_a_few_statements_however_many_rows_wait(serving, kind):
    many(10_000 if kind == "closed" else 500)
    serving.control.fail(kind, platform="bedrock", times=None)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert reconcile_serving(serving.now) == Throughput.objects.count()
    assert len(asked) <= 9
    assert Throughput.objects.exclude(trouble="").count() == Throughput.objects.count()
    assert set(Throughput.objects.values_list("state", flat=True)) == {"in service"}


def test_a_wish_that_an_outage_outlives_is_dropped(serving, wished):
    """Nobody expects a purchase at night for a click at noon."""
    serving.control.fail("error500", platform="bedrock", times=None)
    for _ in range(14):
        serving.tick(301)
    assert fresh(wished).state == "requested"
    serving.control.clear_faults()
    serving.tick(301)
    row = fresh(wished)
    assert (row.state, row.billed_from, serving.births("throughput")) == ("refused", None, [])
    assert "within an hour" in row.model.explained.reason


def test_a_wish_that_was_taken_is_not_dropped_however_late_it_is_found(serving, wished):
    answer_lost(serving)
    serving.control.fail("error500", platform="bedrock", times=None)
    for _ in range(14):
        serving.tick(301)
    serving.control.clear_faults()
    serving.tick(301)
    assert fresh(wished).state == "in service"
    verdict(serving)


def test_a_lease_that_ends_while_the_platform_is_down_ends_when_it_is_back(serving, throughput):
    serving.control.fail("closed", platform="bedrock", times=None)
    serving.world.now = throughput.ends_at
    for _ in range(14):
        serving.tick(301)
    row = fresh(throughput)
    assert (row.state, row.ended_because, row.billed_until) == ("removing", "its lease ended", None)
    serving.control.clear_faults()
    serving.tick(61)  # a removal waits for a minute at most
    serving.tick(5)
    assert (fresh(throughput).state, there(serving, Noun.THROUGHPUT)) == ("removed", {})
    verdict(serving)


# leases ----------------------------------------------------------------------------------------------


def test_a_lease_that_was_extended_a_moment_ago_does_not_end(serving, throughput, monkeypatch):
    """The extension is committed between the worker's look at the lease and its removal."""
    now, removed = throughput.ends_at, renting.remove

    def late(row, **wishes):
        renting.extend(Throughput.objects.get(pk=row.pk), hours=8, actor=None, now=now)
        removed(row, **wishes)

    monkeypatch.setattr("customization.serving.leases.remove", late)
    assert mind_leases(now) == 0
    assert fresh(throughput).state == "in service"


def test_one_broken_lease_does_not_keep_the_others_running(serving, throughput, base, monkeypatch):
    other = renting.provision(
        a_trained_model(serving.control, base, "other"), units=1, actor=None, now=serving.now
    )
    removed = renting.remove

    def broken(row, **wishes):
        if row.pk == throughput.pk:
            raise ValueError("broken")
        removed(row, **wishes)

    monkeypatch.setattr("customization.serving.leases.remove", broken)
    assert mind_leases(serving.now + timedelta(hours=9)) == 1
    assert fresh(other).state == "removing"


# somebody acts while a call is under way ------------------------------------------------------------


def meanwhile(point: str, act):
    """Have ``act`` done once, when ``point`` is reached."""
    todo = [act]

    def hook(reached: str) -> None:
        if reached == point and todo:
            todo.pop()()

    return killpoints.armed(hook)


@pytest.mark.parametrize("creating", ["accepted", "conflict"])
@pytest.mark.parametrize("point", ["before_send", "accepted"])
def test_removed_while_the_call_that_buys_it_is_under_way(serving, wished, point, creating):
    serving.control.switch(throughput_delete_creating=creating)
    with meanwhile(point, lambda: renting.remove(fresh(wished), actor=None, now=serving.now)):
        serving.tick()
    [birth] = serving.births("throughput")
    row = fresh(wished)
    assert (row.state, row.arn, row.billed_from) == ("removing", birth["arn"], serving.now)
    assert row.next_check_at <= serving.now
    for _ in range(8):
        serving.tick(5)
    assert (fresh(wished).state, there(serving, Noun.THROUGHPUT)) == ("removed", {})
    verdict(serving)


@pytest.mark.parametrize("another", [False, True], ids=["nothing else", "another was bought"])
def test_given_up_while_the_worker_slept_it_is_removed_all_the_same(serving, wished, another):
    """A machine that is suspended for minutes between the commit and the call."""

    def sleep() -> None:
        renting.remove(fresh(wished), actor=None, now=serving.now)
        serving.tick(91)
        serving.tick(91)
        assert fresh(wished).state == "removed"
        if another:
            renting.provision(fresh(wished).model, units=1, actor=None, now=serving.now)
            serving.tick(1)

    with meanwhile("before_send", sleep):
        serving.tick()
    for _ in range(3):
        serving.tick(21)
    row = fresh(wished)
    assert row.state == "removed"
    assert len(serving.births("throughput")) == 1 + another
    alive = set(Throughput.objects.filter(state="in service").values_list("arn", flat=True))
    assert set(there(serving, Noun.THROUGHPUT)) == alive
    assert len(alive) == another


@pytest.mark.parametrize("point", ["claimed", "before_send", "accepted", "before_commit", "committed"])
@pytest.mark.parametrize("lag", [0, 120])
def test_two_reconcilers_at_one_row(serving, wished, point, lag):
    """The second comes while the first is at work: once with the row claimed, once after the claim ran out."""
    serving.control.switch(get_lag_seconds=lag, list_lag_seconds=lag)
    serving.world.wait(lag + 1)
    for later in (0, 91):
        with meanwhile(point, lambda later=later: serving.tick(later)):
            serving.tick()
    for _ in range(4):
        serving.tick(130)
    row = fresh(wished)
    assert (row.state, row.trouble) == ("in service", "")
    assert len(serving.births("throughput")) == 1
    assert story(row.model) == ["throughput requested", "throughput creating", "throughput in service"]
    verdict(serving)


@pytest.mark.parametrize(
    "point", ["claimed", "before_delete", "delete_accepted", "before_commit", "committed"]
)
def test_two_reconcilers_at_one_removal(serving, throughput, point):
    renting.remove(throughput, actor=None, now=serving.now)
    for later in (0, 91):
        with meanwhile(point, lambda later=later: serving.tick(later)):
            serving.tick(1)
    serving.tick(91)
    serving.tick(6)
    assert story(throughput.model)[-2:] == ["throughput removal", "throughput removed"]
    assert (fresh(throughput).state, there(serving, Noun.THROUGHPUT)) == ("removed", {})


# two ways to serve one model ------------------------------------------------------------------------


def test_an_old_refusal_of_one_kind_is_forgotten_once_the_other_came_and_went(serving, trained):
    serving.control.script_serving("quota", noun="deployment")
    renting.deploy(trained, actor=None, now=serving.now)
    serving.tick()
    row = renting.provision(trained, units=1, actor=None, now=serving.world.wait(10))
    serving.tick()
    serving.tick(60)
    renting.remove(fresh(row), actor=None, now=serving.now)
    serving.tick(5)
    serving.tick(5)
    trained.refresh_from_db()
    assert (fresh(row).state, Deployment.objects.get().state) == ("removed", "refused")
    assert trained.serving == "nothing"
    verdict(serving)


def test_what_was_adopted_is_never_bought_again_when_it_is_gone(serving, trained):
    """It was never sent by us: that is no wish that waits to be sent."""
    there_ = serving.control.make_throughput("theirs", model=trained.arn, status="InService")
    row = Throughput.objects.create(
        model=trained, name="theirs", remote_name="theirs", arn=there_["provisionedModelArn"], units=1,
        adopted=True, state="in service", created_at=NOW, changed_at=NOW, next_check_at=NOW, billed_from=NOW,
    )  # fmt: skip
    serving.control.remove_throughput("theirs")
    serving.tick()
    serving.tick(61)
    row = fresh(row)
    assert (row.state, row.ended_because) == ("removed", "removed outside modelhub")
    assert [birth for birth in serving.births("throughput") if birth["token"]] == []
