"""A model as one row of the list: plain attributes, worked out once, so that the template only prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html_join

from catalog.models import Model
from catalog.status import Status, Warning, status_of, warnings_of

ROW_FIELDS = (
    "id", "platform", "external_id", "kind", "name", "provider", "lifecycle", "lifecycle_word", "lifecycle_override",
    "legacy_at", "end_of_life_at", "listed", "missed_syncs", "build", "build_message", "serving", "serving_message",
    "enabled", "traits", "traits_override", "rev",
)  # fmt: skip
REMEMBERED = 2000  # rows, some 3 KB each


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
    warnings: tuple[Warning, ...]

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
        warnings=tuple(warnings_of(facts, now)),
    )


def rows_of(models: Iterable[Model], now: datetime) -> list[Row]:
    base = reverse("catalog:models")  # once: resolving 50 URLs would cost more than the rows themselves
    return [row_of(model, now, base) for model in models]


def shown_rows(found: QuerySet[Model], now: datetime) -> list[Row]:
    """``rows_of`` for the page that everybody looks at: a row worked out within this minute is not worked out again."""
    base, minute = reverse("catalog:models"), now.replace(second=0, microsecond=0)
    return [_remembered(values, minute, base) for values in found.values_list(*ROW_FIELDS)]


@lru_cache(maxsize=REMEMBERED)
def _remembered(values: tuple[Any, ...], now: datetime, base: str) -> Row:
    return row_of(Model(**dict(zip(ROW_FIELDS, values, strict=True))), now, base)


def html_of_rows(rows: Iterable[Row], *, can_enable: bool, can_serve: bool) -> str:
    """The rows as HTML, drawn by the one partial that clicks and polls use too."""
    return format_html_join("\n", "{}", ((_html_of(row, can_enable, can_serve),) for row in rows))


@lru_cache(maxsize=REMEMBERED)
def _html_of(row: Row, can_enable: bool, can_serve: bool) -> str:
    """Remembered by all that the row shows, and to whom, so what is remembered is never stale."""
    may = {"can_enable": can_enable, "can_serve": can_serve}
    context = {"row": row, "icons": static("modelhub/icons.svg"), **may}
    return render_to_string("catalog/_rows.html#row", context)
