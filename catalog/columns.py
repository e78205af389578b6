"""From what a platform says to the columns sync keeps. Pure: the same answer always makes the same row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from catalog.invocation import platform_invocation_id
from catalog.platforms.base import ModelInfo
from catalog.status import lifecycle_of
from catalog.traits import ModelFacts, capabilities_of, facts_for, sentence

Columns = dict[str, Any]

MAX_TRAITS = 1000

SYNCED = (
    "arn",
    "kind",
    "name",
    "provider",
    "base_external_id",
    "input_modalities",
    "output_modalities",
    "streaming",
    "customizations",
    "inference_types",
    "inference_profiles",
    "platform_invocation_id",
    "lifecycle",
    "lifecycle_word",
    "released_at",
    "legacy_at",
    "end_of_life_at",
    "capability_set",
    "traits",
    "context_tokens",
    "max_output_tokens",
    "input_price",
    "output_price",
    "price_source",
)


def columns_of(info: ModelInfo, now: datetime) -> Columns:
    """Return every ``SYNCED`` column of one model. ``now`` decides whether its end of life has passed."""
    return _as_told(info) | _lifecycle(info, now) | _worked_out(info)


def _as_told(info: ModelInfo) -> Columns:
    return {
        "arn": info.arn,
        "kind": info.kind.value,
        "name": info.name,
        "provider": info.provider,
        "base_external_id": info.base_external_id,
        "input_modalities": list(info.input_modalities),
        "output_modalities": list(info.output_modalities),
        "streaming": info.streaming,
        "customizations": list(info.customizations),
        "inference_types": list(info.inference_types),
        "inference_profiles": list(info.inference_profiles),
        "platform_invocation_id": platform_invocation_id(
            platform=info.platform,
            kind=info.kind,
            external_id=info.external_id,
            inference_types=info.inference_types,
            inference_profiles=info.inference_profiles,
        ),
    }


def _lifecycle(info: ModelInfo, now: datetime) -> Columns:
    return {
        "lifecycle": lifecycle_of(info.lifecycle_word, info.end_of_life_at, now).value,
        "lifecycle_word": info.lifecycle_word,
        "released_at": info.released_at,
        "legacy_at": info.legacy_at,
        "end_of_life_at": info.end_of_life_at,
    }


def _worked_out(info: ModelInfo) -> Columns:
    """What the bundled facts add to the platform's words: capabilities, traits, sizes, prices."""
    facts = facts_for(info.platform, info.external_id)
    capabilities = capabilities_of(
        platform=info.platform,
        external_id=info.external_id,
        input_modalities=info.input_modalities,
        output_modalities=info.output_modalities,
        customizations=info.customizations,
        facts=facts,
    )
    context = facts.context_tokens if facts else None
    traits = sentence(
        input_modalities=info.input_modalities,
        output_modalities=info.output_modalities,
        capabilities=capabilities,
        context_tokens=context,
        streaming=info.streaming,
    )
    return {
        "capability_set": "".join(f",{word}" for word in capabilities) + "," if capabilities else "",
        "traits": traits[:MAX_TRAITS],
        "context_tokens": context,
        "max_output_tokens": facts.max_output_tokens if facts else None,
        "input_price": facts.input_price if facts else None,
        "output_price": facts.output_price if facts else None,
        "price_source": _price_source(facts),
    }


def _price_source(facts: ModelFacts | None) -> str:
    """Where the token prices come from and from when; "" when there are none."""
    if facts is None or (facts.input_price is None and facts.output_price is None):
        return ""
    shared = f", as for {facts.shared_from}" if facts.shared_from else ""
    return f"{facts.source}, {facts.as_of:%Y-%m-%d}{shared}"
