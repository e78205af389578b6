"""From the wish to the last cent: provision, in service, enable, remove; and every refusal."""

from datetime import timedelta

import pytest

from catalog import enablement
from catalog.models import Event
from customization.models import Throughput
from customization.refusal import Refused
from customization.serving import renting

pytestmark = pytest.mark.django_db


def actions(model) -> list[str]:
    return list(Event.objects.filter(model=model).order_by("id").values_list("action", flat=True))


def test_red_until_in_service_then_yellow_then_green_and_red_again(serving, trained):
    row = renting.provision(trained, units=2, actor=None, now=serving.now)
    trained.refresh_from_db()
    assert (trained.status, trained.explained.reason) == ("red", "Provisioning")
    serving.tick()
    row.refresh_from_db()
    assert (row.state, row.billed_from) == ("creating", serving.now)
    serving.tick(30)
    trained.refresh_from_db()
    row.refresh_from_db()
    assert (row.state, trained.status, trained.invocation_id) == ("in service", "yellow", row.arn)
    enablement.enable(trained, now=serving.now)
    renting.remove(row, actor=None, now=serving.now)
    trained.refresh_from_db()
    assert (trained.status, trained.enabled, trained.invocation_id) == ("red", False, "")
    serving.tick(60)
    serving.tick(5)
    trained.refresh_from_db()
    row.refresh_from_db()
    assert (row.state, row.next_check_at) == ("removed", None)
    assert trained.explained.reason == "Created, nothing serves it yet"
    assert actions(trained)[-6:] == [
        "throughput requested",
        "throughput creating",
        "throughput in service",
        "enabled",
        "throughput removal",
        "throughput removed",
    ]
    assert len(serving.births("throughput")) == 1


def test_our_hours_match_the_platforms_ledger_within_one_look(serving, throughput):
    serving.tick(3600)
    renting.remove(throughput, actor=None, now=serving.now)
    serving.tick()
    serving.tick(5)
    throughput.refresh_from_db()
    [bill] = serving.control.billing()
    assert bill["ended_at"] is not None
    assert abs(float(throughput.hours(serving.now)) - bill["unit_hours"]) <= 5 / 3600 + 1e-6


def test_a_second_press_of_the_same_button_is_the_same_throughput(serving, trained):
    token = "0b0c4c4e-7f5f-4c4b-9a52-5a3d5f1f6b7a"
    first = renting.provision(trained, units=1, token=token, actor=None, now=serving.now)
    assert renting.provision(trained, units=1, token=token, actor=None, now=serving.now) == first
    assert Throughput.objects.count() == 1


def test_a_model_has_one_live_throughput(serving, throughput):
    with pytest.raises(Refused, match="has a provisioned throughput already"):
        renting.provision(throughput.model, units=1, actor=None, now=serving.now)


def test_provisioning_while_the_old_one_goes_is_refused_with_the_reason(serving, throughput):
    renting.remove(throughput, actor=None, now=serving.now)
    with pytest.raises(Refused, match="still being removed"):
        renting.provision(throughput.model, units=1, actor=None, now=serving.now)


def test_quota_is_the_usual_first_answer_and_ends_the_wish(serving, trained):
    serving.control.script_serving("quota")
    row = renting.provision(trained, units=1, actor=None, now=serving.now)
    serving.tick()
    row.refresh_from_db()
    trained.refresh_from_db()
    assert (row.state, row.billed_from, row.next_check_at) == ("refused", None, None)
    assert "Provisioning failed" in trained.explained.reason
    assert row.failure in trained.explained.reason
    renting.provision(trained, units=1, actor=None, now=serving.now)
    serving.tick(60)
    serving.tick(60)
    trained.refresh_from_db()
    assert trained.status == "yellow"


def test_a_failure_after_twenty_minutes_is_told_and_counts_as_billed_until_it_is_removed(serving, trained):
    serving.control.switch(throughput_creating_seconds=3600)
    serving.control.script_serving("fail", after=1200, message="No capacity.")
    row = renting.provision(trained, units=1, actor=None, now=serving.now)
    serving.tick()
    serving.tick(1201)
    row.refresh_from_db()
    trained.refresh_from_db()
    assert (row.state, row.failure, row.billed_until) == ("failed", "No capacity.", None)
    assert trained.explained.reason == "Provisioning failed: No capacity."
    renting.remove(row, actor=None, now=serving.now)
    serving.tick(60)
    serving.tick(5)
    row.refresh_from_db()
    assert (row.state, row.ended_because) == ("removed", "removed by an admin")
    assert row.meter.doubtful_hours(serving.now) > 0


