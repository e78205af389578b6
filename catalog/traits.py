"""What a model can do and costs, from the platform's words and a bundled, dated facts file. Pure.

``data/model_facts.json`` is distilled from litellm's price table (MIT) by ``manage.py distill_facts``. Units:
tokens, and USD per 1,000,000 tokens on demand. What nobody states stays unknown: None, or no capability.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from catalog.facts import Capability, Platform

DATA_FILE = Path(__file__).parent / "data" / "model_facts.json"

_CONTEXT_SUFFIX = re.compile(r"(?P<base>.+:[0-9]+|.+(?=:[0-9]+k$|:mm$)):(?:(?P<size>[0-9]+)(?P<kilo>k?)|mm)")
_SNAPSHOT = re.compile(r"-[0-9]{4}-[0-9]{2}-[0-9]{2}$")
# OpenAI ids that say what the model does, for those that the facts file lacks.
_OPENAI_IDS = {
    Capability.EMBEDDING: re.compile(r"text-embedding-"),
    Capability.TRANSCRIPTION: re.compile(r"whisper-|[a-z0-9.-]+-(transcribe|whisper)\b"),
    Capability.SPEECH: re.compile(r"(?!.*whisper)(tts-|[a-z0-9.-]+-(tts|realtime)\b)"),
    Capability.IMAGE: re.compile(r"dall-e-|(chat)?gpt-image-"),
    Capability.VIDEO: re.compile(r"sora-"),
    Capability.MODERATION: re.compile(r"(omni|text)-moderation-"),
    Capability.CHAT: re.compile(r"codex-|gpt-[a-z0-9.-]+-codex\b"),
}
# A modality in our words, and the capability it stands for when it comes out.
_MODALITIES: dict[str, tuple[str, Capability | None]] = {
    "TEXT": ("text", None),
    "IMAGE": ("images", Capability.IMAGE),
    "VIDEO": ("video", Capability.VIDEO),
    "AUDIO": ("audio", Capability.SPEECH),
    "SPEECH": ("speech", Capability.SPEECH),
    "EMBEDDING": ("embeddings", Capability.EMBEDDING),
}
# The ways in and out that a capability implies, where the platform sends no modalities (OpenAI).
_IMPLIED = {
    Capability.CHAT: ("TEXT", "TEXT"),
    Capability.EMBEDDING: ("TEXT", "EMBEDDING"),
    Capability.IMAGE: ("TEXT", "IMAGE"),
    Capability.VIDEO: ("TEXT", "VIDEO"),
    Capability.SPEECH: ("TEXT", "SPEECH"),
    Capability.TRANSCRIPTION: ("AUDIO", "TEXT"),
}
# What a sentence says beside "text in, text out", in this order.
_SPOKEN = (Capability.RERANK, Capability.MODERATION, Capability.REASONING, Capability.TOOLS)
_TYPES: dict[str, Callable[[Any], object]] = {
    "capabilities": frozenset,
    "input_price": Decimal,
    "output_price": Decimal,
    "deprecation_date": date.fromisoformat,
}
_NEVER_CHAT = {Capability.RERANK, Capability.MODERATION}
_SIDE = {Capability.VISION, Capability.REASONING, Capability.TOOLS, Capability.FINE_TUNABLE}


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the facts file knows of a model. Prices in USD per 1M tokens on demand, None when unknown.

    ``shared_from`` is the id whose facts these are, when they are not this very id's.
    """

    mode: str
    as_of: date
    source: str
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    capabilities: frozenset[str] = frozenset()
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    shared_from: str = ""
    deprecation_date: date | None = None


def facts_for(platform: str, external_id: str) -> ModelFacts | None:
    """The facts of a model by the platform's own id, or those of its nearest sure relative, or None."""
    known = _book().get(platform, {})
    if platform == Platform.OPENAI and external_id.startswith("ft:"):
        return _of_fine_tune(known, external_id)
    relative = _of_variant if platform == Platform.BEDROCK else _of_family
    return known.get(external_id) or relative(known, external_id)


