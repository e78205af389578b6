"""Which price counts: an admin's row, else the platform's own list, else the bundled table; the longest id wins."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from customization.models import Price
from customization.pricing import Rates

_FILE = Path(__file__).parent / "data" / "prices.json"
_RANK = {Price.Source.ADMIN: 0, Price.Source.PLATFORM: 1, Price.Source.BUNDLED: 2}
_PARTS = ("training_per_1k", "storage_per_month", "unit_hour")


def rates_for(base_external_id: str, region: str = "") -> Rates:
    """The three rates of a base model's customs in a region (ours by default); unknown parts are None."""
    rows = [
        row
        for row in Price.objects.filter(region=region or settings.AWS_REGION)
        if base_external_id.startswith(row.base_prefix)
    ]
    rows.sort(key=lambda row: (_RANK[Price.Source(row.origin)], -len(row.base_prefix)))
    return rows[0].rates if rows else Rates()


def load_bundled(**_signal: Any) -> None:
    """Bring the bundled table into the database; runs after every migrate, touches no other row."""
    table = json.loads(_FILE.read_text())
    for row in table["rows"]:
        Price.objects.update_or_create(
            base_prefix=row["base"],
            region=row["region"],
            origin=Price.Source.BUNDLED,
            defaults={part: row[part] for part in _PARTS}
            | {"source": table["source"], "as_of": date.fromisoformat(table["as_of"])},
        )