def test_removed_before_it_was_sent_is_never_bought(serving, trained):
    row = renting.provision(trained, units=1, actor=None, now=serving.now)
    renting.remove(row, actor=None, now=serving.now)
    serving.tick()
    row.refresh_from_db()
    assert (row.state, row.billed_from) == ("removed", None)
    assert serving.births("throughput") == []


def test_what_somebody_removed_in_the_console_is_closed_and_the_model_is_no_longer_enabled(
    serving, throughput
):
    enablement.enable(throughput.model, now=serving.now)
    serving.control.remove_throughput(throughput.remote_name)
    serving.tick(60)
    serving.tick(60)
    throughput.refresh_from_db()
    assert (throughput.state, throughput.ended_because) == ("removed", "removed outside modelhub")
    assert (throughput.model.enabled, throughput.model.status) == (False, "red")


@pytest.mark.parametrize("state_on_the_platform", ["accepted", "conflict"])
def test_a_throughput_that_is_still_creating_is_removed_as_soon_as_the_platform_lets_us(
    serving, trained, state_on_the_platform
):
    serving.control.switch(throughput_delete_creating=state_on_the_platform, throughput_creating_seconds=600)
    row = renting.provision(trained, units=1, actor=None, now=serving.now)
    serving.tick()
    renting.remove(row, actor=None, now=serving.now)
    for _ in range(15):
        serving.tick(61)
    row.refresh_from_db()
    assert row.state == "removed"
    assert serving.control.throughputs() == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"units": 0}, "units"), ({"units": 101}, "units"), ({"hours": 0}, "hours"), ({"hours": 1000}, "hours"),
     ({"hours": None, "no_end_reason": " "}, "reason"), ({"name": "a b"}, "name")],
)  # fmt: skip
def test_wrong_terms_are_refused_by_field(serving, trained, wrong, field):
    with pytest.raises(Refused) as refusal:
        renting.provision(trained, **{"units": 1, **wrong}, actor=None, now=serving.now)
    assert list(refusal.value.errors) == [field]
    assert not Throughput.objects.exists()


def test_the_lease_warns_twice_and_then_removes_by_the_same_path(serving, trained):
    row = renting.provision(trained, units=1, hours=2, actor=None, now=serving.now)
    serving.tick()
    serving.tick(3600)
    serving.tick(60)
    serving.tick(49 * 60)
    assert actions(trained).count("lease ends soon") == 2
    serving.tick(10 * 60)
    row.refresh_from_db()
    assert (row.state, row.ended_because) == ("removing", "its lease ended")
    serving.tick(5)
    row.refresh_from_db()
    assert row.state == "removed"


def test_a_lease_of_an_hour_is_not_warned_of_from_its_first_second(serving, trained):
    renting.provision(trained, units=1, hours=1, actor=None, now=serving.now)
    serving.tick()
    assert "lease ends soon" not in actions(trained)
    serving.tick(51 * 60)
    assert actions(trained).count("lease ends soon") == 1


def test_an_extended_lease_ends_later_and_warns_again(serving, throughput):
    end = throughput.ends_at
    renting.extend(throughput, hours=8, actor=None, now=serving.now)
    throughput.refresh_from_db()
    assert throughput.ends_at == end + timedelta(hours=8)


def test_running_without_an_end_needs_a_reason(serving, throughput):
    with pytest.raises(Refused, match="reason"):
        renting.run_without_end(throughput, reason="  ", actor=None, now=serving.now)
    renting.run_without_end(throughput, reason="production", actor=None, now=serving.now)
    throughput.refresh_from_db()
    assert (throughput.ends_at, throughput.no_end_reason) == (None, "production")


def test_credentials_of_another_account_prove_nothing(serving, throughput):
    Throughput.objects.update(arn=throughput.arn.replace(":123456789012:", ":999999999999:"))
    serving.tick(61)
    serving.tick(61)
    throughput.refresh_from_db()
    assert throughput.state == "in service"
    assert "account 999999999999" in throughput.trouble or "999999999999" in throughput.trouble


def test_a_thousand_throughputs_in_service_take_one_list_and_no_get(serving, throughput):
    serving.control.clear_ledger()
    serving.tick(61)
    operations = [call["operation"] for call in serving.control.ledger()]
    assert operations == ["ListProvisionedModelThroughputs"]
