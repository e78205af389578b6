"""One model: everything known, the reason for its colour, its history."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.access import VIEW_MODELS, UserRequest, needs
from catalog.evidence import evidence_of
from catalog.models import Model
from catalog.rows import rows_of
from catalog.successors import successors_of
from catalog.traits import format_price

EVENTS_SHOWN = 50


@require_safe
@needs(VIEW_MODELS)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    # The tabs name a custom model's job; its curves would be a megabyte to read.
    with_job = Model.objects.select_related("job").defer("job__metrics")
    return render(request, "catalog/model.html", model_context(get_object_or_404(with_job, pk=pk)))


@require_safe
@needs(VIEW_MODELS)
def poll(request: UserRequest, pk: int) -> HttpResponse:
    """Answer 204 while the model is as the page shows it, else its live parts."""
    model = get_object_or_404(Model, pk=pk)
    if request.GET.get("rev") == str(model.rev):
        return HttpResponse(status=204)
    return render(request, "catalog/_model_live.html", model_context(model) | {"is_poll": True})


def tokens(count: int | None) -> str:
    return f"{count:,} tokens" if count else "—"


def model_context(model: Model) -> dict[str, object]:
    """What the model page shows, and the answer to a click on it."""
    now = timezone.now()
    row = rows_of([model], now)[0]
    return {
        "model": model,
        "row": row,
        "evidence": evidence_of(model, now),
        "input_price": format_price(model.shown_input_price),
        "output_price": format_price(model.shown_output_price),
        "context_window": tokens(model.context_tokens),
        "longest_output": tokens(model.max_output_tokens),
        "events": model.events.all()[:EVENTS_SHOWN],
        "successors": successors_of(model)
        if row.status.next_action == "Choose a successor" or row.warnings
        else [],
    }