def capabilities_of(
    *,
    platform: str,
    external_id: str,
    input_modalities: Sequence[str],
    output_modalities: Sequence[str],
    customizations: Sequence[str],
    facts: ModelFacts | None,
) -> tuple[Capability, ...]:
    """What the model is good for, in ``Capability``'s order: the platform's words first, the facts next."""
    took, gave = _words(input_modalities), _words(output_modalities)
    stated = {word for word in Capability if facts and word in facts.capabilities}
    found = _by_modalities(took, gave, mode=facts.mode if facts else "") or stated - _SIDE
    if stated & _NEVER_CHAT or "rerank" in external_id:
        found = stated & _NEVER_CHAT or {Capability.RERANK}
    if platform == Platform.OPENAI and not found and not facts:
        found = {capability for capability, pattern in _OPENAI_IDS.items() if pattern.match(external_id)}
    found |= stated & (_SIDE - {Capability.VISION} if took or gave else _SIDE)
    found |= {Capability.FINE_TUNABLE} if "FINE_TUNING" in _words(customizations) else set()
    return tuple(capability for capability in Capability if capability in found)


def sentence(
    *,
    input_modalities: Sequence[str],
    output_modalities: Sequence[str],
    capabilities: Sequence[Capability],
    context_tokens: int | None,
    streaming: bool | None,
) -> str:
    """One readable sentence for the Traits column; "" when nothing is known. Most stream: only its lack is said."""
    took, gave = _words(input_modalities), _words(output_modalities)
    if not took and not gave:
        took, gave = _implied(capabilities)
    parts = [", ".join(f"{_listed(words)} {way}" for words, way in ((took, "in"), (gave, "out")) if words)]
    parts += [capability.value for capability in _SPOKEN if capability in capabilities]
    parts += [f"{format_context(context_tokens)} context"] if context_tokens else []
    parts += ["fine-tunable"] if Capability.FINE_TUNABLE in capabilities else []
    parts += ["no streaming"] if streaming is False and Capability.CHAT in capabilities else []
    text = " · ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]


def format_context(tokens: int) -> str:
    """Tokens as people say them: 8191 -> 8K, 262144 -> 256K, 1050000 -> 1.05M, 512 -> 512-token."""
    if tokens < 1000:
        return f"{tokens}-token"
    if tokens & (tokens - 1) == 0:  # a power of two: 32768 is "32K"
        return f"{tokens >> 20}M" if tokens >> 20 else f"{tokens >> 10}K"
    thousands = round(tokens / 1000)
    if thousands >= 1000:
        return f"{round(tokens / 1_000_000, 2):.10g}M"
    return f"{thousands}K" if abs(thousands * 1000 - tokens) <= 0.03 * tokens else f"{tokens / 1000:.1f}K"


def format_price(price: Decimal | None) -> str:
    """USD with two decimals, more only where the price has them: $0.30, $2.50, $0.0375, — when unknown."""
    if price is None:
        return "—"
    cents = price.quantize(Decimal("0.01"))
    return f"${cents if cents == price else price.normalize():f}"


def _by_modalities(took: Sequence[str], gave: Sequence[str], *, mode: str) -> set[Capability]:
    found = {capability for word in gave if (capability := _MODALITIES.get(word, ("", None))[1])}
    if {"SPEECH", "AUDIO"} & set(took) and "TEXT" in gave:
        found.add(Capability.TRANSCRIPTION)
    if "TEXT" in took and "TEXT" in gave and mode not in ("completion", "realtime"):
        found.add(Capability.CHAT)
    if "IMAGE" in took and "TEXT" in gave:
        found.add(Capability.VISION)
    return found


def _words(words: Iterable[str]) -> list[str]:
    """Modalities in upper case, each once: the known ones in our order, then the unknown as they came."""
    came = [word.strip().upper() for word in words if word.strip()]
    return list(dict.fromkeys([*(word for word in _MODALITIES if word in came), *came]))


