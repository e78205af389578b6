"""What a job reads from S3, how it fails over it, and what it writes there."""

import csv
import io
import math

import pytest

BUCKET = "modelhub-sandbox"
PROMPT = '{"prompt": "a", "completion": "b"}'
CAPTION = '{"image-ref": "s3://b/1.png", "caption": "c"}'
MESSAGES = '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}'
LLAMA, EMBED = "meta.llama3-1-8b-instruct-v1:0:128k", "amazon.titan-embed-image-v1:0"
VALIDATION = {"validators": [{"s3Uri": f"s3://{BUCKET}/valid.jsonl"}]}


@pytest.fixture
def outcome(bedrock, train, control):
    """The job as it is after its minute."""

    def run(name="job-1", **changes):
        train(name, **changes)
        control.advance(60)
        return bedrock.get_model_customization_job(jobIdentifier=name)

    return run


@pytest.fixture
def artifact(s3):
    def read(job, name, folder="output/"):
        key = f"{folder}model-customization-job-{job['jobArn'].rpartition('/')[2]}/{name}"
        found = s3.get_object(Bucket=BUCKET, Key=key)
        return list(csv.DictReader(io.StringIO(found["Body"].read().decode())))

    return read


TRAINING = "training_artifacts/step_wise_training_metrics.csv"
VALIDATED = "validation_artifacts/post_fine_tuning_validation/validation_metrics.csv"


@pytest.mark.parametrize("uri", [f"s3://{BUCKET}/missing.jsonl", "s3://no-such-bucket/train.jsonl"])
def test_missing_data_fail_the_validation_phase(outcome, uri):
    job = outcome(trainingDataConfig={"s3Uri": uri})
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    assert job["status"] == "Failed"
    assert job["failureMessage"] == (
        f"Could not validate GetObject permissions to access Amazon S3 bucket: {bucket} at key {key}"
    )
    assert job["statusDetails"]["validationDetails"]["status"] == "Failed"
    assert job["statusDetails"]["trainingDetails"] == {"status": "NotStarted"}
    assert (job["endTime"] - job["creationTime"]).total_seconds() == 10


def test_a_missing_output_bucket_fails_it_too(outcome, upload):
    upload()
    job = outcome(outputDataConfig={"s3Uri": "s3://no-such-bucket/out"})
    assert (
        "PutObject permissions to access Amazon S3 bucket: no-such-bucket at key out" in job["failureMessage"]
    )


def test_data_are_looked_at_when_the_phase_ends_not_when_the_job_is_created(bedrock, train, upload, control):
    train()
    upload()
    control.advance(30)
    assert bedrock.get_model_customization_job(jobIdentifier="job-1")["status"] == "InProgress"


@pytest.mark.parametrize(
    ("base", "row", "fits"),
    [
        ("amazon.nova-lite-v1:0:300k", PROMPT, False),
        (LLAMA, PROMPT, True),
        (LLAMA, MESSAGES, False),
        (EMBED, CAPTION, True),
        (EMBED, PROMPT, False),
        ("anthropic.claude-3-haiku-20240307-v1:0:200k", MESSAGES, True),
        ("anthropic.claude-3-haiku-20240307-v1:0:200k", PROMPT, False),
        (LLAMA, "not json", False),
    ],
)
def test_each_family_wants_its_own_format(outcome, upload, control, base, row, fits):
    if "FINE_TUNING" not in control.model("bedrock", base)["customizationsSupported"]:
        control.change_model("bedrock", base, customizationsSupported=["FINE_TUNING"])
    upload(rows=40, row=row)
    job = outcome(baseModelIdentifier=base)
    if fits:
        assert job["status"] == "Completed"
    else:
        assert job["failureMessage"].startswith("Input data at train.jsonl must follow '{\"")
        assert job["failureMessage"].endswith("' format")


def test_the_recorded_words_for_prompt_and_completion(outcome, upload):
    upload(row=MESSAGES, key="data/train.jsonl")
    job = outcome(baseModelIdentifier=LLAMA, trainingDataConfig={"s3Uri": f"s3://{BUCKET}/data/train.jsonl"})
    assert job["failureMessage"] == (
        "Input data at data/train.jsonl must follow "
        """'{"prompt": "<input text>", "completion": "<output text>"}' format"""
    )


def test_too_few_rows_fail_unless_switched_off(outcome, upload, control):
    upload(rows=3)
    assert "3 records" in outcome()["failureMessage"]
    control.switch(row_limits=False)
    assert outcome("job-2")["status"] == "Completed"


