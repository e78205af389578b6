"""The Models page and its one poller."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.access import ENABLE_MODELS, VIEW_MODELS, VIEW_SERVING, UserRequest, needs
from catalog.freshness import any_live, sync_states
from catalog.history import current_revision
from catalog.listing import PAGE_SIZE, Wish, combos, facets, heads, matching, total
from catalog.models import Model
from catalog.paging import Pages
from catalog.rows import ROW_FIELDS, html_of_rows, rows_of, shown_rows

MAX_POLLED = 200


@require_safe
@needs(VIEW_MODELS)
def home(request: UserRequest) -> HttpResponse:
    return redirect("catalog:models")


@require_safe
@needs(VIEW_MODELS)
def models(request: UserRequest) -> HttpResponse:
    context = list_context(Wish.from_query(request.GET))
    context["rows_html"] = html_of_rows(
        context["rows"],
        can_enable=request.user.has_perm(ENABLE_MODELS),
        can_serve=request.user.has_perm(VIEW_SERVING),
    )
    return render(request, "catalog/models.html", context)


def list_context(wish: Wish) -> dict[str, Any]:
    """Everything the Models page shows. The revision is read first: a change meanwhile is polled, not lost."""
    revision = current_revision()
    rows = combos(wish.q, revision)
    pages = Pages(wish, total(wish, rows), PAGE_SIZE)
    rows_shown = shown_rows(matching(wish)[pages.start : pages.stop], timezone.now())
    states = sync_states()
    return {
        "wish": wish,
        "list_url": reverse("catalog:models"),  # once: the page has some 60 links to itself
        "rows": rows_shown,
        "shown": [str(row.id) for row in rows_shown],
        "facets": facets(wish, rows),
        "pages": pages,
        "heads": heads(wish),
        "clear_search_url": wish.url(q=""),
        "everything": sum(count for _, count in rows),
        "syncs": states,
        "syncing": any_live(states),
        "revision": revision,
    }


@require_safe
@needs(VIEW_MODELS)
def poll(request: UserRequest) -> HttpResponse:
    """Answer 204 while nothing changed, else only the shown rows that did, as out-of-band swaps."""
    since = _number(request.GET.get("since"))
    revision = current_revision()
    if revision == since:
        return HttpResponse(status=204)
    shown = [number for number in map(_number, request.GET.get("ids", "").split(",")) if number][:MAX_POLLED]
    changed = Model.objects.filter(pk__in=shown, rev__gt=since).only(*ROW_FIELDS)
    wish = Wish.from_query(request.GET)
    rows = combos(wish.q, revision)
    everything = sum(count for _, count in rows)
    states = sync_states()
    context = {
        "rows": rows_of(changed, timezone.now()),
        "wish": wish,
        "list_url": reverse("catalog:models"),
        "facets": facets(wish, rows),
        "shown": shown,
        "everything": everything,
        "newcomers": everything - (_number(request.GET.get("everything")) or 0),
        "syncs": states,
        "syncing": any_live(states),
        "revision": revision,
    }
    return render(request, "catalog/_poll.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
