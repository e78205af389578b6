"""Which price counts, for each of the three parts on its own: an admin's figure, else the platform's own list, else the
bundled table; among equals the longest id wins."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from customization.models import Price
from customization.pricing import Part, Quote, Rates

_FILE = Path(__file__).parent / "data" / "prices.json"
_RANK = {Price.Source.ADMIN: 0, Price.Source.PLATFORM: 1, Price.Source.BUNDLED: 2}
Quotes = Mapping[Part, Quote]


def rates_for(base_external_id: str, region: str = "") -> Rates:
    """The three rates of a base model's customs in a region (ours by default); unknown parts are None."""
    rows = Price.objects.filter(region=region or settings.AWS_REGION)
    return rates_of(quotes_among(rows, base_external_id))


def rates_by_base(bases: Iterable[str]) -> dict[str, Rates]:
    """The rates of many base models in our region in one query; none at all when no base is named."""
    named = set(bases) - {""}
    rows = list(Price.objects.filter(region=settings.AWS_REGION)) if named else []
    return {base: rates_of(quotes_among(rows, base)) for base in named}


def quotes_among(rows: Iterable[Price], base_external_id: str) -> Quotes:
    """The figure that counts for each part, of ``rows`` of one region; a part that nobody knows is left out.

    A row that says nothing about a part hides nobody else's word on it.
    """
    fitting = [row for row in rows if base_external_id.startswith(row.base_prefix)]
    fitting.sort(key=lambda row: (_RANK[Price.Source(row.origin)], -len(row.base_prefix)))
    found: dict[Part, Quote] = {}
    for row in fitting:
        for part in Part:
            usd = getattr(row, part.value)
            if usd is not None and part not in found:
                found[part] = Quote(usd, row.said_by, row.origin == Price.Source.ADMIN)
    return found


def rates_of(quotes: Quotes) -> Rates:
    training, storage, unit_hour = (quotes.get(part) for part in Part)
    return Rates(
        training.usd if training else None,
        storage.usd if storage else None,
        unit_hour.usd if unit_hour else None,
        training.source if training else "",
        storage.source if storage else "",
        unit_hour.source if unit_hour else "",
    )


def load_bundled(**_signal: Any) -> None:
    """Bring the bundled table into the database; runs after every migrate, touches no other row."""
    table = json.loads(_FILE.read_text())
    for row in table["rows"]:
        Price.objects.update_or_create(
            base_prefix=row["base"],
            region=row["region"],
            origin=Price.Source.BUNDLED,
            defaults={part.value: row[part.value] for part in Part}
            | {"source": row["source"], "as_of": date.fromisoformat(row["as_of"])},
        )
