"""What CreateModelCustomizationJob turns away, by nature and by script."""

import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.client import SandboxError

NOVA, LLAMA = "amazon.nova-lite-v1:0:300k", "meta.llama3-1-8b-instruct-v1:0:128k"
EMBED, CANVAS = "amazon.titan-embed-image-v1:0", "amazon.nova-canvas-v1:0"


@pytest.fixture
def refused(bedrock, wish):
    """Status, code and words of a Create that must not go through."""

    def call(name="job-1", **changes):
        with pytest.raises(ClientError) as caught:
            bedrock.create_model_customization_job(**wish(name, **changes))
        answer = caught.value.response
        return (
            answer["ResponseMetadata"]["HTTPStatusCode"],
            answer["Error"]["Code"],
            answer["Error"]["Message"],
        )

    return call


@pytest.mark.parametrize(
    ("changes", "member", "constraint"),
    [
        ({"jobName": "under_score"}, "jobName", "regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9"),
        ({"jobName": "-dash"}, "jobName", "regular expression pattern"),
        ({"jobName": "x" * 64}, "jobName", "length less than or equal to 63"),
        ({"customModelName": "two--dashes"}, "customModelName", "regular expression pattern"),
        ({"roleArn": "ModelhubBedrockRole"}, "roleArn", "regular expression pattern"),
        ({"baseModelIdentifier": "No Model!"}, "baseModelIdentifier", "regular expression pattern"),
        ({"customizationType": "MAGIC"}, "customizationType", "enum value set: [FINE_TUNING"),
        ({"clientRequestToken": "a_b"}, "clientRequestToken", "regular expression pattern"),
        ({"outputDataConfig": {"s3Uri": "modelhub"}}, "outputDataConfig.s3Uri", "regular expression pattern"),
        (
            {"trainingDataConfig": {"s3Uri": "s3://b"}},
            "trainingDataConfig.s3Uri",
            "regular expression pattern",
        ),
        ({"jobTags": [{"key": "a", "value": "ü"}]}, "jobTags.1.member.value", "regular expression pattern"),
    ],
)
def test_names_and_shapes_are_held_to_awss_own_constraints(refused, changes, member, constraint):
    status, code, message = refused(**changes)
    assert (status, code) == (400, "ValidationException")
    assert message.startswith("1 validation error detected: Value '")
    assert f"at '{member}' failed to satisfy constraint: Member must " in message
    assert constraint in message


def test_several_constraints_are_counted_in_one_message(refused):
    assert refused(customModelName="y" * 64)[2].startswith("2 validation errors detected: ")
    message = refused(jobName="_" * 64, roleArn="x")[2]
    assert message.startswith("3 validation errors detected: ")


def test_a_missing_member_is_null_and_a_number_no_string(sandbox, wish):
    unchecked = boto3.client(
        "bedrock",
        endpoint_url=sandbox.url,
        region_name="us-east-1",
        aws_access_key_id="A",
        aws_secret_access_key="x",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ClientError, match=r"Value null at 'roleArn' failed .* Member must not be null"):
        unchecked.create_model_customization_job(**wish(roleArn=None))
    with pytest.raises(ClientError, match="SerializationException"):
        unchecked.create_model_customization_job(**wish(hyperParameters={"epochCount": 2}))


def test_a_name_made_to_trip_the_pattern_takes_no_time(refused):
    began = time.monotonic()
    assert refused(jobName="a" + "-" * 60 + "_")[1] == "ValidationException"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"baseModelIdentifier": "acme.rocket-v1:0"}, "model identifier is invalid"),
        (
            {"baseModelIdentifier": "amazon.nova-lite-v1:0"},
            "does not support the customization type FINE_TUNING",
        ),
        ({"customizationType": "CONTINUED_PRE_TRAINING"}, "does not support the customization type"),
        (
            {"trainingDataConfig": {"s3Uri": "s3://modelhub-sandbox/data/"}},
            "Input data must be in .jsonl format",
        ),
        (
            {"validationDataConfig": {"validators": [{"s3Uri": "s3://modelhub-sandbox/v.csv"}]}},
            "Provided S3 location is invalid: s3://modelhub-sandbox/v.csv.",
        ),
        (
            {
                "baseModelIdentifier": CANVAS,
                "validationDataConfig": {"validators": [{"s3Uri": "s3://modelhub-sandbox/v.jsonl"}]},
            },
            "Validation data is not supported",
        ),
        ({"jobTags": [{"key": "aws:x", "value": "1"}]}, "reserved"),
        ({"jobTags": [{"key": "x", "value": "1"}, {"key": "x", "value": "2"}]}, "Duplicate"),
    ],
)
def test_wishes_that_can_not_be_met_are_validation_errors(refused, changes, words):
    status, code, message = refused(**changes)
    assert (status, code) == (400, "ValidationException")
    assert words in message


