"""Quotas, failures and refusals that are scripted, what somebody else does, and what survives a restart."""

import pytest
from botocore.exceptions import ClientError

from sandbox.client import SandboxError
from sandbox.server import start

TOKEN = {"modelUnits": 1, "provisionedModelName": "kept", "clientRequestToken": "token-kept"}


def test_the_quota_is_the_usual_first_answer_then_all_is_well(provision, control):
    control.script_serving("quota", noun="throughput")
    with pytest.raises(ClientError, match=r"ServiceQuotaExceededException.*model units") as caught:
        provision()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert control.throughputs() == control.created(kind="throughput") == []
    assert provision()


def test_a_limit_counts_the_units_of_all_that_exist(bedrock, provision, control):
    control.switch(throughput_limit_units=3)
    provision("two", modelUnits=2)
    with pytest.raises(ClientError, match="ServiceQuotaExceededException"):
        provision("more", modelUnits=2)
    bedrock.delete_provisioned_model_throughput(provisionedModelId="two")
    assert provision("more", modelUnits=2)


def test_a_scripted_name_is_in_use_for_one_noun_only(provision, deploy, control):
    control.script_serving("name_in_use", name="live", noun="throughput", message="Taken, sorry")
    assert deploy("live")
    assert provision("other")
    with pytest.raises(ClientError, match=r"ValidationException.*Taken, sorry"):
        provision("live")


def test_one_fails_after_twenty_minutes_without_ever_serving(bedrock, provision, control):
    control.script_serving("fail")
    provision()
    control.advance(1199)
    found = bedrock.get_provisioned_model_throughput(provisionedModelId="live")
    assert (found["status"], found.get("failureMessage")) == ("Creating", None)
    control.advance(1)
    found = bedrock.get_provisioned_model_throughput(provisionedModelId="live")
    assert found["status"] == "Failed"
    assert "insufficient capacity" in found["failureMessage"]
    (listed,) = bedrock.list_provisioned_model_throughputs(statusEquals="Failed")["provisionedModelSummaries"]
    assert "failureMessage" not in listed
    bedrock.delete_provisioned_model_throughput(provisionedModelId="live")
    assert control.throughputs() == []


def test_a_deployment_fails_when_and_as_it_is_told(bedrock, deploy, control):
    control.script_serving("fail", noun="deployment", name="on-demand", after=3, message="No room")
    deploy()
    control.advance(3)
    found = bedrock.get_custom_model_deployment(customModelDeploymentIdentifier="on-demand")
    assert (found["status"], found["failureMessage"]) == ("Failed", "No room")
    assert (
        bedrock.list_custom_model_deployments()["modelDeploymentSummaries"][0]["failureMessage"] == "No room"
    )


def test_scripts_are_listed_used_up_and_cleared(provision, control):
    control.script_serving("quota", times=2)
    control.script_serving("fail", times=None)
    with pytest.raises(ClientError):
        provision()
    assert [(each["kind"], each["times"]) for each in control.serving_scripts()] == [
        ("quota", 1),
        ("fail", None),
    ]
    control.clear_serving_scripts()
    assert control.serving_scripts() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "magic"},
        {"kind": "fail", "noun": "job"},
        {"kind": "fail", "after": -1},
        {"kind": "quota", "x": 1},
    ],
)
def test_a_script_that_can_not_be_is_refused(control, fields):
    with pytest.raises(SandboxError):
        control.script_serving(**fields)


def test_somebody_else_makes_and_removes_throughputs(bedrock, control, model):
    made = control.make_throughput("theirs", model="tuned", units=3, age_seconds=7200, tags={"owner": "them"})
    found = bedrock.get_provisioned_model_throughput(provisionedModelId="theirs")
    assert (found["status"], found["modelArn"], found["modelUnits"]) == ("InService", model, 3)
    arn = made["provisionedModelArn"]
    assert bedrock.list_tags_for_resource(resourceARN=arn)["tags"] == [{"key": "owner", "value": "them"}]
    (birth,) = control.created(kind="throughput")
    assert (birth["caller"], birth["token"]) == ("somebody-else", None)
    with pytest.raises(SandboxError, match="in use"):
        control.make_throughput("theirs")
    control.remove_throughput("theirs")
    assert control.throughputs() == []
    assert control.billing()[0]["unit_hours"] == 6
    with pytest.raises(SandboxError, match="no such throughput"):
        control.remove_throughput("theirs")


@pytest.mark.parametrize("status", ["Creating", "InService", "Failed"])
def test_a_throughput_is_made_in_a_state_and_stays_there(bedrock, control, status):
    control.make_throughput("theirs", status=status, message="Why not")
    control.advance(86400)
    found = bedrock.get_provisioned_model_throughput(provisionedModelId="theirs")
    assert (found["status"], found.get("failureMessage")) == (
        status,
        "Why not" if status == "Failed" else None,
    )


def test_ours_fails_under_somebody_elses_hands(bedrock, provision, deploy, control):
    provision()
    deploy()
    control.advance(60)
    assert control.fail_throughput("live", "Pulled")["failureMessage"] == "Pulled"
    assert control.fail_deployment("on-demand")["status"] == "Failed"
    assert bedrock.get_provisioned_model_throughput(provisionedModelId="live")["status"] == "Failed"
    with pytest.raises(SandboxError, match="live is Failed"):
        control.fail_throughput("live")


def test_deployments_appear_and_disappear(bedrock, control):
    control.make_deployment("theirs", age_seconds=60)
    assert control.deployments()[0]["status"] == "Active"
    control.remove_deployment("theirs")
    assert bedrock.list_custom_model_deployments()["modelDeploymentSummaries"] == []


@pytest.mark.parametrize(
    "fields",
    [{"name": "a__b"}, {"name": "a", "units": 0}, {"name": "a", "status": "Active"}, {"name": "a", "x": 1}],
)
def test_what_somebody_else_could_not_make_is_refused(control, fields):
    with pytest.raises(SandboxError):
        control.make_throughput(**fields)
    assert control.throughputs() == []


def test_a_reset_forgets_everything(provision, deploy, control):
    provision()
    deploy()
    control.script_serving("quota")
    control.invoke("any", 3)
    control.set_price("USE1-Nova2.0Lite-Customization-Storage", "us-east-1", 7)
    prices = control.prices()
    control.reset()
    assert control.throughputs() == control.deployments() == control.billing() == control.created() == []
    assert control.serving_scripts() == []
    assert control.prices() != prices


def test_a_restart_keeps_everything(tmp_path, aws_client):
    with start(tmp_path) as first:
        first.control.freeze()
        first.control.make_custom_model("tuned")
        arn = aws_client("bedrock", first.url).create_provisioned_model_throughput(modelId="tuned", **TOKEN)[
            "provisionedModelArn"
        ]
        first.control.make_deployment("theirs")
        first.control.script_serving("fail", name="later")
        first.control.advance(3600)
        before = (first.control.billing(), first.control.deployments(), first.control.serving_scripts())
    with start(tmp_path) as second:
        after = (second.control.billing(), second.control.deployments(), second.control.serving_scripts())
        assert after == before
        client = aws_client("bedrock", second.url)
        assert (
            client.create_provisioned_model_throughput(modelId="tuned", **TOKEN)["provisionedModelArn"] == arn
        )
        assert client.get_provisioned_model_throughput(provisionedModelId="kept")["status"] == "InService"
