"""Customization jobs and custom models on Amazon Bedrock: look, create, stop, delete; plain data in and out.

Shapes: Amazon Bedrock API reference, the operations named below, read 2026-11-22. Every function raises one of the
``catalog.platforms.base`` errors, never botocore's.
"""

from __future__ import annotations

from typing import Any

from catalog.platforms.base import PlatformError, TransientError
from catalog.platforms.words import MAX_ARN, MAX_ID, MAX_WORD, plain
from customization.gateways.calls import NOT_FOUND, pages, request_id
from customization.gateways.door import aws
from customization.observation import Accepted, JobRequest, Phase, RemoteJob, RemoteModel

_PHASES = (
    ("Validation", "validationDetails"),
    ("Data processing", "dataProcessingDetails"),
    ("Training", "trainingDetails"),
)
_MAX_URI = 1300


def list_jobs() -> list[RemoteJob]:
    """All customization jobs, in pages of 1,000: one look for thousands of rows."""
    return [_job(entry) for entry in pages("list_model_customization_jobs", "modelCustomizationJobSummaries")]


def list_models(*, hurried: bool = False) -> list[RemoteModel]:
    """All custom models of the account."""
    return [_model(entry) for entry in pages("list_custom_models", "modelSummaries", hurried)]


def get_job(name_or_arn: str, *, hurried: bool = False) -> RemoteJob | None:
    """One job with everything known of it; None when the platform says that there is none."""
    try:
        with aws.translated():
            bedrock = aws.client("bedrock", hurried=hurried)
            answer = bedrock.get_model_customization_job(jobIdentifier=name_or_arn)
    except PlatformError as error:
        if error.code == NOT_FOUND:
            return None
        raise
    if not answer.get("jobArn"):
        raise TransientError("GetModelCustomizationJob answered without “jobArn”.", code="BrokenAnswer")
    return _job(answer)


def get_model(name_or_arn: str, *, hurried: bool = False) -> RemoteModel | None:
    """One custom model; None when the platform says that there is none."""
    try:
        with aws.translated():
            answer = aws.client("bedrock", hurried=hurried).get_custom_model(modelIdentifier=name_or_arn)
    except PlatformError as error:
        if error.code == NOT_FOUND:
            return None
        raise
    if not answer.get("modelArn"):
        raise TransientError("GetCustomModel answered without “modelArn”.", code="BrokenAnswer")
    return _model(answer)


def model_named(name: str) -> str:
    """The name of the custom model that has it, without regard to case; "" when there is none.

    A page waits for this while somebody types: one hurried try, and not knowing is an answer too.
    """
    # By list: Get and nameContains tell capitals from small letters.
    return next((model.name for model in list_models(hurried=True) if model.name.lower() == name.lower()), "")


def create_job(request: JobRequest) -> Accepted:
    """Ask for the job; its ARN is "" when the platform took the request without telling it.

    The token is ours and the same on every retry: boto3 would make a new one per call, and a retry a second job.
    """
    wanted: dict[str, Any] = {
        "jobName": request.name,
        "customModelName": request.model_name,
        "roleArn": request.role_arn,
        "clientRequestToken": request.token,
        "baseModelIdentifier": request.base_id,
        "customizationType": "FINE_TUNING",
        "trainingDataConfig": {"s3Uri": request.training_uri},
        "outputDataConfig": {"s3Uri": request.output_uri},
        "hyperParameters": dict(request.hyperparameters),
        "jobTags": _tags(request),
        "customModelTags": _tags(request),
    }
    if request.validation_uri:
        wanted["validationDataConfig"] = {"validators": [{"s3Uri": request.validation_uri}]}
    with aws.translated():
        answer = aws.client("bedrock").create_model_customization_job(**wanted)
    return Accepted(plain(answer.get("jobArn"), MAX_ARN), request_id(answer))


def stop_job(name_or_arn: str) -> str:
    """Ask the platform to stop a job and return AWS's request id; the job itself says when it has stopped."""
    with aws.translated():
        return request_id(aws.client("bedrock").stop_model_customization_job(jobIdentifier=name_or_arn))


def _tags(request: JobRequest) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in sorted(request.tags.items())]


def _model(entry: dict[str, Any]) -> RemoteModel:
    return RemoteModel(
        name=plain(entry.get("modelName"), MAX_WORD),
        arn=plain(entry.get("modelArn"), MAX_ARN),
        word=plain(entry.get("modelStatus"), 100),
        base_arn=plain(entry.get("baseModelArn"), MAX_ARN),
        created_at=entry.get("creationTime"),
        customization_type=plain(entry.get("customizationType"), MAX_WORD),
    )


def _job(entry: dict[str, Any]) -> RemoteJob:
    return RemoteJob(
        name=plain(entry.get("jobName"), MAX_WORD),
        arn=plain(entry.get("jobArn"), MAX_ARN),
        word=plain(entry.get("status"), 100),
        created_at=entry.get("creationTime"),
        changed_at=entry.get("lastModifiedTime"),
        ended_at=entry.get("endTime"),
        base_arn=plain(entry.get("baseModelArn"), MAX_ARN),
        model_name=plain(entry.get("customModelName") or entry.get("outputModelName"), MAX_WORD),
        model_arn=plain(entry.get("customModelArn") or entry.get("outputModelArn"), MAX_ID),
        phases=_phases(_part(entry, "statusDetails")),
        token=plain(entry.get("clientRequestToken"), 256),
        failure=plain(entry.get("failureMessage"), 10_000),
        training_uri=plain(_part(entry, "trainingDataConfig").get("s3Uri"), _MAX_URI),
        validation_uri=_first_validator(entry),
        output_uri=plain(_part(entry, "outputDataConfig").get("s3Uri"), _MAX_URI),
        role_arn=plain(entry.get("roleArn"), 2048),
        hyperparameters={plain(k, 200): plain(v, 2000) for k, v in _part(entry, "hyperParameters").items()},
    )


def _part(entry: dict[str, Any], key: str) -> dict[str, Any]:
    value = entry.get(key)
    return value if isinstance(value, dict) else {}


def _phases(details: dict[str, Any]) -> tuple[Phase, ...]:
    return tuple(
        Phase(name, plain(part.get("status"), 100), part.get("creationTime"), part.get("lastModifiedTime"))
        for name, key in _PHASES
        if (part := _part(details, key))
    )


def _first_validator(entry: dict[str, Any]) -> str:
    validators = _part(entry, "validationDataConfig").get("validators") or ()
    return next((plain(one.get("s3Uri"), _MAX_URI) for one in validators if one), "")
