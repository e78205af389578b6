"""Rows of the AWS Price List -> what a base model's customs cost, in our units. Pure; what isn't understood is none.

Usage types as people recorded them from GetProducts in June and August 2026:
``USE1-Nova2.0Lite-Customization-Training`` (1K tokens), ``…-Customization-Storage`` (Model / month),
``…-ProvisionedThroughput[-Custom]-NoCommit-ModelUnits`` (hour).
Units differ from row to row: the price of training is for 1K tokens in one and for 1M in the next.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from customization.pricing import Part

# AWS's name in usage types, letters and digits only -> how the ids of these base models start. As of 2026-11-22:
# every base model of the guide's table "Supported models for fine-tuning". A name that is not here is not guessed.
BASES = {
    "nova20lite": "amazon.nova-2-lite",
    "novamicro": "amazon.nova-micro-v1",
    "novalite": "amazon.nova-lite-v1",
    "novapro": "amazon.nova-pro-v1",
    "novacanvas": "amazon.nova-canvas-v1",
    "titanmultimodalembeddingsg1": "amazon.titan-embed-image-v1",
    "titanimagegeneratorv2": "amazon.titan-image-generator-v2",
    "claude3haiku": "anthropic.claude-3-haiku-20240307-v1",
    "llama318b": "meta.llama3-1-8b-instruct",
    "llama3170b": "meta.llama3-1-70b-instruct",
    "llama321b": "meta.llama3-2-1b-instruct",
    "llama323b": "meta.llama3-2-3b-instruct",
    "llama3211b": "meta.llama3-2-11b-instruct",
    "llama3290b": "meta.llama3-2-90b-instruct",
    "llama3370b": "meta.llama3-3-70b-instruct",
}
_TOKENS = {"1ktokens": Decimal(1), "1000tokens": Decimal(1), "1mtokens": Decimal("0.001")}
_MONTH = dict.fromkeys(("model/month", "models/month", "model-month", "month"), Decimal(1))
_HOUR = dict.fromkeys(("hour", "hours", "hrs", "modelunit/hour", "modelunit-hour"), Decimal(1))
_USAGE = re.compile(
    r"(?:[A-Z]{2,4}\d?-)?(?P<name>.+?)-(?P<what>Customization|ProvisionedThroughput)-(?P<rest>.+)"
)
# What follows the model's name -> the part, the units we know and by what they are multiplied; a customs' own rate
# for throughput wins over the base model's.
_MEANINGS: dict[tuple[str, str], tuple[Part, Mapping[str, Decimal], int]] = {
    ("Customization", "Training"): (Part.TRAINING, _TOKENS, 0),
    ("Customization", "Storage"): (Part.STORAGE, _MONTH, 0),
    ("ProvisionedThroughput", "NoCommit-ModelUnits"): (Part.UNIT_HOUR, _HOUR, 0),
    ("ProvisionedThroughput", "Custom-NoCommit-ModelUnits"): (Part.UNIT_HOUR, _HOUR, 1),
}
_STEP = {
    Part.TRAINING: Decimal("1E-8"),
    Part.STORAGE: Decimal("1E-4"),
    Part.UNIT_HOUR: Decimal("1E-4"),
}
_MOST = Decimal(100_000)  # no such price: damage must not become one


@dataclass(frozen=True, slots=True)
class Product:
    """One row of the list: a usage type, and its one on-demand price."""

    usage: str
    unit: str
    usd: Decimal
    as_of: date
    model: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    usd: Decimal
    as_of: date


Known = tuple[str, Part]  # how a base model's id starts, and which of its three prices


@dataclass(frozen=True, slots=True)
class Understood:
    """Prices in our units, and the usage types about customs that could not be taken, each with the reason."""

    figures: Mapping[Known, Figure]
    not_understood: tuple[str, ...] = ()


def product_from(text: str) -> Product | None:
    """Read one entry of GetProducts: a string of JSON. None for a shape we do not know."""
    try:
        entry = json.loads(text, parse_float=Decimal)
        attributes = entry["product"]["attributes"]
        (term,) = entry["terms"]["OnDemand"].values()
        (dimension,) = term["priceDimensions"].values()
        day = date.fromisoformat(str(term.get("effectiveDate") or entry["publicationDate"])[:10])
        usd = Decimal(str(dimension["pricePerUnit"]["USD"]))
        usage, unit = attributes["usagetype"], dimension["unit"]
    except (ValueError, TypeError, KeyError, AttributeError, InvalidOperation, RecursionError):
        return None
    whole = dimension.get("beginRange", "0") == "0" and dimension.get("endRange", "Inf") == "Inf"
    if not (whole and usd.is_finite() and isinstance(usage, str) and isinstance(unit, str)):
        return None
    model = attributes.get("model")
    return Product(usage, unit, usd, day, model if isinstance(model, str) else "")


def understand(products: Iterable[Product]) -> Understood:
    """Take the rows about customs. Rows that contradict each other are not taken, and neither is a price of nothing."""
    found: dict[Known, dict[int, set[Figure]]] = {}
    left_out: list[str] = []
    for product in products:
        match = _USAGE.fullmatch(product.usage)
        if match is None or _is_of_no_interest(match["what"], match["rest"]):
            continue
        taken, why = _take(product, match)
        if taken is None:
            left_out.append(f"{product.usage}: {why}")
        else:
            known, rank, figure = taken
            found.setdefault(known, {}).setdefault(rank, set()).add(figure)
    figures = {}
    for known, by_rank in found.items():
        best = by_rank[max(by_rank)]
        if len({figure.usd for figure in best}) > 1:
            left_out.append(f"{known[0]}: several prices for {known[1].label}")
        else:
            figures[known] = max(best, key=lambda figure: figure.as_of)
    return Understood(figures, tuple(sorted(left_out)))


def why_implausible(known: Iterable[Known], seen: Iterable[Known]) -> str:
    """Say why an answer must not replace what is known: it is empty, or lacks more than 20 % of it. Else ""."""
    before, now = set(known), set(seen)
    if not now:
        return "The list holds no price that modelhub understands."
    lacking = len(before - now)
    if lacking > len(before) * 0.2:
        return f"The list lacks {lacking} of the {len(before)} prices known from it."
    return ""


def _is_of_no_interest(what: str, rest: str) -> bool:
    """Throughput with a commitment: modelhub rents without."""
    return what == "ProvisionedThroughput" and "NoCommit" not in rest


def _take(product: Product, match: re.Match[str]) -> tuple[tuple[Known, int, Figure] | None, str]:
    meaning = _MEANINGS.get((match["what"], match["rest"]))
    base = BASES.get(_bare(match["name"]))
    if meaning is None:
        return None, "an unknown kind of price"
    if base is None or BASES.get(_bare(product.model), base) != base:
        return None, "an unknown model"
    part, units, rank = meaning
    times = units.get(re.sub(r"[\s,]", "", product.unit).casefold())
    if times is None:
        return None, f"priced per {product.unit[:60]}"
    if not 0 < product.usd < _MOST:
        return None, "no price"
    usd = (product.usd * times).quantize(_STEP[part])
    return (((base, part), rank, Figure(usd, product.as_of)), "") if usd else (None, "no price")


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
