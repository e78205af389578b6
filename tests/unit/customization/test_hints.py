"""Every message that is known to come gets a hint; what is not known gets none."""

import pytest

from customization.hints import hint_for
from sandbox.bedrock import serving_scripts
from sandbox.bedrock.job_scripts import MISHAPS, REFUSALS
from sandbox.faults.answers import BEDROCK

KNOWN = [message for _, _, message in REFUSALS.values()] + [mishap.message for mishap in MISHAPS.values()]
KNOWN += [message for _, _, message, _ in BEDROCK.values()]
KNOWN += [
    "Could not validate PutObject permissions to access Amazon S3 bucket: b at key k",
    "Provided S3 location is invalid: s3://b/x. Input data must be in .jsonl format",
    "Input data at k has 3 records; the number of records must be between 8 and 20000",
    "Validation data is not supported for the provided base model.",
    "The provided model identifier is invalid.",
    "The provided base model does not support the customization type FINE_TUNING.",
    "Unknown hyperparameter 'x'. Supported hyperparameters: y.",
    "s3://b/k has changed since it was checked. Check it again, then clone the job.",
    "s3://b/k is not there any more. Upload the file again.",
    "A job of this name exists on the platform that modelhub did not request. Clone with another name.",
    "Cross-account pass role is not allowed.",
]


@pytest.mark.parametrize("message", KNOWN)
def test_every_known_message_has_a_hint(message):
    assert hint_for(message)
    assert hint_for(message.upper()) == hint_for(message)


@pytest.mark.parametrize("message", ["", "Something nobody has seen before.", "\x00"])
def test_what_is_not_known_gets_no_made_up_hint(message):
    assert hint_for(message) == ""


def test_asking_too_often_is_not_mistaken_for_the_quota_of_jobs():
    assert "Service Quotas" not in hint_for(BEDROCK["throttle"][2])


def test_missing_model_units_are_a_matter_for_aws_support_not_for_waiting():
    message = "The requested model units exceed the quota of your account for this model."
    assert "support case" in hint_for(message)
    assert "jobs at a time" not in hint_for(message)


SERVING = [serving_scripts.NAME_IN_USE.format(noun="provisioned model"), *serving_scripts.QUOTA.values(),
           serving_scripts.FAILURE, "An internal error occurred. Try again later.",
           "Your account has too many provisioned models."]  # fmt: skip


@pytest.mark.parametrize("noun", ["throughput", "deployment"])
@pytest.mark.parametrize("message", SERVING)
def test_nobody_is_told_to_clone_a_throughput(message, noun):
    hint = hint_for(message, noun)
    assert hint
    assert "lone" not in hint
    assert "job" not in hint


def test_a_jobs_hints_are_no_hints_for_what_serves():
    assert hint_for("The customization job failed.", "throughput") == ""
