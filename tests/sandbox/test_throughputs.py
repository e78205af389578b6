"""Throughputs: their life, names, lists, tags, tokens, changes and deletion."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

BASE = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-2-lite-v1:0:256k"
TAGS = [{"key": "modelhub:instance", "value": "one"}]


def status(bedrock, name="live"):
    return bedrock.get_provisioned_model_throughput(provisionedModelId=name)["status"]


def names(answer):
    return [each["provisionedModelName"] for each in answer["provisionedModelSummaries"]]


def test_a_throughput_is_creating_then_in_service(bedrock, provision, control, model):
    arn = provision(modelUnits=2)
    found = bedrock.get_provisioned_model_throughput(provisionedModelId=arn)
    assert (found["provisionedModelArn"], found["provisionedModelName"]) == (arn, "live")
    assert found["modelArn"] == found["desiredModelArn"] == model
    assert (found["foundationModelArn"], found["modelUnits"], found["desiredModelUnits"]) == (BASE, 2, 2)
    assert "commitmentDuration" not in found
    control.advance(19)
    assert status(bedrock) == "Creating"
    control.advance(1)
    found = bedrock.get_provisioned_model_throughput(provisionedModelId="live")
    assert found["status"] == "InService"
    assert found["lastModifiedTime"] - found["creationTime"] == timedelta(seconds=20)


def test_it_takes_as_long_as_the_switch_says(bedrock, provision, control):
    control.switch(throughput_creating_seconds=1500)
    provision()
    control.advance(1499)
    assert status(bedrock) == "Creating"
    control.advance(1)
    assert status(bedrock) == "InService"


@pytest.mark.parametrize(
    ("model_id", "served"),
    [
        ("tuned", None),
        ("amazon.nova-2-lite-v1:0:256k", BASE),
        (BASE, BASE),
    ],
)
def test_a_model_is_named_by_name_or_arn_and_may_be_a_base_model(bedrock, provision, model, model_id, served):
    arn = provision(modelId=model_id)
    found = bedrock.get_provisioned_model_throughput(provisionedModelId=arn)
    assert (found["modelArn"], found["foundationModelArn"]) == (served or model, BASE)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"modelId": "nobody"}, "ResourceNotFoundException"),
        ({"modelId": "acme.nothing-v1:0"}, "ResourceNotFoundException"),
        ({"modelId": "amazon.nova-2-sonic-v1:0"}, "ValidationException"),  # serves on demand only
        ({"provisionedModelName": "under__score"}, "ValidationException"),
        ({"clientRequestToken": "under_score"}, "ValidationException"),
    ],
)
def test_what_can_not_be_is_refused(provision, control, changes, code):
    with pytest.raises(ClientError, match=code):
        provision(**changes)
    assert control.throughputs() == control.billing() == []


def test_the_same_token_makes_one_throughput(bedrock, provision, control):
    first, second = provision(tags=TAGS), provision(tags=TAGS)
    assert first == second
    (birth,) = control.created(kind="throughput", token="token-live")
    assert (birth["arn"], birth["name"], birth["tags"]) == (first, "live", {"modelhub:instance": "one"})
    created, repeated = control.ledger(operation="CreateProvisionedModelThroughput")
    assert (created["created"]["arn"], repeated["repeat_of"]) == (first, first)
    bedrock.delete_provisioned_model_throughput(provisionedModelId="live")
    assert provision(tags=TAGS) == first
    assert control.throughputs() == []


def test_a_repeat_may_be_answered_with_nothing(bedrock, provision, control):
    control.switch(token_repeat="empty")
    provision()
    with pytest.raises(KeyError):
        provision()
    assert len(control.throughputs()) == len(control.created(kind="throughput")) == 1


def test_the_same_token_with_another_wish_is_refused(provision, control):
    provision()
    with pytest.raises(ClientError, match="ConflictException"):
        provision("other", clientRequestToken="token-live")


def test_a_create_whose_answer_is_lost_has_made_its_throughput(provision, control):
    control.fail("error500", operation="CreateProvisionedModelThroughput", applied=True)
    with pytest.raises(ClientError):
        provision()
    (line,) = control.billing(ended_at=None)
    assert provision() == line["arn"]
    assert len(control.created(kind="throughput")) == 1


def test_a_taken_name_is_refused_until_it_is_free(bedrock, provision):
    provision()
    with pytest.raises(ClientError, match=r"ValidationException.*name is currently in use"):
        provision(clientRequestToken="another")
    bedrock.delete_provisioned_model_throughput(provisionedModelId="live")
    assert provision(clientRequestToken="another")


def test_or_a_name_may_be_used_twice(bedrock, provision, control):
    control.switch(throughput_name_clash="accepted")
    first, second = provision(), provision(clientRequestToken="another")
    assert first != second
    newest = bedrock.get_provisioned_model_throughput(provisionedModelId="live")
    assert newest["provisionedModelArn"] == second
    assert len(control.billing(ended_at=None)) == 2


def test_they_are_listed_filtered_and_ordered(bedrock, provision, control, model):
    began = control.now()
    provision("first")
    control.advance(10)
    provision("second", modelId=BASE)
    control.advance(10)
    provision("third")
    listed = bedrock.list_provisioned_model_throughputs
    assert names(listed()) == ["third", "second", "first"]
    assert names(listed(sortOrder="Ascending", nameContains="ir")) == ["first", "third"]
    assert names(listed(statusEquals="InService")) == ["first"]
    assert names(listed(modelArnEquals=model)) == ["third", "first"]
    assert names(listed(creationTimeAfter=began + timedelta(seconds=15))) == ["third"]
    page = listed(maxResults=2)
    assert names(page) + names(listed(maxResults=2, nextToken=page["nextToken"])) == names(listed())


def test_thousands_are_made_at_once_and_listed_in_pages(bedrock, control):
    for _ in range(2):
        made = control.generate_throughputs(1200, prefix="many", units=2, age_seconds=3600)
    assert (made["generated"], made["throughputs"]) == (0, 1200)
    pages = bedrock.get_paginator("list_provisioned_model_throughputs").paginate(maxResults=1000)
    found = [each for page in pages for each in page["provisionedModelSummaries"]]
    assert len({each["provisionedModelArn"] for each in found}) == len(found) == 1200
    assert {each["status"] for each in found} == {"InService"}


def test_a_new_one_can_not_be_found_and_lists_lag(bedrock, provision, control):
    control.switch(get_lag_seconds=5, list_lag_seconds=8)
    arn = provision()
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        status(bedrock, arn)
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.delete_provisioned_model_throughput(provisionedModelId=arn)
    control.advance(5)
    assert status(bedrock, arn) == "Creating"
    assert names(bedrock.list_provisioned_model_throughputs()) == []
    assert [each["provisionedModelArn"] for each in control.throughputs()] == [arn]
    control.advance(3)
    bedrock.delete_provisioned_model_throughput(provisionedModelId=arn)
    assert names(bedrock.list_provisioned_model_throughputs()) == ["live"]
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        status(bedrock, arn)
    control.advance(8)
    assert names(bedrock.list_provisioned_model_throughputs()) == []


def test_tags_given_at_the_creation_can_be_read_and_changed(bedrock, provision):
    arn = provision(tags=TAGS)
    bedrock.tag_resource(resourceARN=arn, tags=[{"key": "a", "value": "b"}])
    assert bedrock.list_tags_for_resource(resourceARN=arn)["tags"] == [*TAGS, {"key": "a", "value": "b"}]
    bedrock.delete_provisioned_model_throughput(provisionedModelId=arn)
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.list_tags_for_resource(resourceARN=arn)


def test_one_that_is_creating_may_be_deleted_or_not(bedrock, provision, control):
    provision("first")
    bedrock.delete_provisioned_model_throughput(provisionedModelId="first")
    control.switch(throughput_delete_creating="conflict")
    provision("second")
    with pytest.raises(bedrock.exceptions.ConflictException):
        bedrock.delete_provisioned_model_throughput(provisionedModelId="second")
    control.advance(20)
    bedrock.delete_provisioned_model_throughput(provisionedModelId="second")
    assert control.throughputs() == []


def test_a_commitment_holds(bedrock, provision, control):
    arn = provision(commitmentDuration="OneMonth")
    control.advance(20)
    found = bedrock.get_provisioned_model_throughput(provisionedModelId=arn)
    assert found["commitmentExpirationTime"] - found["creationTime"] == timedelta(days=30)
    with pytest.raises(bedrock.exceptions.ConflictException, match="commitment term"):
        bedrock.delete_provisioned_model_throughput(provisionedModelId=arn)
    control.advance(30 * 86400)
    bedrock.delete_provisioned_model_throughput(provisionedModelId=arn)


def test_an_update_changes_the_name_and_the_model_but_no_units(bedrock, provision, control, model):
    arn = provision()
    control.advance(20)
    update = bedrock.update_provisioned_model_throughput
    update(provisionedModelId=arn, desiredProvisionedModelName="renamed", desiredModelId=BASE)
    found = bedrock.get_provisioned_model_throughput(provisionedModelId="renamed")
    assert (found["status"], found["modelArn"], found["desiredModelArn"]) == ("Updating", model, BASE)
    control.advance(10)
    found = bedrock.get_provisioned_model_throughput(provisionedModelId="renamed")
    assert (found["status"], found["modelArn"], found["modelUnits"]) == ("InService", BASE, 1)
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        update(provisionedModelId="live", desiredProvisionedModelName="x")


def test_an_update_keeps_to_the_base_model(bedrock, provision, control):
    control.make_custom_model("foreign", baseModelId="amazon.nova-micro-v1:0:128k")
    provision()
    provision("base", modelId=BASE)
    control.advance(20)
    for name, wanted in (("live", "foreign"), ("base", "tuned")):
        with pytest.raises(ClientError, match="ValidationException"):
            bedrock.update_provisioned_model_throughput(provisionedModelId=name, desiredModelId=wanted)
