"""What one tick asks of the platform and of the database does not grow with what is quietly in service."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Model
from customization.models import Throughput
from customization.serving import reconcile
from customization.serving.reconcile import reconcile_serving

pytestmark = pytest.mark.django_db


def quiet(serving, model, count: int) -> None:
    """So many throughputs of one generation, in service there and here, all due."""
    serving.control.generate_throughputs(count, model=model.arn, age_seconds=3600, status="InService")
    known = set(Throughput.objects.values_list("arn", flat=True))
    seen = [one for one in serving.control.throughputs() if one["provisionedModelArn"] not in known]
    models = Model.objects.bulk_create(
        Model(
            platform="bedrock",
            external_id=one["provisionedModelName"],
            arn=model.arn,
            name=one["provisionedModelName"],
            kind="custom",
            build="built",
            serving="ready",
            serving_arn=one["provisionedModelArn"],
        )
        for one in seen
    )
    Throughput.objects.bulk_create(
        Throughput(
            model=there,
            name=there.name,
            remote_name=there.name,
            arn=there.serving_arn,
            state="in service",
            units=one["modelUnits"],
            sent_at=serving.now,
            created_at=serving.now,
            changed_at=serving.now,
            next_check_at=serving.now,
        )
        for one, there in zip(seen, models, strict=True)
    )


def cost_of_a_tick(serving) -> tuple[list[str], int]:
    Throughput.objects.update(next_check_at=serving.now)
    serving.control.clear_ledger()
    with CaptureQueriesContext(connection) as asked:
        assert reconcile_serving(serving.now) == Throughput.objects.count()
    return [call["operation"] for call in serving.control.ledger()], len(asked)


def test_a_tick_costs_the_same_for_ten_as_for_hundreds(serving, trained):
    quiet(serving, trained, 10)
    few = cost_of_a_tick(serving)
    quiet(serving, trained, 400)
    assert Throughput.objects.count() == 400
    assert cost_of_a_tick(serving) == few
    assert few[0] == ["ListProvisionedModelThroughputs"]
    assert few[1] <= 8


def test_only_chunks_and_pages_grow(serving, trained, monkeypatch):
    quiet(serving, trained, 100)
    calls, whole = cost_of_a_tick(serving)
    monkeypatch.setattr(reconcile, "_CHUNK", 25)
    assert cost_of_a_tick(serving) == (calls, whole + 3)


def test_one_that_moves_among_many_costs_one_look_of_its_own(serving, trained):
    quiet(serving, trained, 200)
    moving = Throughput.objects.order_by("pk").first()
    serving.control.fail_throughput(moving.remote_name, "No capacity.")
    calls, statements = cost_of_a_tick(serving)
    assert calls == ["ListProvisionedModelThroughputs", "GetProvisionedModelThroughput"]
    assert statements < 40
    assert Throughput.objects.get(pk=moving.pk).state == "failed"


def test_nothing_due_costs_no_call_and_hardly_a_statement(serving, throughput):
    serving.control.clear_ledger()
    with CaptureQueriesContext(connection) as asked:
        assert reconcile_serving(serving.now) == 0
    assert serving.control.ledger() == []
    assert len(asked) <= 4
