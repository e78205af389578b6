"""Custom models made by jobs, and the tags of both."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

BASE = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k"
TAGS = [{"key": "modelhub:instance", "value": "one"}, {"key": "modelhub:request", "value": "r/1"}]


def names(answer):
    return [model["modelName"] for model in answer["modelSummaries"]]


@pytest.fixture
def trained(train, upload, control):
    """A job brought to its end; a minute passes."""

    def run(name="job-1", **changes):
        upload()
        arn = train(name, **changes)
        control.advance(60)
        return arn

    return run


def test_a_completed_job_makes_a_model_that_becomes_active(bedrock, trained, control):
    arn = trained(hyperParameters={"epochCount": "2"})
    job = bedrock.get_model_customization_job(jobIdentifier=arn)
    model = bedrock.get_custom_model(modelIdentifier="model-of-job-1")
    assert (model["modelArn"], model["jobArn"], model["jobName"]) == (job["outputModelArn"], arn, "job-1")
    assert (model["baseModelArn"], model["modelStatus"]) == (BASE, "Creating")
    for name in (
        "hyperParameters",
        "trainingDataConfig",
        "outputDataConfig",
        "trainingMetrics",
        "customizationType",
    ):
        assert model[name] == job[name]
    control.advance(5)
    assert bedrock.get_custom_model(modelIdentifier=model["modelArn"])["modelStatus"] == "Active"


def test_models_are_listed_filtered_and_ordered(bedrock, trained, control):
    began = control.now()
    for name in ("first", "second", "third"):
        trained(name)
    control.make_custom_model("foreign", baseModelId="amazon.nova-micro-v1:0:128k")
    control.advance(4)
    listed = bedrock.list_custom_models
    assert names(listed()) == ["foreign", "model-of-third", "model-of-second", "model-of-first"]
    assert names(listed(sortOrder="Ascending", nameContains="ir")) == ["model-of-first", "model-of-third"]
    assert (
        len(names(listed(baseModelArnEquals=BASE))) == len(names(listed(foundationModelArnEquals=BASE))) == 3
    )
    assert names(listed(modelStatus="Creating")) == ["foreign", "model-of-third"]
    assert names(listed(isOwned=False)) == []
    assert len(names(listed(isOwned=True))) == 4
    assert names(listed(creationTimeBefore=began + timedelta(seconds=70))) == ["model-of-first"]
    page = listed(maxResults=3)
    assert names(page) + names(listed(maxResults=3, nextToken=page["nextToken"])) == names(listed())
    with pytest.raises(ClientError, match="ValidationException"):
        listed(modelStatus="Done")


def test_a_summary_has_the_recorded_shape(bedrock, trained):
    trained()
    (summary,) = bedrock.list_custom_models()["modelSummaries"]
    assert (summary["baseModelName"], summary["baseModelArn"]) == ("", BASE)
    assert summary["ownerAccountId"] == "123456789012"


def test_a_deleted_model_is_gone_and_its_name_free_again(bedrock, trained):
    trained()
    bedrock.delete_custom_model(modelIdentifier="model-of-job-1")
    for call in (bedrock.get_custom_model, bedrock.delete_custom_model):
        with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
            call(modelIdentifier="model-of-job-1")
    assert bedrock.list_custom_models()["modelSummaries"] == []
    trained("job-2", customModelName="model-of-job-1")
    assert bedrock.get_custom_model(modelIdentifier="model-of-job-1")["jobName"] == "job-2"


def test_tags_of_a_creation_reach_the_job_and_the_model(bedrock, trained):
    arn = trained(jobTags=TAGS, customModelTags=TAGS[:1])
    model = bedrock.get_custom_model(modelIdentifier="model-of-job-1")["modelArn"]
    assert bedrock.list_tags_for_resource(resourceARN=arn)["tags"] == TAGS
    assert bedrock.list_tags_for_resource(resourceARN=model)["tags"] == TAGS[:1]


def test_tags_are_added_changed_and_taken_away(bedrock, train):
    arn = train(jobTags=TAGS)
    bedrock.tag_resource(
        resourceARN=arn, tags=[{"key": "modelhub:request", "value": "2"}, {"key": "x", "value": ""}]
    )
    bedrock.untag_resource(resourceARN=arn, tagKeys=["modelhub:instance", "never-there"])
    tags = {tag["key"]: tag["value"] for tag in bedrock.list_tags_for_resource(resourceARN=arn)["tags"]}
    assert tags == {"modelhub:request": "2", "x": ""}


def test_tags_have_limits(bedrock, train):
    arn = train(jobTags=TAGS)
    many = [{"key": f"k{number}", "value": "v"} for number in range(49)]
    with pytest.raises(bedrock.exceptions.TooManyTagsException):
        bedrock.tag_resource(resourceARN=arn, tags=many)
    bedrock.tag_resource(resourceARN=arn, tags=many[:48])
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.list_tags_for_resource(resourceARN=arn[:-12] + "0" * 12)
    with pytest.raises(ClientError, match=r"at 'resourceARN' failed to satisfy constraint"):
        bedrock.list_tags_for_resource(resourceARN="arn:aws:s3:::modelhub-sandbox/not-bedrock")
