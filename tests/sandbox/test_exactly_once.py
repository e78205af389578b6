"""Tokens, lost answers, lagging views, and the proof that one wish made one job."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError, ReadTimeoutError

from sandbox.client import SandboxError


def jobs_of(answer):
    return [job["jobName"] for job in answer["modelCustomizationJobSummaries"]]


def test_the_same_token_and_wish_make_one_job(bedrock, wish, control):
    first = bedrock.create_model_customization_job(**wish())
    second = bedrock.create_model_customization_job(**wish())
    assert second["jobArn"] == first["jobArn"]
    assert second["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert [birth["arn"] for birth in control.created(token="token-job-1")] == [first["jobArn"]]
    created, repeated = control.ledger(operation="CreateModelCustomizationJob")
    assert (created["created"]["arn"], created["repeat_of"]) == (first["jobArn"], None)
    assert (repeated["created"], repeated["repeat_of"]) == (None, first["jobArn"])


def test_racing_creates_with_one_token_make_one_job(bedrock, wish, control):
    with ThreadPoolExecutor(8) as racers:
        answers = list(racers.map(lambda _: bedrock.create_model_customization_job(**wish()), range(16)))
    assert len({answer["jobArn"] for answer in answers}) == len(control.created()) == 1


def test_racing_creates_with_one_name_make_one_job(bedrock, wish, control):
    def create(number):
        try:
            return bedrock.create_model_customization_job(**wish(clientRequestToken=f"token-{number}"))[
                "jobArn"
            ]
        except ClientError as refusal:
            return refusal.response["Error"]["Message"]

    with ThreadPoolExecutor(8) as racers:
        answers = list(racers.map(create, range(16)))
    assert answers.count("The provided job name is currently in use.") == 15
    assert len(control.created()) == 1


def test_a_repeat_may_be_answered_with_nothing(bedrock, wish, control):
    control.switch(token_repeat="empty")
    bedrock.create_model_customization_job(**wish())
    repeat = bedrock.create_model_customization_job(**wish())
    assert repeat["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert "jobArn" not in repeat
    assert len(control.created(kind="job")) == 1


@pytest.mark.parametrize(
    ("choice", "code"), [("conflict", "ConflictException"), ("validation", "ValidationException")]
)
def test_the_same_token_with_another_wish_is_refused(bedrock, wish, control, choice, code):
    control.switch(token_mismatch=choice)
    bedrock.create_model_customization_job(**wish())
    with pytest.raises(ClientError, match=code) as caught:
        bedrock.create_model_customization_job(**wish("job-2", clientRequestToken="token-job-1"))
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert len(control.created()) == 1


def test_or_it_is_ignored_as_the_documentation_says(bedrock, wish, control):
    control.switch(token_mismatch="ignored")
    first = bedrock.create_model_customization_job(**wish())
    other = bedrock.create_model_customization_job(**wish("job-2", clientRequestToken="token-job-1"))
    assert other["jobArn"] == first["jobArn"]


@pytest.mark.parametrize("kind", ["closed", "timeout", "error500", "html503", "empty200", "throttle"])
def test_a_create_whose_answer_is_lost_has_made_its_job(aws_client, sandbox, wish, control, kind):
    client = aws_client("bedrock", sandbox.url, read_timeout=0.2 if kind == "timeout" else 5)
    control.fail(kind, operation="CreateModelCustomizationJob", applied=True, seconds=0.5)
    with contextlib.suppress(ClientError, ConnectionClosedError, HTTPClientError, ReadTimeoutError):
        assert "jobArn" not in client.create_model_customization_job(**wish())
    assert jobs_of(client.list_model_customization_jobs(nameContains="job-1")) == ["job-1"]
    repeat = client.create_model_customization_job(**wish())
    (birth,) = control.created()
    assert birth["arn"] == repeat["jobArn"]
    lost = control.ledger(operation="CreateModelCustomizationJob")[0]
    assert (lost["fault"], lost["created"]["name"]) == (kind, "job-1")


@pytest.mark.parametrize("operation", ["stop_model_customization_job", "delete_custom_model", "tag_resource"])
def test_other_changes_are_applied_with_their_answer_lost_too(bedrock, train, upload, control, operation):
    upload()
    arn = train()
    control.advance(60 if operation == "delete_custom_model" else 0)
    control.fail("closed", platform="bedrock", applied=True)
    arguments = {
        "stop_model_customization_job": {"jobIdentifier": arn},
        "delete_custom_model": {"modelIdentifier": "model-of-job-1"},
        "tag_resource": {"resourceARN": arn, "tags": [{"key": "a", "value": "b"}]},
    }
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        getattr(bedrock, operation)(**arguments[operation])
    if operation == "stop_model_customization_job":
        assert bedrock.get_model_customization_job(jobIdentifier=arn)["status"] == "Stopping"
    elif operation == "delete_custom_model":
        assert bedrock.list_custom_models()["modelSummaries"] == []
    else:
        assert bedrock.list_tags_for_resource(resourceARN=arn)["tags"] == [{"key": "a", "value": "b"}]


def test_a_new_job_can_not_be_found_for_a_while(bedrock, train, control):
    control.switch(get_lag_seconds=5)
    arn = train()
    for call, name in (
        (bedrock.get_model_customization_job, "jobIdentifier"),
        (bedrock.stop_model_customization_job, "jobIdentifier"),
        (bedrock.list_tags_for_resource, "resourceARN"),
    ):
        with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
            call(**{name: arn})
    assert jobs_of(bedrock.list_model_customization_jobs()) == ["job-1"]
    control.advance(5)
    assert bedrock.get_model_customization_job(jobIdentifier=arn)["jobArn"] == arn


def test_lists_show_the_world_as_it_was(bedrock, train, upload, control):
    upload()
    control.switch(list_lag_seconds=8)
    train()
    assert bedrock.get_model_customization_job(jobIdentifier="job-1")
    assert jobs_of(bedrock.list_model_customization_jobs()) == []
    control.advance(8)
    assert jobs_of(bedrock.list_model_customization_jobs()) == ["job-1"]
    control.advance(55)
    assert bedrock.get_model_customization_job(jobIdentifier="job-1")["status"] == "Completed"
    assert jobs_of(bedrock.list_model_customization_jobs(statusEquals="InProgress")) == ["job-1"]
    assert bedrock.list_custom_models()["modelSummaries"] == []
    control.advance(20)
    bedrock.delete_custom_model(modelIdentifier="model-of-job-1")
    assert len(bedrock.list_custom_models()["modelSummaries"]) == 1
    control.advance(8)
    assert bedrock.list_custom_models()["modelSummaries"] == []


def test_births_tell_who_made_what_when_and_with_which_tags(aws_client, sandbox, wish, upload, control):
    upload()
    control.freeze()
    client = aws_client("bedrock", sandbox.url, key="AKIAANNA")
    tags = [{"key": "modelhub:request", "value": "7"}]
    arn = client.create_model_customization_job(**wish(jobTags=tags, customModelTags=tags))["jobArn"]
    at = control.clock()["now"]
    control.advance(60)
    job, model = control.created()
    assert job == {
        "kind": "job",
        "arn": arn,
        "name": "job-1",
        "token": "token-job-1",
        "caller": "AKIAANNA",
        "at": at,
        "tags": {"modelhub:request": "7"},
    }
    assert (model["kind"], model["token"], model["caller"]) == ("model", "token-job-1", "AKIAANNA")
    client.delete_custom_model(modelIdentifier="model-of-job-1")
    assert len(control.created(kind="model", name="model-of-job-1")) == 1
    assert control.created(token="other") == []


def test_switches_describe_themselves_and_go_back(control):
    for name, switch in control.switches().items():
        assert switch["value"] == switch["default"], name
        assert switch["about"]
    control.switch(token_repeat="empty", get_lag_seconds=3)
    assert control.switches()["get_lag_seconds"]["value"] == 3
    control.switch(get_lag_seconds=None)
    assert control.switches()["get_lag_seconds"]["value"] == 0
    control.reset_switches()
    assert control.switches()["token_repeat"]["value"] == "arn"


@pytest.mark.parametrize(
    "values",
    [
        {"colour": "red"},
        {"token_repeat": "maybe"},
        {"get_lag_seconds": -1},
        {"perplexity": "yes"},
        {"get_lag_seconds": True},
    ],
)
def test_a_switch_that_can_not_be_is_refused_and_nothing_changes(control, values):
    with pytest.raises(SandboxError):
        control.switch(token_mismatch="ignored", **values)
    assert control.switches()["token_mismatch"]["value"] == "conflict"
