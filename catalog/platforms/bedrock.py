"""Amazon Bedrock's offer of base models, as dataclasses.

Shapes: Amazon Bedrock API reference, ListFoundationModels and ListInferenceProfiles, read 2026-11-22. Real answers
hold modalities and inference types the reference does not list, names over its 20 characters, missing booleans.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from catalog.facts import Kind, Platform
from catalog.platforms import aws
from catalog.platforms.base import Listing, ModelInfo, Refusal, TransientError
from catalog.platforms.words import MAX_ARN, MAX_NAME, MAX_WORD, plain, plain_list, why_no_id


class BedrockCatalog:
    """The ``CatalogPlatform`` of Amazon Bedrock."""

    platform = Platform.BEDROCK

    def list_models(self) -> Listing:
        """Read base models and the inference profiles through which many of them are called."""
        with aws.translated():
            answer = aws.client("bedrock").list_foundation_models()
            summaries = _required_list(answer, "modelSummaries", "ListFoundationModels")
            profiles = _profiles_by_model(self._profiles())
        return read_listing(summaries, profiles)

    def _profiles(self) -> Iterable[dict[str, Any]]:
        pages = aws.client("bedrock").get_paginator("list_inference_profiles")
        for page in pages.paginate(PaginationConfig={"PageSize": 1000}):
            yield from _required_list(page, "inferenceProfileSummaries", "ListInferenceProfiles")


def read_listing(summaries: Iterable[Any], profiles: dict[str, list[str]]) -> Listing:
    """Turn summaries into dataclasses; what makes no sense is refused with a reason, never an exception."""
    models: dict[str, ModelInfo] = {}
    refused: list[Refusal] = []
    for position, summary in enumerate(summaries, start=1):
        why = _why_not(summary, models)
        if why:
            refused.append(Refusal(_called(summary, position), why))
            continue
        info = _info(summary, profiles)
        models[info.external_id] = info
    return Listing(list(models.values()), refused, covers=frozenset({Kind.BASE}))


def _why_not(summary: Any, taken: dict[str, ModelInfo]) -> str:
    if not isinstance(summary, dict):
        return "the entry is not an object"
    return why_no_id(summary.get("modelId"), "modelId", taken)


def _called(summary: Any, position: int) -> str:
    known = summary.get("modelId") or summary.get("modelName") if isinstance(summary, dict) else None
    return plain(known, MAX_WORD) or f"entry {position}"


def _info(summary: dict[str, Any], profiles: dict[str, list[str]]) -> ModelInfo:
    model_id = summary["modelId"]
    lifecycle, streaming = summary.get("modelLifecycle"), summary.get("responseStreamingSupported")
    lifecycle = lifecycle if isinstance(lifecycle, dict) else {}
    return ModelInfo(
        platform=Platform.BEDROCK,
        external_id=model_id,
        name=plain(summary.get("modelName"), MAX_NAME) or model_id[:MAX_NAME],
        provider=plain(summary.get("providerName"), MAX_NAME),
        arn=plain(summary.get("modelArn"), MAX_ARN),
        input_modalities=plain_list(summary.get("inputModalities")),
        output_modalities=plain_list(summary.get("outputModalities")),
        streaming=streaming if isinstance(streaming, bool) else None,
        customizations=plain_list(summary.get("customizationsSupported")),
        inference_types=plain_list(summary.get("inferenceTypesSupported")),
        inference_profiles=tuple(sorted(profiles.get(model_id, ()))),
        lifecycle_word=plain(lifecycle.get("status"), MAX_WORD),
        released_at=_moment(lifecycle.get("startOfLifeTime")),
        legacy_at=_moment(lifecycle.get("legacyTime")),
        end_of_life_at=_moment(lifecycle.get("endOfLifeTime")),
    )


def _moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _profiles_by_model(profiles: Iterable[Any]) -> dict[str, list[str]]:
    """Model id -> ids of the active, AWS-defined profiles that route to it.

    A profile names its models by ARN, once for each region it spans; the id is what follows the last "/".
    """
    found: dict[str, list[str]] = {}
    for profile in profiles:
        if not isinstance(profile, dict) or why_no_id(profile.get("inferenceProfileId"), "id", ()):
            continue
        if profile.get("status") != "ACTIVE" or profile.get("type") != "SYSTEM_DEFINED":
            continue
        arns = [str(entry.get("modelArn") or "") for entry in _objects(profile.get("models"))]
        for model in {arn.rpartition("/")[2] for arn in arns} - {""}:
            found.setdefault(model, []).append(profile["inferenceProfileId"])
    return found


def _objects(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _required_list(answer: dict[str, Any], key: str, operation: str) -> list[Any]:
    """botocore turns HTTP 200 with HTML, an empty body or cut JSON into ``{}``: a lacking key is no empty list."""
    value = answer.get(key)
    if not isinstance(value, list):
        request_id = str(answer.get("ResponseMetadata", {}).get("RequestId", ""))
        raise TransientError(
            f"{operation} answered without “{key}”: not a complete answer.",
            code="BrokenAnswer",
            request_id=request_id,
        )
    return value
