"""What modelhub can't mend by itself while it costs money: an alarm with the way out, in the top bar and on Spend."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customization.capacity.states import Noun
from customization.gateways import serving as gateway
from customization.models import Throughput
from customization.models.serving import END_NOT_KNOWN
from customization.serving import renting
from customization.serving.money import money_clock
from customization.serving.reconcile import reconcile_serving
from tests.integration.customization.serving.verdict import there

pytestmark = pytest.mark.django_db

LIST = "ListProvisionedModelThroughputs"
SPEND = "/custom/spend/"


def fresh(row):
    return type(row).objects.select_related("model").get(pk=row.pk)


def tab_of(client, row) -> str:
    return client.get(f"/custom/models/{row.model_id}/serving/").content.decode()


def looks(serving, count: int, seconds: int = 61) -> None:
    for _ in range(count):
        serving.tick(seconds)


# a removal that is accepted and never carried out ---------------------------------------------------


@pytest.fixture
def never_carried_out(monkeypatch):
    """Delete answers 200, and Get goes on finding it."""
    with monkeypatch.context() as patched:
        patched.setattr("customization.gateways.serving.delete", lambda noun, name: "req-7")
        yield patched


def test_an_accepted_removal_that_is_not_carried_out_calls_for_help(serving, throughput, never_carried_out):
    renting.remove(throughput, actor=None, now=serving.now)
    looks(serving, 15, 60)
    assert fresh(throughput).alarm == ""
    looks(serving, 2)
    row = fresh(throughput)
    assert (row.state, row.trouble, row.last_request_id) == ("removing", "", "req-7")
    for said in (
        "accepts its removal",
        "counts as billed",
        f"Delete {row.arn} in the AWS console",
        "support case",
    ):
        assert said in row.alarm
    assert f"{throughput.removal_asked_at:%Y-%m-%d %H:%M} UTC" in row.alarm
    never_carried_out.undo()
    looks(serving, 2)
    assert (fresh(throughput).state, fresh(throughput).alarm) == ("removed", "")
    assert there(serving, Noun.THROUGHPUT) == {}


def test_its_alarm_does_not_flicker_when_a_look_fails_in_between(serving, throughput, never_carried_out):
    renting.remove(throughput, actor=None, now=serving.now)
    looks(serving, 17)
    serving.control.fail("error500", platform="bedrock", times=8)  # with botocore's own retries: List and Get
    looks(serving, 1)
    assert fresh(throughput).trouble
    serving.control.clear_faults()
    assert "accepts its removal" in fresh(throughput).alarm


def test_a_deployment_that_does_not_go_is_told_without_talk_of_a_bill(serving, trained, never_carried_out):
    serving.tick(60)  # the platform is still writing the model down
    row = renting.deploy(trained, actor=None, now=serving.now)
    serving.tick()
    serving.tick(60)
    renting.remove(fresh(row), actor=None, now=serving.now)
    looks(serving, 17)
    assert "accepts its removal" in fresh(row).alarm
    assert "billed" not in fresh(row).alarm


def test_asking_for_the_removal_answers_an_older_alarm(serving, throughput):
    Throughput.objects.update(alarm="Somebody outside modelhub made it serve another model.")
    renting.remove(throughput, actor=None, now=serving.now)
    assert fresh(throughput).alarm == ""


# where it is told -----------------------------------------------------------------------------------


def test_credentials_that_end_at_night_are_told_in_the_top_bar_and_on_spend(serving, throughput, as_viewer):
    assert "needs a person" not in as_viewer.get(SPEND).content.decode().lower()
    serving.control.fail("expired", platform="bedrock", times=None)
    serving.world.now = throughput.ends_at
    looks(serving, 15)
    row = fresh(throughput)
    assert (row.state, bool(row.alarm)) == ("removing", True)
    assert money_clock(serving.now).warning == "1 needs a person: Spend says why."
    page = as_viewer.get(SPEND).content.decode()
    assert '<span class="badge badge-failed">Needs a person</span>' in page
    assert "No progress after" in page
    assert (
        '<strong class="money-alarm">1 needs a person</strong>' in as_viewer.get("/models/").content.decode()
    )
    serving.control.clear_faults()
    looks(serving, 2)
    assert money_clock(serving.now).warning == ""


def test_an_alarm_before_the_acceptance_is_known_counts_too(serving, trained, as_viewer):
    row = renting.provision(trained, units=1, actor=None, now=serving.now)
    Throughput.objects.filter(pk=row.pk).update(alarm="No progress after 9 attempts: Throttled")
    clock = money_clock(serving.now)
    assert (clock.is_running, clock.alarm) == (False, "1 needs a person")
    assert "1 needs a person" in as_viewer.get("/models/").content.decode()


def test_one_that_came_back_without_its_end_counts_until_somebody_sets_one(serving, throughput):
    Throughput.objects.update(ends_at=None, no_end_reason=END_NOT_KNOWN)
    before = money_clock(serving.now)
    assert before.alarms == 1
    renting.extend(throughput, hours=8, actor=None, now=serving.now)
    after = money_clock(serving.now)
    assert (after.alarms, after.version != before.version) == (0, True)


def test_several_alarms_are_still_one_question(serving, throughput):
    Throughput.objects.update(alarm="x")
    with CaptureQueriesContext(connection) as asked:
        assert money_clock(serving.now).alarm == "1 needs a person"
    assert len(asked) == 1


def test_a_lease_is_not_said_to_end_soon_while_it_is_being_removed(serving, throughput):
    Throughput.objects.update(ends_at=serving.now + timedelta(minutes=30))
    assert money_clock(serving.now).ending == "1 lease ends within the hour."
    Throughput.objects.update(state="removing")
    assert money_clock(serving.now).warning == ""


# what is in service and can't be seen ----------------------------------------------------------------


def test_what_was_not_seen_for_ten_minutes_is_told_and_taken_back_when_it_is_seen(serving, throughput):
    serving.control.fail("expired", platform="bedrock", operation=LIST, times=None)
    looks(serving, 9)
    assert (fresh(throughput).alarm, bool(fresh(throughput).trouble)) == ("", True)
    looks(serving, 2)
    row = fresh(throughput)
    assert row.state == "in service"
    assert "Not seen for more than 10 minutes" in row.alarm
    assert "manage.py doctor" in row.alarm
    assert money_clock(serving.now).alarms == 1
    serving.control.clear_faults()
    looks(serving, 1)
    assert (fresh(throughput).alarm, fresh(throughput).trouble) == ("", "")


def test_an_absurd_retry_after_of_the_list_puts_off_what_is_in_service_for_an_hour_at_most(
    serving, throughput
):
    patience = {"platform": "bedrock", "operation": LIST, "retry_after": 99_999_999, "times": None}
    serving.control.fail("throttle", **patience)
    serving.world.wait(61)
    reconcile_serving(serving.now)
    assert fresh(throughput).next_check_at == serving.now + timedelta(hours=1)


# what the platform says of something that serves on -------------------------------------------------

UPDATE_FAILED = "An internal error occurred while updating the provisioned model."


def test_a_failed_change_of_what_serves_on_is_a_note_with_its_moment(serving, throughput, as_superuser):
    Throughput.objects.update(failure=UPDATE_FAILED, failure_at=serving.now)
    page = tab_of(as_superuser, throughput)
    assert UPDATE_FAILED in page
    assert f"On {serving.now:%b %-d, %H:%M} UTC the platform said" in page
    assert "in service all the same" in page
    assert "Remove it" not in page
    Throughput.objects.update(state="failed")
    assert "Remove it, then provision again." in tab_of(as_superuser, throughput)


def test_the_moment_is_that_of_the_first_look_and_goes_with_the_message(serving, throughput, monkeypatch):
    listed, got = gateway.observe, gateway.get
    said = {"word": "Updating", "failure": UPDATE_FAILED}
    monkeypatch.setattr(
        gateway, "observe", lambda noun: [replace(one, word=said["word"]) for one in listed(noun)]
    )
    monkeypatch.setattr(gateway, "get", lambda noun, arn: replace(got(noun, arn), **said))
    serving.tick(61)
    first = serving.now
    serving.tick(61)
    row = fresh(throughput)
    assert (row.state, row.failure, row.failure_at) == ("updating", UPDATE_FAILED, first)
    said.update(word="InService", failure="")
    serving.tick(61)
    row = fresh(throughput)
    assert (row.state, row.failure, row.failure_at) == ("in service", "", None)
