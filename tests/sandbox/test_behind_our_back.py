"""Jobs and models that somebody else makes, stops, fails and deletes, and what survives a killed process."""

import os
import signal

import pytest

from sandbox.client import SandboxControl, SandboxError
from sandbox.server import start


def test_somebody_elses_job_carries_no_token_and_no_tags(bedrock, control):
    made = control.make_job("from-the-console")
    job = bedrock.get_model_customization_job(jobIdentifier="from-the-console")
    assert (job["status"], job["jobArn"]) == ("InProgress", made["jobArn"])
    assert "clientRequestToken" not in job
    assert bedrock.list_tags_for_resource(resourceARN=job["jobArn"])["tags"] == []
    assert control.created()[0]["caller"] == "somebody-else"


def test_it_runs_to_its_end_without_data_and_may_have_begun_long_ago(bedrock, control):
    control.make_job(
        "old", age_seconds=3600, customModelName="old-model", jobTags=[{"key": "a", "value": "b"}]
    )
    job = bedrock.get_model_customization_job(jobIdentifier="old")
    assert job["status"] == "Completed"
    assert bedrock.get_custom_model(modelIdentifier="old-model")["modelStatus"] == "Active"
    assert bedrock.list_tags_for_resource(resourceARN=job["jobArn"])["tags"] == [{"key": "a", "value": "b"}]


def test_our_job_is_stopped_or_failed_or_vanishes(bedrock, train, control):
    for name in ("a", "b", "c"):
        train(name)
    control.stop_job("a")
    control.fail_job("b", "Somebody pulled the plug")
    control.remove_job("c")
    assert bedrock.get_model_customization_job(jobIdentifier="a")["status"] == "Stopping"
    assert (
        bedrock.get_model_customization_job(jobIdentifier="b")["failureMessage"] == "Somebody pulled the plug"
    )
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_model_customization_job(jobIdentifier="c")
    with pytest.raises(SandboxError, match="b is Failed"):
        control.stop_job("b")


def test_models_appear_and_disappear(bedrock, control):
    control.make_custom_model("theirs", tags={"owner": "them"})
    arn = bedrock.get_custom_model(modelIdentifier="theirs")["modelArn"]
    assert bedrock.list_tags_for_resource(resourceARN=arn)["tags"] == [{"key": "owner", "value": "them"}]
    assert [model["modelName"] for model in control.custom_models()] == ["theirs"]
    control.remove_custom_model("theirs")
    assert bedrock.list_custom_models()["modelSummaries"] == []
    with pytest.raises(SandboxError, match="no such custom model"):
        control.remove_custom_model("theirs")


@pytest.mark.parametrize("name", ["under_score", "x" * 64])
def test_even_somebody_else_keeps_to_awss_names(control, name):
    with pytest.raises(SandboxError, match="at 'jobName' failed to satisfy constraint"):
        control.make_job(name)


def test_thousands_of_jobs_are_made_at_once_and_twice_is_once(bedrock, control):
    for _ in range(2):
        assert control.generate_jobs(1000, prefix="many")["jobs"] == 1000
    assert len(control.jobs()) == control.state()["jobs"] == 1000
    assert (
        len(bedrock.list_model_customization_jobs(maxResults=1000)["modelCustomizationJobSummaries"]) == 1000
    )


def test_a_reset_forgets_jobs_models_switches_and_scripts(bedrock, train, control):
    train()
    control.make_custom_model("theirs")
    control.switch(get_lag_seconds=60)
    control.script_job("role")
    control.reset()
    assert (control.jobs(), control.custom_models(), control.created(), control.job_scripts()) == (
        [],
        [],
        [],
        [],
    )
    assert control.switches()["get_lag_seconds"]["value"] == 0


def test_a_restart_keeps_jobs_models_tokens_tags_switches_and_scripts(tmp_path, aws_client, wish):
    with start(tmp_path) as first:
        first.control.freeze()
        client = aws_client("bedrock", first.url)
        arn = client.create_model_customization_job(**wish(jobTags=[{"key": "a", "value": "b"}]))["jobArn"]
        first.control.make_custom_model("theirs")
        first.control.switch(stop_again="accepted")
        first.control.script_job("internal", job="later")
        births, scripts = first.control.created(), first.control.job_scripts()
    with start(tmp_path) as second:
        client = aws_client("bedrock", second.url)
        assert (
            client.create_model_customization_job(**wish(jobTags=[{"key": "a", "value": "b"}]))["jobArn"]
            == arn
        )
        assert client.list_tags_for_resource(resourceARN=arn)["tags"] == [{"key": "a", "value": "b"}]
        assert client.get_custom_model(modelIdentifier="theirs")
        assert (second.control.created(), second.control.job_scripts()) == (births, scripts)
        assert second.control.switches()["stop_again"]["value"] == "accepted"


def test_a_job_outlives_sigkill_and_completes_meanwhile(run, tmp_path, aws_client, wish):
    """The clock goes on while the program is down: a minute later the job is over and its files are there."""
    process, url = run("--state", str(tmp_path))
    s3, bedrock = aws_client("s3", url), aws_client("bedrock", url)
    row = b'{"prompt": "a", "completion": "b"}\n'
    s3.put_object(Bucket="modelhub-sandbox", Key="train.jsonl", Body=row * 20)
    base = "meta.llama3-1-8b-instruct-v1:0:128k"
    bedrock.create_model_customization_job(**wish(baseModelIdentifier=base))
    SandboxControl(url).advance(59)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    _, url = run("--state", str(tmp_path))
    SandboxControl(url).advance(1)
    job = aws_client("bedrock", url).get_model_customization_job(jobIdentifier="job-1")
    assert job["status"] == "Completed"
    assert aws_client("bedrock", url).get_custom_model(modelIdentifier="model-of-job-1")
    keys = [
        item["Key"] for item in aws_client("s3", url).list_objects_v2(Bucket="modelhub-sandbox")["Contents"]
    ]
    assert any(key.endswith("step_wise_training_metrics.csv") for key in keys)
