"""Whether anybody calls what is rented: read from CloudWatch, told once, never a reason to remove it."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from catalog.models import Event
from catalog.platforms.base import PlatformError
from customization.gateways import usage as gateway
from customization.models import Throughput
from customization.serving import renting
from customization.serving.usage import read_usage, usage_of
from customization.tasks import read_usage as task
from tests.integration.customization.serving.conftest import a_trained_model

pytestmark = pytest.mark.django_db

HOUR = 3600


def fresh(throughput) -> Throughput:
    return Throughput.objects.select_related("model").get(pk=throughput.pk)


def words(throughput, now) -> str:
    return usage_of(fresh(throughput), now).words


def told(throughput) -> int:
    return Event.objects.filter(model=throughput.model, action="idle").count()


def read_for(serving, hours: float) -> None:
    """As the schedule does: every 15 minutes."""
    for _ in range(round(hours * 4)):
        serving.world.wait(900)
        read_usage(serving.now)


def test_before_the_first_reading_nothing_is_known(serving, throughput):
    assert words(throughput, serving.now) == "no data yet"


def test_a_new_throughput_that_nobody_called_is_not_idle_yet(serving, throughput):
    assert read_usage(serving.now) == 1
    assert (words(throughput, serving.now), fresh(throughput).usage_read_at) == ("no data yet", serving.now)


def test_one_that_is_called_is_in_use(serving, throughput):
    read_for(serving, 4.5)
    serving.control.invoke(throughput.arn, 5, at=serving.now - timedelta(minutes=7))
    read_usage(serving.now)
    row = fresh(throughput)
    assert words(row, serving.now) == "in use"
    assert timedelta(0) <= row.last_invoked_at - (serving.now - timedelta(minutes=7)) <= timedelta(minutes=6)
    assert "In use" in render_to_string("customization/_idle.html", {"throughput": row, "now": serving.now})


def test_after_hours_without_a_call_it_is_told_once_and_the_status_stays(
    serving, throughput, settings, as_viewer
):
    settings.IDLE_HOURS = 2
    before = throughput.model.status
    read_for(serving, 3)
    row = fresh(throughput)
    assert usage_of(row, serving.now).is_idle
    assert told(row) == 1
    event = Event.objects.get(action="idle")
    assert (event.from_status, event.to_status, event.actor_name) == (before, before, "modelhub")
    assert "idle since" in event.why
    assert row.state == "in service"
    assert serving.control.throughputs()


def test_a_call_ends_the_idle_time_and_the_next_one_is_told_again(serving, throughput, settings):
    settings.IDLE_HOURS = 2
    read_for(serving, 3)
    serving.control.invoke(throughput.arn)
    read_for(serving, 1)
    assert words(throughput, serving.now) == "in use"
    read_for(serving, 3)
    assert usage_of(fresh(throughput), serving.now).is_idle
    assert told(throughput) == 2


def test_a_late_data_point_is_still_counted(serving, throughput, settings):
    settings.IDLE_HOURS = 2
    read_for(serving, 1)
    serving.control.invoke(throughput.arn, at=serving.now - timedelta(minutes=40))  # CloudWatch tells it late
    read_for(serving, 1.25)
    assert words(throughput, serving.now) == "in use"


@pytest.mark.parametrize(
    "kind", ["throttle", "error500", "denied", "expired", "html200", "cut200", "closed", "empty200"]
)
def test_what_cannot_be_read_is_neither_idle_nor_in_use(serving, throughput, settings, kind):
    settings.IDLE_HOURS = 1
    serving.control.fail(kind, platform="cloudwatch", times=None)
    read_for(serving, 3)
    row = fresh(throughput)
    assert usage_of(row, serving.now).words.startswith("cannot read: ")
    assert (row.usage_read_at, told(row)) == (None, 0)
    serving.control.clear_faults()
    read_usage(serving.now)
    row = fresh(throughput)
    assert (row.usage_trouble, usage_of(row, serving.now).is_idle) == ("", True)


def test_a_reading_that_fails_keeps_what_was_known(serving, throughput):
    serving.control.invoke(throughput.arn)
    read_for(serving, 0.25)
    known = fresh(throughput)
    serving.control.fail("denied", platform="cloudwatch", times=None)
    read_for(serving, 0.25)
    row = fresh(throughput)
    assert (row.last_invoked_at, row.usage_read_at) == (known.last_invoked_at, known.usage_read_at)
    assert row.usage_trouble


def test_when_nobody_reads_any_more_nothing_is_claimed(serving, throughput):
    serving.control.invoke(throughput.arn)
    read_for(serving, 0.25)
    assert words(throughput, serving.world.wait(2 * HOUR)).startswith("cannot read: not read since")


def test_one_that_was_not_read_from_its_beginning_is_not_called_never_called(serving, throughput, settings):
    settings.IDLE_HOURS = 4
    serving.world.wait(10 * 24 * HOUR)
    read_usage(serving.now)
    begun = serving.now - timedelta(days=3)
    assert words(throughput, serving.now) == f"no call seen since {begun:%Y-%m-%d %H:%M} UTC"
    read_for(serving, 1)
    assert fresh(throughput).usage_read_from == begun
    assert told(throughput) == 1


def test_after_a_gap_in_the_readings_what_is_known_begins_anew(serving, throughput):
    read_for(serving, 1)
    serving.world.wait(10 * 24 * HOUR)
    read_usage(serving.now)
    assert fresh(throughput).usage_read_from == serving.now - timedelta(days=3)


def test_a_metric_that_cloudwatch_leaves_out_or_forbids_is_no_answer(serving, throughput, monkeypatch):
    pages = [{"MetricDataResults": [{"Id": "m0", "StatusCode": "Forbidden", "Timestamps": [], "Values": []}]}]
    monkeypatch.setattr(gateway, "_pages", lambda *_: pages)
    read_usage(serving.now)
    assert "Forbidden" in words(throughput, serving.now)
    pages[0]["MetricDataResults"] = []
    read_usage(serving.now)
    assert "left it out" in words(throughput, serving.now)
    pages[:] = [{}]
    read_usage(serving.now)
    assert "MetricDataResults" in words(throughput, serving.now)


def test_pages_of_one_metric_are_one_answer(monkeypatch, serving):
    late, early = serving.now - timedelta(hours=1), serving.now - timedelta(hours=2)
    pages = [
        {"MetricDataResults": [{"Id": "m0", "StatusCode": "PartialData", "Timestamps": [late], "Values": [2.0]}]},
        {"MetricDataResults": [{"Id": "m0", "StatusCode": "Complete", "Timestamps": [early], "Values": [1.0]}]},
    ]  # fmt: skip
    monkeypatch.setattr(gateway, "_pages", lambda *_: pages)
    found = gateway.last_invocations(["arn:x"], early, serving.now)["arn:x"]
    assert (found.last_invoked_at, found.trouble) == (late + gateway.PERIOD, "")


def test_only_what_is_in_service_is_read_and_500_a_call(
    serving, base, throughput, django_assert_max_num_queries
):
    models = [a_trained_model(serving.control, base, f"tone-{number}") for number in range(3)]
    rows = [renting.provision(model, units=1, actor=None, now=serving.now) for model in models]
    serving.control.clear_ledger()
    assert read_usage(serving.now) == 1
    assert len(serving.world.calls("GetMetricData")) == 1
    Throughput.objects.filter(pk__in=[row.pk for row in rows]).update(
        state="in service", billed_from=serving.now
    )
    for row in rows:
        Throughput.objects.filter(pk=row.pk).update(arn=f"arn:aws:bedrock:::provisioned-model/{row.pk}")
        serving.control.invoke(f"arn:aws:bedrock:::provisioned-model/{row.pk}")
    with django_assert_max_num_queries(5):
        assert read_usage(serving.world.wait(900)) == 4
    assert len(serving.world.calls("GetMetricData")) == 2


def test_more_than_500_are_read_in_several_calls(serving, base, throughput, monkeypatch):
    monkeypatch.setattr(gateway, "MOST_METRICS", 1)
    other = Throughput.objects.get(pk=throughput.pk)
    other.pk, other.request_token, other.arn = None, "another", "arn:another"
    other.model = a_trained_model(serving.control, base, "other")
    other.save(force_insert=True)
    serving.control.clear_ledger()
    assert read_usage(serving.now) == 2
    assert len(serving.world.calls("GetMetricData")) == 2


def test_too_many_in_one_call_is_our_own_mistake(serving):
    with pytest.raises(ValueError, match="500"):
        gateway.last_invocations([f"arn:{number}" for number in range(501)], serving.now, serving.now)
    assert gateway.last_invocations([], serving.now, serving.now) == {}


def test_the_task_takes_a_broken_cloudwatch_calmly(serving, throughput):
    serving.control.fail("error500", platform="cloudwatch", times=None)
    task()
    assert fresh(throughput).usage_trouble
    with pytest.raises(PlatformError):
        gateway.last_invocations([throughput.arn], serving.now - timedelta(hours=1), serving.now)
