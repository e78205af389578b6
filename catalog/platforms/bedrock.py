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

MAX_ID, MAX_NAME = 512, 500


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
    model_id = summary.get("modelId")
    if not isinstance(model_id, str) or not model_id:
        return "the entry has no modelId"
    if len(model_id) > MAX_ID:
        return f"its id is longer than {MAX_ID} characters"
    if len(str(summary.get("modelName") or "")) > MAX_NAME:
        return f"its name is longer than {MAX_NAME} characters"
    if model_id in taken:
        return "the list names this id twice; the first entry was taken"
    return ""


def _called(summary: Any, position: int) -> str:
    known = summary.get("modelId") or summary.get("modelName") if isinstance(summary, dict) else None
    return str(known or f"entry {position}")[:200]


def _info(summary: dict[str, Any], profiles: dict[str, list[str]]) -> ModelInfo:
    model_id = summary["modelId"]
    lifecycle = summary.get("modelLifecycle") or {}
    return ModelInfo(
        platform=Platform.BEDROCK,
        external_id=model_id,
        name=summary.get("modelName") or model_id,
        provider=summary.get("providerName") or "",
        arn=summary.get("modelArn") or "",
        input_modalities=_words(summary.get("inputModalities")),
        output_modalities=_words(summary.get("outputModalities")),
        streaming=summary.get("responseStreamingSupported"),
        customizations=_words(summary.get("customizationsSupported")),
        inference_types=_words(summary.get("inferenceTypesSupported")),
        inference_profiles=tuple(sorted(profiles.get(model_id, ()))),
        lifecycle_word=str(lifecycle.get("status") or "")[:200],
        released_at=_moment(lifecycle.get("startOfLifeTime")),
        legacy_at=_moment(lifecycle.get("legacyTime")),
        end_of_life_at=_moment(lifecycle.get("endOfLifeTime")),
    )


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, list | tuple) else ()


def _moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _profiles_by_model(profiles: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """Model id -> ids of the active, AWS-defined profiles that route to it.

    A profile names its models by ARN, once for each region it spans; the id is what follows the last "/".
    """
    found: dict[str, list[str]] = {}
    for profile in profiles:
        profile_id = profile.get("inferenceProfileId")
        if not profile_id or profile.get("status") != "ACTIVE" or profile.get("type") != "SYSTEM_DEFINED":
            continue
        for model in {
            str(entry.get("modelArn", "")).rpartition("/")[2] for entry in profile.get("models") or ()
        }:
            found.setdefault(model, []).append(profile_id)
    return found


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
