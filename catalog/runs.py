"""A finished run's result in words, with links to the models it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from catalog.facts import RETIRED_AFTER
from catalog.models import Model, SyncRun


@dataclass(frozen=True)
class Named:
    """A model a run speaks of. ``changes``: (field in words, old, new)."""

    external_id: str
    name: str = ""
    pk: int | None = None
    note: str = ""
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)


def run_changes(run: SyncRun) -> dict[str, list[Named]]:
    """Added, changed, returned, missed and gone models of a run, each with its row if we have one."""
    result: dict[str, Any] = run.result
    if not result:
        return {}
    missed = {key: count for key, count in result["missed"].items() if key not in result["gone"]}
    ids = [
        *(entry["id"] for entry in (*result["added"], *result["changed"])),
        *result["returned"],
        *missed,
        *result["gone"],
    ]
    models = {
        model.external_id: model
        for model in Model.objects.filter(platform=run.platform, external_id__in=ids).only(
            "external_id", "name"
        )
    }

    def named(key: str, note: str = "", changes: dict[str, Any] | None = None) -> Named:
        model = models.get(key)
        fields = [(words(name), old, new) for name, (old, new) in (changes or {}).items()]
        return Named(key, model.name if model else "", model.pk if model else None, note, fields)

    return {
        "added": [named(entry["id"]) for entry in result["added"]],
        "changed": [named(entry["id"], changes=entry["changes"]) for entry in result["changed"]],
        "returned": [named(key) for key in result["returned"]],
        "missed": [
            named(key, f"absent from {count} of {RETIRED_AFTER} complete syncs")
            for key, count in missed.items()
        ],
        "gone": [named(key) for key in result["gone"]],
    }


def words(field_name: str) -> str:
    """A column's name as people say it."""
    return str(getattr(Model._meta.get_field(field_name), "verbose_name", field_name))
