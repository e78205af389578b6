"""Distils litellm's price table (MIT) into our facts file. Pure: text in, text out.

litellm gives prices in USD per token; we keep USD per 1,000,000 tokens as decimal text. Floats never occur:
numbers are read as ``Decimal``, so 3e-07 becomes exactly "0.30".
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from catalog.facts import Capability, Platform

Entry = dict[str, object]
Models = dict[str, dict[str, Entry]]

NOTE = "on-demand token prices in USD per 1,000,000 tokens, us-east-1 / OpenAI standard tier"

# litellm's words, named once.
PROVIDERS: Mapping[object, Platform] = {
    "bedrock": Platform.BEDROCK,
    "bedrock_converse": Platform.BEDROCK,
    "openai": Platform.OPENAI,
    "text-completion-openai": Platform.OPENAI,
}
# Plain ids only: regions, commitments and image sizes have a "/", another cloud's spelling has an "@".
PLAIN_ID: Mapping[Platform, re.Pattern[str]] = {
    Platform.BEDROCK: re.compile(r"[a-z0-9-]+\.[A-Za-z0-9.:_-]+"),
    Platform.OPENAI: re.compile(r"[A-Za-z0-9._-]+|ft:[A-Za-z0-9._-]+"),
}
# Geographies of inference profiles, best first: "global." has the list price that the plain ids have too,
# "us." is some 10 % dearer. Prices of other geographies are not those of us-east-1 and are left out.
PRICED_GEOGRAPHIES = ("global", "us")
GEOGRAPHIES = (*PRICED_GEOGRAPHIES, "apac", "au", "ca", "eu", "in", "jp", "sa", "uk", "us-gov")
SEEING_MODES = frozenset({"chat", "realtime", "responses"})
# What a mode stands for. "completion" (davinci-002, …-instruct) is no chat; "realtime" may speak or not.
MODES = {
    "audio_speech": Capability.SPEECH,
    "audio_transcription": Capability.TRANSCRIPTION,
    "chat": Capability.CHAT,
    "embedding": Capability.EMBEDDING,
    "image_edit": Capability.IMAGE,
    "image_generation": Capability.IMAGE,
    "moderation": Capability.MODERATION,
    "rerank": Capability.RERANK,
    "responses": Capability.CHAT,
    "video_generation": Capability.VIDEO,
}
# Drawing models have no context window: litellm fills in 77 (a text encoder's width) or 2600.
DRAWING_MODES = frozenset({"image_edit", "image_generation"})
SPEAKING_MODES = frozenset({"chat", "realtime"})
SUPPORTS = {
    "supports_audio_input": "audio-in",
    "supports_audio_output": "audio-out",
    "supports_embedding_image_input": "image-in",
    "supports_function_calling": "tools",
    "supports_image_input": "image-in",
    "supports_pdf_input": "pdf",
    "supports_prompt_caching": "caching",
    "supports_reasoning": "reasoning",
    "supports_response_schema": "structured-output",
    "supports_video_input": "video-in",
    "supports_vision": "image-in",
    "supports_web_search": "web-search",
}
HEARD_AND_SEEN = {
    ("supported_modalities", "audio"): "audio-in",
    ("supported_modalities", "image"): "image-in",
    ("supported_output_modalities", "audio"): "audio-out",
}

MILLION = 1_000_000
# The dearest model costs 0.0006 USD a token: a larger "price per token" is in another unit.
TOO_DEAR = Decimal("0.01")


class SourceError(ValueError):
    """The source can't be trusted; the message names the key."""


@dataclass(frozen=True)
class Distilled:
    """What was taken, per platform and id, and how many entries were left out for which reason."""

    models: Models
    skipped: Counter[str] = field(default_factory=Counter)


def parse(text: str) -> Mapping[str, object]:
    """Read litellm's JSON without ever making a float. NaN and Infinity survive, to be refused by key."""
    try:
        table = json.loads(text, parse_float=Decimal, parse_constant=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise SourceError(f"it is not JSON ({error})") from error
    if not isinstance(table, dict):
        raise SourceError(f"expected one object of models, found {_kind(table)}")
    return table


def distil(table: Mapping[str, object]) -> Distilled:
    """Take the Bedrock and OpenAI models; refuse wrong values by key, skip and count what is not a model."""
    skipped: Counter[str] = Counter()
    models: Models = {platform.value: {} for platform in Platform}
    for platform, name, row in _ours(table, skipped):
        models[platform][name] = _entry(name, row, fine_tunable=f"ft:{name}" in table)
    models[Platform.BEDROCK] = _without_profiles(models[Platform.BEDROCK])
    for platform in Platform:
        if not models[platform]:
            raise SourceError(f"it holds no {platform.label} model (key litellm_provider)")
    return Distilled(models, skipped)


def render(models: Models, *, as_of: date, version: str = "") -> str:
    """The facts file as text: sorted, one model a line, so that a diff reads as a list of changed models."""
    source = {"name": "litellm", "version": version, "licence": "MIT", "note": NOTE}
    head = {"as_of": as_of.isoformat(), "source": {key: value for key, value in source.items() if value}}
    blocks = []
    for platform in sorted(models):
        entries = sorted(models[platform].items())
        lines = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries]
        blocks.append(f'"{platform}": {{\n' + ",\n".join(lines) + "\n}")
    top = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    return "{\n" + ",\n".join([*top, '"models": {\n' + ",\n".join(blocks) + "\n}"]) + "\n}\n"


