"""The filtered list as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.access import VIEW_MODELS, UserRequest, needs
from catalog.listing import Wish, matching
from catalog.models import Model
from catalog.status import day

COLUMNS = ("status", "reason", "next action", "name", "platform", "external id", "type", "provider", "traits",
           "invocation id", "context tokens", "input USD per 1M tokens", "output USD per 1M tokens", "lifecycle",
           "end of life", "enabled")  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Echo:
    def write(self, line: str) -> str:
        return line


@require_safe
@needs(VIEW_MODELS)
def models_csv(request: UserRequest) -> StreamingHttpResponse:
    """Stream every model that matches the URL's filter, all pages of it."""
    found = matching(Wish.from_query(request.GET))
    response = StreamingHttpResponse(
        _lines(found.iterator(chunk_size=500)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="models-{timezone.now():%Y-%m-%d}.csv"'
    return response


def _lines(models: Iterator[Model]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for model in models:
        yield writer.writerow([formula_safe(value) for value in _cells(model)])


def _cells(model: Model) -> tuple[Any, ...]:
    status = model.explained
    return (
        status.colour.value,
        status.reason,
        status.next_action,
        model.name,
        model.platform,
        model.external_id,
        model.kind,
        model.provider,
        model.shown_traits,
        model.invocation_id,
        model.context_tokens,
        model.shown_input_price,
        model.shown_output_price,
        model.effective_lifecycle.value,
        day(model.end_of_life_at) if model.end_of_life_at else "",
        "yes" if model.enabled else "no",
    )


def formula_safe(value: Any) -> str:
    """A cell that a spreadsheet will not run: text that could start a formula gets a leading apostrophe.

    Source: OWASP, "CSV Injection", read 2026-11-22.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
