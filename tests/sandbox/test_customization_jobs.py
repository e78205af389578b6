"""A job from its creation to its end, as boto3 sees it, on a clock that tests move."""

import re
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

JOB_ARN = (
    r"arn:aws:bedrock:us-east-1:123456789012:model-customization-job/amazon\.nova-lite-v1:0:300k/[a-z0-9]{12}"
)


def phases(job):
    return [
        job["statusDetails"][name]["status"]
        for name in ("validationDetails", "dataProcessingDetails", "trainingDetails")
    ]


def names(answer):
    return [job["jobName"] for job in answer["modelCustomizationJobSummaries"]]


def test_a_new_job_is_in_progress_and_shows_what_was_asked(bedrock, wish, control):
    asked = wish(hyperParameters={"epochCount": "2"})
    answer = bedrock.create_model_customization_job(**asked)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert re.fullmatch(JOB_ARN, answer["jobArn"])
    job = bedrock.get_model_customization_job(jobIdentifier="job-1")
    assert (job["status"], phases(job)) == ("InProgress", ["InProgress", "NotStarted", "NotStarted"])
    assert job["jobArn"] == answer["jobArn"]
    assert job["outputModelName"] == "model-of-job-1"
    for name in (
        "roleArn",
        "hyperParameters",
        "trainingDataConfig",
        "outputDataConfig",
        "clientRequestToken",
    ):
        assert job[name] == asked[name]
    assert job["baseModelArn"] == "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k"
    assert (job["customizationType"], job["validationMetrics"]) == ("FINE_TUNING", [])
    assert not {"endTime", "outputModelArn", "trainingMetrics", "failureMessage"} & set(job)


@pytest.mark.parametrize(
    ("seconds", "status", "expected"),
    [
        (9, "InProgress", ["InProgress", "NotStarted", "NotStarted"]),
        (10, "InProgress", ["Completed", "InProgress", "NotStarted"]),
        (20, "InProgress", ["Completed", "Completed", "InProgress"]),
        (59, "InProgress", ["Completed", "Completed", "InProgress"]),
        (60, "Completed", ["Completed", "Completed", "Completed"]),
    ],
)
def test_phases_follow_one_another_on_the_clock(bedrock, train, upload, control, seconds, status, expected):
    upload()
    train()
    control.advance(seconds)
    job = bedrock.get_model_customization_job(jobIdentifier="job-1")
    assert (job["status"], phases(job)) == (status, expected)


def test_times_are_the_jobs_own_however_late_somebody_asks(bedrock, train, upload, control):
    upload()
    train()
    control.advance(3600)
    job = bedrock.get_model_customization_job(jobIdentifier="job-1")
    assert job["endTime"] - job["creationTime"] == timedelta(seconds=60)
    assert job["lastModifiedTime"] == job["endTime"]
    details = job["statusDetails"]["dataProcessingDetails"]
    assert details["creationTime"] - job["creationTime"] == timedelta(seconds=10)
    assert details["lastModifiedTime"] - job["creationTime"] == timedelta(seconds=20)
    model = bedrock.get_custom_model(modelIdentifier=job["outputModelArn"])
    assert model["creationTime"] == job["endTime"]


def test_a_jobs_length_is_chosen_by_switches(bedrock, train, upload, control):
    upload()
    control.switch(validation_seconds=1, data_processing_seconds=1, training_seconds=1)
    train()
    control.advance(3)
    assert bedrock.get_model_customization_job(jobIdentifier="job-1")["status"] == "Completed"


def test_a_stopped_job_is_stopping_for_a_while_and_makes_no_model(bedrock, train, upload, control):
    upload()
    train()
    control.advance(15)
    bedrock.stop_model_customization_job(jobIdentifier="job-1")
    job = bedrock.get_model_customization_job(jobIdentifier="job-1")
    assert (job["status"], phases(job)) == ("Stopping", ["Completed", "Stopping", "NotStarted"])
    control.advance(5)
    job = bedrock.get_model_customization_job(jobIdentifier="job-1")
    assert (job["status"], phases(job)) == ("Stopped", ["Completed", "Stopped", "NotStarted"])
    assert job["endTime"] - job["creationTime"] == timedelta(seconds=20)
    control.advance(3600)
    assert bedrock.list_custom_models()["modelSummaries"] == []