def _ours(
    table: Mapping[str, object], skipped: Counter[str]
) -> Iterator[tuple[Platform, str, Mapping[str, object]]]:
    for name, row in table.items():
        if not isinstance(row, dict):
            skipped["not an object"] += 1
            continue
        provider = row.get("litellm_provider")
        platform = PROVIDERS.get(provider) if isinstance(provider, str) else None
        if platform is None:
            skipped["other platforms"] += 1
        elif not PLAIN_ID[platform].fullmatch(name):
            skipped["region, commitment or size variants"] += 1
        elif not isinstance(row.get("mode"), str) or not row["mode"]:
            skipped["without a mode"] += 1
        else:
            yield platform, name, row


def _entry(name: str, row: Mapping[str, object], *, fine_tunable: bool) -> Entry:
    """One model in our words; what the source does not know is absent, never 0 and never null.

    ``fine_tunable``: OpenAI has a price for fine-tunes of this very id (``ft:<id>``).
    """
    words = _capabilities(row) | ({"fine-tunable"} if fine_tunable else set())
    entry: Entry = {
        "mode": row["mode"],
        "context_tokens": None if row["mode"] in DRAWING_MODES else _tokens(name, row, "max_input_tokens"),
        "max_output_tokens": _tokens(name, row, "max_output_tokens"),
        "capabilities": sorted(words),
        "input_price": _price(name, row, "input_cost_per_token"),
        "output_price": _price(name, row, "output_cost_per_token"),
        "deprecation_date": _day(name, row, "deprecation_date"),
    }
    return {key: value for key, value in entry.items() if value}


def _capabilities(row: Mapping[str, object]) -> set[str]:
    """Words of ``Capability`` where it has one, finer words ("pdf", "audio-in") beside them."""
    mode = str(row["mode"])
    words = {word for key, word in SUPPORTS.items() if row.get(key) is True}
    for (key, modality), word in HEARD_AND_SEEN.items():
        listed = row.get(key)
        if isinstance(listed, list) and modality in listed:
            words.add(word)
    if mode in MODES:
        words.add(MODES[mode].value)
    if "image-in" in words and mode in SEEING_MODES:
        words = words - {"image-in"} | {Capability.VISION.value}
    if "audio-out" in words and mode in SPEAKING_MODES:
        words.add(Capability.SPEECH.value)
    return words


def _number(name: str, row: Mapping[str, object], key: str) -> Decimal | None:
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise SourceError(f"{name!r}, key {key!r}: expected a number, found {_kind(value)}")
    number = Decimal(value)
    if not number.is_finite() or number < 0:
        raise SourceError(f"{name!r}, key {key!r}: expected a number of 0 or more, found {number}")
    return number


def _tokens(name: str, row: Mapping[str, object], key: str) -> int | None:
    number = _number(name, row, key)
    if number is None:
        return None
    if number != number.to_integral_value() or number > 10**12:
        raise SourceError(f"{name!r}, key {key!r}: expected a count of tokens, found {number}")
    return int(number)


def _price(name: str, row: Mapping[str, object], key: str) -> str | None:
    """USD per token -> USD per 1M tokens as text such as "0.30".

    An explicit 0 is *no price*, not "free": litellm writes 0 where something else is billed (a query of a
    reranker) or where there are no such tokens (the output of an embedding).
    """
    number = _number(name, row, key)
    if number is None:
        return None
    if number >= TOO_DEAR:
        raise SourceError(f"{name!r}, key {key!r}: {number} USD per token is no token price (wrong unit?)")
    price = (number * MILLION).quantize(Decimal("0.000001")).normalize()
    if not price:
        return None
    return str(price.quantize(Decimal("0.01"))) if price == round(price, 2) else f"{price:f}"


def _day(name: str, row: Mapping[str, object], key: str) -> str | None:
    value = row.get(key)
    if value is None or value == "":
        return None
    try:
        return datetime.strptime(str(value), "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise SourceError(f"{name!r}, key {key!r}: expected a date YYYY-MM-DD, found {value!r}") from None


def _without_profiles(entries: dict[str, Entry]) -> dict[str, Entry]:
    """Drop ids of inference profiles, but keep the best one's facts where the plain id has none."""
    plain: dict[str, Entry] = {}
    profiles: dict[str, Entry] = {}
    for name, entry in entries.items():
        (profiles if name.partition(".")[0] in GEOGRAPHIES else plain)[name] = entry
    for name in sorted(profiles, key=lambda name: GEOGRAPHIES.index(name.partition(".")[0])):
        geography, _, base = name.partition(".")
        unpriced = () if geography in PRICED_GEOGRAPHIES else ("input_price", "output_price")
        kept = {key: value for key, value in profiles[name].items() if key not in unpriced}
        plain.setdefault(base, {**kept, "shared_from": name})
    return plain


def _kind(value: object) -> str:
    kinds = {str: "text", list: "a list", dict: "an object", bool: "true/false", type(None): "null"}
    return f"{kinds[type(value)]} {str(value)[:40]!r}" if type(value) in kinds else f"the number {value}"
