"""A model as one row of the list: plain attributes, worked out once, so that the template only prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from catalog.models import Model
from catalog.status import Status, Warning, status_of, warnings_of

ROW_FIELDS = (
    "id", "platform", "external_id", "kind", "name", "provider", "lifecycle", "lifecycle_word", "lifecycle_override",
    "legacy_at", "end_of_life_at", "listed", "missed_syncs", "build", "build_message", "serving", "serving_message",
    "enabled", "traits", "traits_override", "rev",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    url: str
    name: str
    external_id: str
    platform: str
    platform_label: str
    kind: str
    provider: str
    traits: str
    status: Status
    warnings: list[Warning]

    @property
    def colour(self) -> str:
        return self.status.colour.value


def row_of(model: Model, now: datetime, base: str) -> Row:
    facts = model.facts
    return Row(
        id=model.pk,
        url=f"{base}{model.pk}/",
        name=model.name,
        external_id=model.external_id,
        platform=facts.platform.value,
        platform_label=facts.platform.short_label,
        kind=facts.kind.label,
        provider=model.provider,
        traits=model.shown_traits,
        status=status_of(facts),
        warnings=warnings_of(facts, now),
    )


def rows_of(models: Iterable[Model], now: datetime) -> list[Row]:
    base = reverse("catalog:models")  # once: resolving 50 URLs would cost more than the rows themselves
    return [row_of(model, now, base) for model in models]
