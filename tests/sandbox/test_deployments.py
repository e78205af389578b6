"""Deployments: on-demand use of custom models; and what happens to a served model that is deleted."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

TAGS = [{"key": "modelhub:instance", "value": "one"}]


def names(answer):
    return [each["customModelDeploymentName"] for each in answer["modelDeploymentSummaries"]]


def test_a_deployment_is_creating_then_active(bedrock, deploy, control, model):
    arn = deploy(description="For the team", tags=TAGS)
    found = bedrock.get_custom_model_deployment(customModelDeploymentIdentifier="on-demand")
    assert (found["customModelDeploymentArn"], found["modelDeploymentName"]) == (arn, "on-demand")
    assert (found["modelArn"], found["status"], found["description"]) == (model, "Creating", "For the team")
    assert bedrock.list_tags_for_resource(resourceARN=arn)["tags"] == TAGS
    control.advance(10)
    assert bedrock.get_custom_model_deployment(customModelDeploymentIdentifier=arn)["status"] == "Active"
    assert control.billing() == []


def test_the_same_token_makes_one_deployment(deploy, control):
    assert deploy() == deploy()
    (birth,) = control.created(kind="deployment", token="token-on-demand")
    assert birth["name"] == "on-demand"
    assert control.ledger(operation="CreateCustomModelDeployment")[1]["status"] == 202


def test_a_name_is_unique_whatever_the_switches_say(deploy, control):
    control.switch(throughput_name_clash="accepted")
    deploy()
    with pytest.raises(ClientError, match=r"ValidationException.*deployment name is currently in use"):
        deploy(clientRequestToken="another")


def test_only_an_active_model_can_be_deployed(deploy, control):
    arn = control.make_custom_model("fresh")["modelArn"]
    with pytest.raises(ClientError, match="must be in the Active state"):
        deploy(modelArn=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        deploy(modelArn=arn[:-12] + "0" * 12)
    control.advance(5)
    assert deploy(modelArn=arn)


def test_they_are_listed_filtered_and_paged(bedrock, deploy, control, model):
    began = control.now()
    for name in ("first", "second", "third"):
        deploy(name)
        control.advance(5)
    listed = bedrock.list_custom_model_deployments
    assert names(listed()) == ["third", "second", "first"]
    assert names(listed(nameContains="ir", sortOrder="Ascending")) == ["first", "third"]
    assert names(listed(statusEquals="Creating")) == ["third"]
    assert names(listed(createdAfter=began + timedelta(seconds=2))) == ["third", "second"]
    assert len(names(listed(modelArnEquals=model))) == 3
    page = listed(maxResults=2)
    assert names(page) + names(listed(maxResults=2, nextToken=page["nextToken"])) == names(listed())


def test_a_deleted_one_is_gone_at_once_but_for_lists_that_lag(bedrock, deploy, control):
    control.switch(list_lag_seconds=8)
    deploy()
    control.advance(10)
    bedrock.delete_custom_model_deployment(customModelDeploymentIdentifier="on-demand")
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_custom_model_deployment(customModelDeploymentIdentifier="on-demand")
    assert names(bedrock.list_custom_model_deployments()) == ["on-demand"]
    control.advance(8)
    assert names(bedrock.list_custom_model_deployments()) == control.deployments() == []


def test_one_that_is_creating_may_be_kept_from_deletion(bedrock, deploy, control):
    control.switch(throughput_delete_creating="conflict")
    deploy()
    with pytest.raises(bedrock.exceptions.ConflictException):
        bedrock.delete_custom_model_deployment(customModelDeploymentIdentifier="on-demand")
    control.advance(10)
    bedrock.delete_custom_model_deployment(customModelDeploymentIdentifier="on-demand")


def test_deleting_a_served_model_leaves_orphans_behind(bedrock, provision, deploy, control, model):
    provision()
    deploy()
    bedrock.delete_custom_model(modelIdentifier=model)
    control.advance(20)
    throughput = bedrock.get_provisioned_model_throughput(provisionedModelId="live")
    assert (throughput["status"], throughput["modelArn"]) == ("InService", model)
    assert len(control.billing(ended_at=None)) == 1
    assert (
        bedrock.get_custom_model_deployment(customModelDeploymentIdentifier="on-demand")["status"] == "Active"
    )


def test_or_it_is_refused_until_nothing_serves_the_model(bedrock, provision, deploy, control, model):
    control.switch(model_delete_with_throughput="conflict")
    provision()
    deploy()
    for remove in (lambda: control.remove_throughput("live"), lambda: control.remove_deployment("on-demand")):
        with pytest.raises(bedrock.exceptions.ConflictException):
            bedrock.delete_custom_model(modelIdentifier="tuned")
        remove()
    bedrock.delete_custom_model(modelIdentifier="tuned")
