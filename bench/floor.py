"""The floor under a sync: one upsert of the same columns by the database driver, with nothing around it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from catalog.columns import SYNCED, Columns

_TABLE = "catalog_model"
# What the table insists on beside the synced columns: no default is kept in the database.
_REST: dict[str, Any] = {
    "listed": True,
    "missed_syncs": 0,
    "build": "built",
    "description": "",
    "build_message": "",
    "serving": "platform",
    "serving_message": "",
    "serving_arn": "",
    "enabled": False,
    "traits_override": "",
    "lifecycle_override": "",
    "note": "",
    "rev": 1,
}


def rows_of(seen: dict[str, Columns], now: datetime) -> list[tuple[Any, ...]]:
    """The parameters of the upsert, ready for the driver."""
    return [
        ("bedrock", key, *map(_plain, columns.values()), *_REST.values(), _moment(now), _moment(now))
        for key, columns in seen.items()
    ]


def upsert(rows: Iterable[tuple[Any, ...]]) -> None:
    names = ("platform", "external_id", *SYNCED, *_REST, "created_at", "changed_at")
    kept = ", ".join(f"{name} = excluded.{name}" for name in SYNCED)
    sql = (
        f"INSERT INTO {_TABLE} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))}) "
        f"ON CONFLICT (platform, external_id) DO UPDATE SET {kept}"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value)
    return _moment(value) if isinstance(value, datetime) else value


def _moment(value: datetime) -> Any:
    return value if connection.vendor == "postgresql" else value.isoformat(" ")
