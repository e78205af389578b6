"""Provisioned throughputs and custom model deployments on Amazon Bedrock: look, create, delete; plain data in and out.

Shapes: Amazon Bedrock API reference, the operations named below, read 2026-11-22. The two nouns differ in words only,
so a table holds the words. Every function raises one of the ``catalog.platforms.base`` errors, never botocore's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.platforms.base import PlatformError, TransientError
from catalog.platforms.words import MAX_ARN, MAX_WORD, plain
from customization.capacity.commitment import Commitment
from customization.capacity.observation import RemoteServing, ServingRequest
from customization.capacity.states import Noun
from customization.gateways.calls import NOT_FOUND, pages, request_id
from customization.gateways.door import aws
from customization.observation import Accepted


@dataclass(frozen=True)
class _Words:
    """How botocore calls a noun's operations and members."""

    create: str
    get: str
    listing: str
    delete: str
    entries: str
    identifier: str
    arn: str
    name: str
    created: str


_WORDS = {
    Noun.THROUGHPUT: _Words(
        create="create_provisioned_model_throughput",
        get="get_provisioned_model_throughput",
        listing="list_provisioned_model_throughputs",
        delete="delete_provisioned_model_throughput",
        entries="provisionedModelSummaries",
        identifier="provisionedModelId",
        arn="provisionedModelArn",
        name="provisionedModelName",
        created="creationTime",
    ),
    Noun.DEPLOYMENT: _Words(
        create="create_custom_model_deployment",
        get="get_custom_model_deployment",
        listing="list_custom_model_deployments",
        delete="delete_custom_model_deployment",
        entries="modelDeploymentSummaries",
        identifier="customModelDeploymentIdentifier",
        arn="customModelDeploymentArn",
        name="customModelDeploymentName",
        created="createdAt",
    ),
}


def observe(noun: Noun, *, model_arn: str = "") -> list[RemoteServing]:
    """Everything of this kind in the account (or of one model), in pages of 1,000: one look for thousands of rows."""
    words = _WORDS[noun]
    only = {"modelArnEquals": model_arn} if model_arn else {}
    return [_serving(noun, entry) for entry in pages(words.listing, words.entries, **only)]


def get(noun: Noun, name_or_arn: str, *, hurried: bool = False) -> RemoteServing | None:
    """One of them with its failure message; None when the platform itself says ResourceNotFound."""
    words = _WORDS[noun]
    try:
        with aws.translated():
            bedrock = aws.client("bedrock", hurried=hurried)
            answer = getattr(bedrock, words.get)(**{words.identifier: name_or_arn})
    except PlatformError as error:
        if error.code == NOT_FOUND:
            return None
        raise
    if not answer.get(words.arn):
        raise TransientError(f"{words.get} answered without “{words.arn}”.", code="BrokenAnswer")
    return _serving(noun, answer)


def create(noun: Noun, request: ServingRequest) -> Accepted:
    """Ask for it; the ARN is "" when the platform took the request without telling it.

    No ``commitmentDuration`` means no commitment. The token is ours and the same on every retry: boto3 would make a new
    one per call, and a retry a second bill.
    """
    tags = [{"key": key, "value": value} for key, value in sorted(request.tags.items())]
    wanted: dict[str, Any] = {"clientRequestToken": request.token, "tags": tags}
    if noun == Noun.THROUGHPUT:
        wanted |= {
            "provisionedModelName": request.name,
            "modelId": request.model_arn,
            "modelUnits": request.units,
        }
    else:
        wanted |= {"modelDeploymentName": request.name, "modelArn": request.model_arn}
    words = _WORDS[noun]
    with aws.translated():
        answer = getattr(aws.client("bedrock"), words.create)(**wanted)
    return Accepted(plain(answer.get(words.arn), MAX_ARN), request_id(answer))


def delete(noun: Noun, name_or_arn: str) -> str:
    """Ask for its removal; the request id. That there is no such thing (any more) is success too."""
    words = _WORDS[noun]
    try:
        with aws.translated():
            answer = getattr(aws.client("bedrock"), words.delete)(**{words.identifier: name_or_arn})
    except PlatformError as error:
        if error.code == NOT_FOUND:
            return error.request_id
        raise
    return request_id(answer)


def tags_of(arn: str) -> dict[str, str] | None:
    """The tags of any Bedrock resource; None when the platform itself says ResourceNotFound."""
    try:
        with aws.translated():
            answer = aws.client("bedrock").list_tags_for_resource(resourceARN=arn)
    except PlatformError as error:
        if error.code == NOT_FOUND:
            return None
        raise
    if not isinstance(answer.get("tags"), list):
        raise TransientError("list_tags_for_resource answered without “tags”.", code="BrokenAnswer")
    return {plain(tag.get("key"), 200): plain(tag.get("value"), 300) for tag in answer["tags"] if tag}


def account() -> str:
    """The account our credentials belong to: another one's "not found" proves nothing. STS GetCallerIdentity."""
    with aws.translated():
        return plain(aws.client("sts").get_caller_identity().get("Account"), 20)


def _serving(noun: Noun, entry: dict[str, Any]) -> RemoteServing:
    words = _WORDS[noun]
    units = entry.get("modelUnits")
    return RemoteServing(
        name=plain(entry.get(words.name) or entry.get("modelDeploymentName"), MAX_WORD),
        arn=plain(entry.get(words.arn), MAX_ARN),
        word=plain(entry.get("status"), 100),
        model_arn=plain(entry.get("modelArn"), MAX_ARN),
        units=units if isinstance(units, int) else None,
        created_at=entry.get(words.created),
        failure=plain(entry.get("failureMessage"), 10_000),
        commitment=_commitment(entry),
    )


def _commitment(entry: dict[str, Any]) -> Commitment:
    until = entry.get("commitmentExpirationTime")
    word = plain(entry.get("commitmentDuration"), 100)
    return Commitment(word, until if isinstance(until, datetime) else None)
