"""Doors to enabling and disabling. Each makes one call into the rule and shows what it said."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from catalog.access import ENABLE_MODELS, UserRequest, needs
from catalog.enablement import Refused, disable, enable, set_enabled_many
from catalog.listing import Wish, matching
from catalog.models import Event, Model
from catalog.querysets import ModelQuerySet
from catalog.rows import rows_of
from catalog.views.model import model_context

MAX_BULK = 1000


@require_POST
@needs(ENABLE_MODELS)
def enable_one(request: UserRequest, pk: int) -> HttpResponse:
    return _switch(request, pk, enable)


@require_POST
@needs(ENABLE_MODELS)
def disable_one(request: UserRequest, pk: int) -> HttpResponse:
    return _switch(request, pk, disable)


def _switch(request: UserRequest, pk: int, rule: Callable[..., Event]) -> HttpResponse:
    model = get_object_or_404(Model, pk=pk)
    refused = ""
    try:
        rule(model, actor=request.user)
    except Refused as refusal:
        refused = str(refusal)
    if not request.htmx:
        return _page_answer(request, model, refused)
    on_page = request.POST.get("from") == "page"
    shown = model_context(model) if on_page else {"model": model, "row": rows_of([model], timezone.now())[0]}
    context = {**shown, "refused": refused, "on_page": on_page}
    return render(request, "catalog/_switched.html", context, status=409 if refused else 200)


def _page_answer(request: UserRequest, model: Model, refused: str) -> HttpResponse:
    """Without JavaScript: 409 with the reason on a page of its own, else back to where the click was made."""
    if refused:
        return render(request, "catalog/refused.html", {"model": model, "refused": refused}, status=409)
    messages.success(request, f"{model.name} is {'enabled' if model.enabled else 'disabled'}.")
    return redirect(_back(request))


def _back(request: UserRequest) -> str:
    """The address a form came from, if it is one of ours. (A bare word would be taken for the name of a view.)"""
    target = request.POST.get("next", "")
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if safe else "catalog:models"


@require_POST
@needs(ENABLE_MODELS)
def bulk(request: UserRequest) -> HttpResponse:
    """Enable or disable the ticked models, or all that match the filter, each on its own."""
    action = request.POST.get("action")
    if action not in ("enable", "disable"):
        return _bulk_refused(request, "Choose whether to enable or to disable.", status=400)
    chosen = list(_chosen(request.POST)[: MAX_BULK + 1])
    if len(chosen) > MAX_BULK:
        return _bulk_refused(
            request, f"No more than {MAX_BULK:,} models can be changed at once: narrow the filter first."
        )
    wanted = action == "enable"
    outcomes = set_enabled_many(chosen, wanted, actor=request.user)
    refused = [outcome for outcome in outcomes if outcome.refused]
    context = {
        "verb": "enabled" if wanted else "disabled",
        "outcomes": outcomes,
        "refused": refused,
        "done": len(outcomes) - len(refused),
        "back": _back(request),
    }
    template = "catalog/_bulk_result.html" if request.htmx else "catalog/bulk_result.html"
    return render(request, template, context)


def _bulk_refused(request: UserRequest, refused: str, status: int = 409) -> HttpResponse:
    template = "catalog/_refused.html" if request.htmx else "catalog/refused.html"
    return render(request, template, {"refused": refused}, status=status)


def _chosen(post: QueryDict) -> ModelQuerySet:
    if post.get("scope") == "all":
        return matching(Wish.from_query(QueryDict(post.get("filter", "").lstrip("?"))))
    ids = [
        int(value) for value in post.getlist("ids") if value.isascii() and value.isdigit() and len(value) < 19
    ]
    return Model.objects.filter(pk__in=ids).order_by("name", "id")