def test_a_bad_validation_file_fails_the_job(outcome, upload):
    upload()
    upload(key="valid.jsonl", row=PROMPT)
    job = outcome(validationDataConfig=VALIDATION)
    assert "Input data at valid.jsonl must follow" in job["failureMessage"]


def test_metrics_are_written_for_every_step_and_losses_fall(outcome, upload, artifact):
    upload(rows=200)
    job = outcome(hyperParameters={"epochCount": "3"})
    rows = artifact(job, TRAINING)
    assert list(rows[0]) == ["step_number", "epoch_number", "training_loss", "perplexity"]
    assert [int(row["step_number"]) for row in rows] == list(range(1, 76))  # 200 rows, batches of 8, 3 epochs
    assert [int(row["epoch_number"]) for row in rows] == [0] * 25 + [1] * 25 + [2] * 25
    losses = [float(row["training_loss"]) for row in rows]
    assert sum(losses[:10]) > 2 * sum(losses[-10:])
    assert float(rows[0]["perplexity"]) == pytest.approx(math.exp(losses[0]))
    assert job["trainingMetrics"]["trainingLoss"] == pytest.approx(losses[-1])


def test_the_same_job_has_the_same_curve_in_every_sandbox(outcome, upload, artifact, control):
    upload()
    first = artifact(outcome(), TRAINING)
    control.reset()
    control.freeze()
    upload()
    assert artifact(outcome(), TRAINING) == first
    assert artifact(outcome("job-2"), TRAINING) != first


def test_the_perplexity_column_is_a_switch(outcome, upload, artifact, control):
    upload()
    control.switch(perplexity=False)
    assert list(artifact(outcome(), TRAINING)[0]) == ["step_number", "epoch_number", "training_loss"]


def test_validation_metrics_come_with_validation_data(outcome, upload, artifact, s3):
    upload()
    upload(key="valid.jsonl")
    job = outcome(validationDataConfig=VALIDATION, outputDataConfig={"s3Uri": f"s3://{BUCKET}"})
    rows = artifact(job, VALIDATED, folder="")
    assert list(rows[0]) == ["step_number", "epoch_number", "validation_loss", "perplexity"]
    assert [row["epoch_number"] for row in rows] == ["0", "1"]
    assert job["validationMetrics"] == [{"validationLoss": pytest.approx(float(rows[-1]["validation_loss"]))}]
    assert job["validationDataConfig"] == VALIDATION


def test_nova_2_ignores_validation_data(outcome, upload, s3):
    upload()
    job = outcome(baseModelIdentifier="amazon.nova-2-lite-v1:0:256k", validationDataConfig=VALIDATION)
    assert (job["status"], job["validationMetrics"]) == ("Completed", [])
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert not [key for key in keys if "validation_artifacts" in key]


@pytest.mark.parametrize(
    ("kind", "phase", "seconds", "words"),
    [
        ("bad_data", "validationDetails", 5, "must follow"),
        ("no_s3_permission", "validationDetails", 5, "Could not validate GetObject permissions"),
        ("internal", "trainingDetails", 40, "internal error"),
    ],
)
def test_a_failure_on_the_way_is_scripted_for_the_next_job(
    outcome, upload, control, kind, phase, seconds, words
):
    upload()
    control.script_job(kind)
    job = outcome()
    assert words in job["failureMessage"]
    assert job["statusDetails"][phase]["status"] == "Failed"
    assert (job["endTime"] - job["creationTime"]).total_seconds() == seconds
    assert outcome("job-2")["status"] == "Completed"


def test_a_phase_fails_after_the_seconds_and_with_the_words_of_the_script(outcome, upload, control):
    upload()
    control.script_job("fail", job="job-1", phase="data_processing", after=7, message="Out of luck")
    job = outcome()
    assert job["failureMessage"] == "Out of luck"
    assert job["statusDetails"]["dataProcessingDetails"]["status"] == "Failed"
    assert (job["endTime"] - job["creationTime"]).total_seconds() == 17


def test_a_stop_before_the_scripted_failure_wins(bedrock, train, upload, control):
    upload()
    control.script_job("internal")
    train()
    control.advance(30)
    bedrock.stop_model_customization_job(jobIdentifier="job-1")
    control.advance(60)
    assert bedrock.get_model_customization_job(jobIdentifier="job-1")["status"] == "Stopped"
