"""Doors to sync: start it, follow it, read how earlier runs ended."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from catalog.access import SYNC_MODELS, VIEW_SYNC_RUNS, UserRequest, needs
from catalog.facts import Platform
from catalog.freshness import any_live, sync_states
from catalog.models import SyncRun
from catalog.runs import run_changes
from catalog.sync import NAMED_IN_RESULT, request_sync
from catalog.tasks import nudge
from catalog.versions import columns_of, version_of


@require_POST
@needs(SYNC_MODELS)
def start(request: UserRequest) -> HttpResponse:
    """Ask for a sync of one platform, or of all; a platform that is being synced already is left alone."""
    wanted = request.POST.get("platform", "")
    if wanted and wanted not in {platform.value for platform in Platform}:
        return render(
            request, "catalog/refused.html", {"refused": f"There is no platform “{wanted}”."}, status=400
        )
    accept = bool(wanted) and request.POST.get("accept_shrink") == "yes"
    runs = [
        request_sync(platform, actor=request.user, accept_shrink=accept)
        for platform in ([Platform(wanted)] if wanted else Platform)
    ]
    for requested in runs:
        nudge(requested)
    if request.htmx:
        return render(request, "catalog/_sync_started.html", {"syncs": sync_states(), "syncing": True})
    messages.info(request, "Sync requested. This page shows the new list when it is done.")
    return redirect(runs[0] if wanted else "catalog:models")


@require_safe
@needs(VIEW_SYNC_RUNS)
def runs(request: UserRequest) -> HttpResponse:
    """The list, and its poll: 204 while it is as the page shows it."""
    page = Paginator(SyncRun.objects.select_related("requested_by").defer("result"), 30).get_page(
        request.GET.get("page")
    )
    states = sync_states()
    shown = [columns_of(run) for run in page.object_list]
    newest = [(columns_of(state.run), state.succeeded_at) for state in states]
    version = version_of(shown, newest, page.paginator.num_pages)
    if request.htmx and request.GET.get("seen") == version:
        return HttpResponse(status=204)
    context = {"page": page, "syncs": states, "syncing": any_live(states), "version": version}
    return render(request, "catalog/sync_runs.html", context)


@require_safe
@needs(VIEW_SYNC_RUNS)
def run(request: UserRequest, pk: int) -> HttpResponse:
    """One run; while it is alive the page asks for itself again: 204 while nothing new is to be told."""
    sync_run = get_object_or_404(SyncRun.objects.select_related("requested_by"), pk=pk)
    version = version_of(columns_of(sync_run, {"result"}))  # which is written when the run ends
    if request.htmx and request.GET.get("seen") == version:
        return HttpResponse(status=204)
    context = {
        "run": sync_run,
        "version": version,
        "changes": run_changes(sync_run),
        "named_at_most": NAMED_IN_RESULT,
    }
    template = (
        "catalog/_sync_run.html" if request.htmx and not request.htmx.boosted else "catalog/sync_run.html"
    )
    return render(request, template, context)