@pytest.mark.parametrize(
    ("base", "hyper", "fine"),
    [
        (NOVA, {"epochCount": "5", "learningRate": "1e-6", "learningRateWarmupSteps": "100"}, True),
        (NOVA, {"epochCount": "6"}, False),
        (NOVA, {"epochCount": "1.5"}, False),
        (NOVA, {"learningRate": "0.001"}, False),
        (NOVA, {"batchSize": "1"}, False),
        (NOVA, {"epochCount": "many"}, False),
        (NOVA, {"learningRate": "NaN"}, False),
        (LLAMA, {"epochCount": "10", "batchSize": "1", "learningRate": "0.1"}, True),
        (LLAMA, {"batchSize": "2"}, False),
        (EMBED, {"batchSize": "9216", "learningRate": "5e-8", "epochCount": "100"}, True),
        (EMBED, {"batchSize": "8"}, False),
        ("anthropic.claude-3-haiku-20240307-v1:0:200k", {"anything": "goes"}, True),
    ],
)
def test_hyperparameters_are_held_to_the_familys_ranges(bedrock, wish, refused, control, base, hyper, fine):
    if "FINE_TUNING" not in control.model("bedrock", base)["customizationsSupported"]:
        control.change_model("bedrock", base, customizationsSupported=["FINE_TUNING"])
    if fine:
        bedrock.create_model_customization_job(**wish(baseModelIdentifier=base, hyperParameters=hyper))
    else:
        code, message = refused(baseModelIdentifier=base, hyperParameters=hyper)[1:]
        assert code == "ValidationException"
        assert next(iter(hyper)) in message


def test_a_job_name_is_single_use_and_a_model_name_by_switch(bedrock, wish, refused, control):
    bedrock.create_model_customization_job(**wish())
    again = refused(clientRequestToken="other", customModelName="other")
    assert again == (400, "ValidationException", "The provided job name is currently in use.")
    clash = refused("job-2", customModelName="model-of-job-1")
    assert clash[:2] == (400, "ValidationException")
    assert "model name is currently in use" in clash[2]
    control.switch(model_name_clash="accepted")
    bedrock.create_model_customization_job(**wish("job-2", customModelName="model-of-job-1"))


def test_a_refused_job_leaves_nothing_and_its_token_stays_free(bedrock, wish, refused, control):
    control.script_job("role")
    expected = (400, "ValidationException", "Could not assume provided IAM role.")
    assert refused() == expected
    assert control.created() == []
    assert bedrock.create_model_customization_job(**wish())["jobArn"]


@pytest.mark.parametrize(
    ("kind", "status", "code", "words"),
    [
        ("role", 400, "ValidationException", "Could not assume provided IAM role."),
        ("cross_account", 403, "AccessDeniedException", "Cross-account pass role is not allowed."),
        ("quota", 400, "ServiceQuotaExceededException", "too many in-progress customization jobs"),
        ("name_in_use", 400, "ValidationException", "The provided job name is currently in use."),
        ("model_name_in_use", 400, "ValidationException", "model name is currently in use"),
    ],
)
def test_the_next_job_or_that_of_a_name_is_refused_by_script(
    bedrock, wish, refused, control, kind, status, code, words
):
    control.script_job(kind, job="unlucky")
    bedrock.create_model_customization_job(**wish("lucky"))
    found = refused("unlucky")
    assert found[:2] == (status, code)
    assert words in found[2]
    assert control.job_scripts() == []
    bedrock.create_model_customization_job(**wish("unlucky"))


def test_scripts_count_down_say_other_words_and_can_be_cleared(bedrock, wish, refused, control):
    control.script_job("quota", times=2, message="Ask again tomorrow.")
    assert refused()[2] == "Ask again tomorrow."
    assert control.job_scripts()[0]["times"] == 1
    control.clear_job_scripts()
    bedrock.create_model_customization_job(**wish())


def test_a_limit_of_jobs_in_progress_counts_only_those(bedrock, wish, refused, control):
    control.switch(jobs_in_progress_limit=1)
    bedrock.create_model_customization_job(**wish())
    assert refused("job-2")[1] == "ServiceQuotaExceededException"
    bedrock.stop_model_customization_job(jobIdentifier="job-1")
    bedrock.create_model_customization_job(**wish("job-2"))


@pytest.mark.parametrize(
    "script",
    [
        {"kind": "earthquake"},
        {"kind": "role", "times": 0},
        {"kind": "fail", "phase": "lunch"},
        {"kind": "fail", "x": 1},
    ],
)
def test_a_script_nobody_could_mean_is_refused_with_a_reason(control, script):
    with pytest.raises(SandboxError):
        control.script_job(**script)
