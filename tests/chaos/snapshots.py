"""Our side of the story: every row that matters, in one query, as plain data."""

from __future__ import annotations

import json
from typing import Any

_TABLES = {
    "models": (
        "catalog_model",
        "id, name, kind, arn, external_id, build, serving, serving_arn, enabled, status, listed, archived_at",
        "WHERE kind = 'custom'",
    ),
    "throughputs": ("customization_throughput", "*", ""),
    "deployments": ("customization_deployment", "*", ""),
    "jobs": (
        "customization_customizationjob",
        "id, model_id, request_token, remote_name, arn, state, remote_word, failure, trouble, alarm, sent_at, "
        "next_check_at, attempts, stop_wanted, adopted",
        "",
    ),
    "deletions": ("customization_deletion", "*", ""),
    "found": ("customization_found", "*", ""),
    "events": (
        "catalog_event",
        "id, model_id, action, from_status, to_status, at, why, actor_name",
        "",
    ),
}
_PARTS = ", ".join(
    f"'{name}', (SELECT coalesce(json_agg(row_to_json(t) ORDER BY t.id), '[]'::json) "
    f"FROM (SELECT {columns} FROM {table} {only}) t)"
    for name, (table, columns, only) in _TABLES.items()
)
_QUERY = f"SELECT json_build_object({_PARTS})::text"
# In an order that foreign keys allow; the base model, the data and the price stay from schedule to schedule.
_CLEARED = (
    "DELETE FROM customization_deletion",
    "DELETE FROM customization_throughput",
    "DELETE FROM customization_deployment",
    "DELETE FROM customization_customizationjob",
    "DELETE FROM customization_found",
    "DELETE FROM catalog_event",
    "DELETE FROM catalog_model WHERE kind = 'custom'",
)

Snapshot = dict[str, list[dict[str, Any]]]


def take() -> Snapshot:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_QUERY)
        found: Snapshot = json.loads(cursor.fetchone()[0])
        return found


def clear() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("; ".join(_CLEARED))


def digest(snapshot: Snapshot) -> dict[str, Any]:
    """What counts as a change while things settle: states and facts, not when something was last looked at."""
    facts: dict[str, Any] = {
        f"model {row['name']} {row['id']}": [
            row[name]
            for name in ("build", "serving", "serving_arn", "enabled", "status", "arn", "archived_at")
        ]
        for row in snapshot["models"]
    }
    for table in ("throughputs", "deployments", "jobs", "deletions"):
        facts |= {f"{table} {row['id']}": [row["state"], row["arn"]] for row in snapshot[table]}
    return facts | {f"found {row['arn']}": row["state"] for row in snapshot["found"]}