def _listed(words: Sequence[str]) -> str:
    names = [_MODALITIES[word][0] if word in _MODALITIES else word.lower() for word in words]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _implied(capabilities: Sequence[Capability]) -> tuple[list[str], list[str]]:
    pairs = [_IMPLIED[capability] for capability in capabilities if capability in _IMPLIED]
    seen = ["IMAGE"] if pairs and Capability.VISION in capabilities else []
    return _words([took for took, _ in pairs] + seen), _words(gave for _, gave in pairs)


def _of_variant(known: Mapping[str, ModelFacts], external_id: str) -> ModelFacts | None:
    """Bedrock's ids of another context or version (``…-v1:0:256k``): provisioned only, so no token prices."""
    suffix = _CONTEXT_SUFFIX.fullmatch(external_id)
    base = suffix["base"] if suffix else external_id
    name = next((name for name in (base, re.sub(r":[0-9]+$", "", base)) if name in known), "")
    if not name:
        return None
    facts, longest = known[name], known[name].max_output_tokens or 0
    size = int(suffix["size"] or 0) * (1000 if suffix["kilo"] else 1) if suffix else 0
    return replace(
        facts,
        context_tokens=size or facts.context_tokens,
        max_output_tokens=min(longest, size or longest) or None,
        input_price=None,
        output_price=None,
        shared_from=name,
    )


def _of_fine_tune(known: Mapping[str, ModelFacts], external_id: str) -> ModelFacts | None:
    """``ft:<base>:<org>:<suffix>:<id>``: the price of fine-tunes of that base, with the base's context."""
    base = external_id.split(":")[1]
    tune_id = f"ft:{base}"
    tune, origin = known.get(tune_id), known.get(base)
    if tune is None:
        return _agreed([replace(origin, input_price=None, output_price=None)], base) if origin else None
    context = (origin or tune).context_tokens or tune.context_tokens
    return replace(tune, context_tokens=context, shared_from="" if external_id == tune_id else tune_id)


def _of_family(known: Mapping[str, ModelFacts], external_id: str) -> ModelFacts | None:
    """OpenAI's unknown snapshot -> its alias; unknown alias -> its snapshots, the newest named."""
    alias = _SNAPSHOT.sub("", external_id)
    if alias != external_id and alias not in known:
        return None
    family = [name for name in known if _SNAPSHOT.sub("", name) == alias]
    shared_from = alias if alias in known else max(family, default="")
    return _agreed([known[name] for name in family], shared_from) if family else None


def _agreed(family: Sequence[ModelFacts], shared_from: str) -> ModelFacts | None:
    """What is the same in all; dates and fine-tuning belong to one id and are never shared."""
    if len({facts.mode for facts in family}) > 1:
        return None
    shared: dict[str, Any] = {"deprecation_date": None, "shared_from": shared_from}
    for name in ("context_tokens", "max_output_tokens", "input_price", "output_price"):
        values = {getattr(facts, name) for facts in family}
        shared[name] = values.pop() if len(values) == 1 else None
    words = frozenset.intersection(*(facts.capabilities for facts in family)) - {Capability.FINE_TUNABLE}
    return replace(family[0], capabilities=words, **shared)


@cache
def _book() -> Mapping[str, Mapping[str, ModelFacts]]:
    """The facts file by platform and id, read once per process. Its keys are the names of our fields."""
    text = json.loads(DATA_FILE.read_text(encoding="utf-8"))
    as_of = date.fromisoformat(text["as_of"])
    source = " ".join(text["source"][key] for key in ("name", "version") if key in text["source"])
    return {
        platform: {name: ModelFacts(as_of=as_of, source=source, **_fields(row)) for name, row in rows.items()}
        for platform, rows in text["models"].items()
    }


def _fields(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _TYPES[key](value) if key in _TYPES else value for key, value in entry.items()}
