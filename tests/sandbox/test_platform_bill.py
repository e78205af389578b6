"""The platform's own bill, to the second, under every rule that AWS leaves open."""

import pytest

from sandbox.client import SandboxError


def test_a_throughput_is_billed_from_its_creation_to_its_deletion(bedrock, provision, control, model):
    began = control.clock()["now"]
    arn = provision(modelUnits=2)
    control.advance(5400)
    (line,) = control.billing()
    assert line == {
        "arn": arn,
        "name": "live",
        "token": "token-live",
        "model_arn": model,
        "units": 2,
        "commitment": None,
        "started_at": began,
        "ended_at": None,
        "unit_hours": pytest.approx(3.0),
    }
    bedrock.delete_provisioned_model_throughput(provisionedModelId=arn)
    ended = control.clock()["now"]
    control.advance(86400)
    (line,) = control.billing()
    assert (line["ended_at"], line["unit_hours"]) == (ended, pytest.approx(3.0))


def test_a_deletion_whose_answer_is_lost_ends_the_bill(bedrock, provision, control):
    provision()
    control.fail("html200", operation="DeleteProvisionedModelThroughput", applied=True)
    bedrock.delete_provisioned_model_throughput(provisionedModelId="live")
    assert control.billing(ended_at=None) == []


def test_a_refused_deletion_does_not(bedrock, provision, control):
    provision()
    control.fail("html200", operation="DeleteProvisionedModelThroughput")
    bedrock.delete_provisioned_model_throughput(provisionedModelId="live")
    assert len(control.billing(ended_at=None)) == 1


def test_or_it_is_billed_from_when_it_is_in_service(bedrock, provision, control):
    control.switch(billing_from="in_service", throughput_creating_seconds=1800)
    provision()
    control.advance(1799)
    (line,) = control.billing()
    assert (line["started_at"], line["unit_hours"]) == (None, 0)
    control.advance(1801)
    assert control.billing()[0]["unit_hours"] == pytest.approx(0.5)
    provision("dropped")
    bedrock.delete_provisioned_model_throughput(provisionedModelId="dropped")
    (line,) = control.billing(name="dropped")
    assert (line["started_at"], line["unit_hours"]) == (None, 0)
    assert line["ended_at"] is not None


def test_a_failed_one_is_billed_until_it_is_deleted(bedrock, provision, control):
    control.script_serving("fail")
    provision()
    control.advance(3600)
    assert len(control.billing(ended_at=None)) == 1
    bedrock.delete_provisioned_model_throughput(provisionedModelId="live")
    assert control.billing()[0]["unit_hours"] == pytest.approx(1.0)


def test_or_only_until_it_failed(provision, control):
    control.switch(failed_throughput_billed=False)
    control.script_serving("fail")
    provision()
    assert control.billing()[0]["ended_at"] is None
    control.advance(3600)
    (line,) = control.billing()
    assert line["unit_hours"] == pytest.approx(1 / 3)
    assert line["ended_at"] is not None


def test_the_bill_knows_no_lag_and_is_filtered_by_any_column(provision, control):
    control.advance(60)
    control.switch(get_lag_seconds=60, list_lag_seconds=60)
    provision("one")
    provision("two", commitmentDuration="SixMonths")
    assert [line["name"] for line in control.billing()] == ["one", "two"]
    assert [line["name"] for line in control.billing(token="token-two")] == ["two"]
    assert [line["name"] for line in control.billing(commitment=None)] == ["one"]
    with pytest.raises(SandboxError, match="unknown filters"):
        control.billing(colour="red")