@pytest.mark.parametrize("seconds", [0, 5, 60])
def test_stopping_twice_or_too_late_is_a_conflict_or_accepted(bedrock, train, upload, control, seconds):
    upload()
    train()
    control.advance(60 if seconds == 60 else 0)
    if seconds < 60:
        bedrock.stop_model_customization_job(jobIdentifier="job-1")
        control.advance(seconds)
    with pytest.raises(bedrock.exceptions.ConflictException):
        bedrock.stop_model_customization_job(jobIdentifier="job-1")
    control.switch(stop_again="accepted")
    bedrock.stop_model_customization_job(jobIdentifier="job-1")


def test_jobs_are_found_by_arn_too_and_unknown_ones_are_404(bedrock, train):
    arn = train()
    assert bedrock.get_model_customization_job(jobIdentifier=arn)["jobName"] == "job-1"
    for call in (bedrock.get_model_customization_job, bedrock.stop_model_customization_job):
        with pytest.raises(ClientError) as caught:
            call(jobIdentifier="nobody")
        assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_list_tells_the_same_as_get(bedrock, train, upload, control):
    upload()
    train()
    control.advance(60)
    (summary,) = bedrock.list_model_customization_jobs()["modelCustomizationJobSummaries"]
    job = bedrock.get_model_customization_job(jobIdentifier="job-1")
    for name in ("jobArn", "jobName", "status", "statusDetails", "creationTime", "endTime", "baseModelArn"):
        assert summary[name] == job[name]
    assert (summary["customModelName"], summary["customModelArn"]) == (
        "model-of-job-1",
        job["outputModelArn"],
    )


def test_lists_are_filtered_and_ordered(bedrock, train, control):
    began = control.now()
    for name in ("first", "second", "third"):
        train(name)
        control.advance(2)
    bedrock.stop_model_customization_job(jobIdentifier="first")
    listed = bedrock.list_model_customization_jobs
    assert names(listed()) == ["third", "second", "first"]
    assert names(listed(sortBy="CreationTime", sortOrder="Ascending")) == ["first", "second", "third"]
    assert names(listed(nameContains="ir", sortOrder="Ascending")) == ["first", "third"]
    assert names(listed(statusEquals="Stopping")) == ["first"]
    assert names(listed(statusEquals="Completed")) == []
    assert names(listed(creationTimeAfter=began + timedelta(seconds=1))) == ["third", "second"]
    assert names(listed(creationTimeBefore=began + timedelta(seconds=3))) == ["second", "first"]


def test_pages_of_up_to_a_thousand_add_up(bedrock, control):
    control.generate_jobs(2500)
    pages = bedrock.get_paginator("list_model_customization_jobs").paginate(
        PaginationConfig={"PageSize": 1000}
    )
    found = [names(page) for page in pages]
    assert [len(page) for page in found] == [1000, 1000, 500]
    assert len({name for page in found for name in page}) == 2500
    assert len(names(bedrock.list_model_customization_jobs())) == 100


@pytest.mark.parametrize(
    "arguments",
    [
        {"maxResults": 1001},
        {"statusEquals": "Done"},
        {"sortOrder": "Up"},
        {"nameContains": "a_b"},
        {"nextToken": "x"},
    ],
)
def test_a_bad_list_request_is_a_validation_error(bedrock, arguments):
    with pytest.raises(ClientError, match="ValidationException"):
        bedrock.list_model_customization_jobs(**arguments)


def test_it_goes_on_in_real_time_too(bedrock, wish, upload, control):
    upload()
    control.set_speed(1000)
    bedrock.create_model_customization_job(**wish())
    control.freeze()
    control.advance(60)
    assert bedrock.get_model_customization_job(jobIdentifier="job-1")["status"] == "Completed"
