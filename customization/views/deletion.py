"""The Configuration tab: what a custom model is made of, and the way to delete it for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import UserRequest, needs
from catalog.facts import Kind, Platform
from catalog.models import Model
from customization.access import DELETE, DESCRIBE, VIEW_DELETION
from customization.consequences import consequences_of
from customization.deletion import Obstacle, request_deletion, why_not_delete
from customization.describing import MOST, describe
from customization.jobs import CAME_TO_NOTHING
from customization.models import CustomizationJob
from customization.refusal import Refused
from customization.tasks import nudge


@require_safe
@needs(VIEW_DELETION)
def configuration(request: UserRequest, pk: int) -> HttpResponse:
    return _shown(request, _model(pk))


@require_safe
@needs(VIEW_DELETION)
def poll(request: UserRequest, pk: int) -> HttpResponse:
    """Answer 204 while the model is as the page shows it and nothing moves, else the live part."""
    model = _model(pk)
    deletion = model.deletions.first()
    moving = deletion is not None and deletion.is_moving
    if not moving and request.GET.get("rev") == str(model.rev):
        return HttpResponse(status=204)
    context = _context(model) | {"polled": True}
    return render(request, "customization/_configuration_poll.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DELETE)
def delete(request: UserRequest, pk: int) -> HttpResponse:
    """A link only asks, for a browser that runs no scripts shows no dialog; the form behind the question deletes."""
    model = _model(pk)
    if request.method != "POST":
        return _ask(request, model, {}, 409 if why_not_delete(model) else 200)
    try:
        request_deletion(
            model,
            typed_name=request.POST.get("typed_name", ""),
            with_artifacts=request.POST.get("with_artifacts") == "yes",
            actor=request.user,
            now=timezone.now(),
        )
    except Refused as refusal:
        model.refresh_from_db()  # somebody may have been faster: the page says what is true now
        return _ask(request, model, refusal.errors, 409)
    nudge()
    return redirect("customization:configuration", model.pk)


@require_POST
@needs(DESCRIBE)
def text(request: UserRequest, pk: int) -> HttpResponse:
    """Change the description and the note."""
    model = _model(pk)
    written = {name: request.POST.get(name, "") for name in ("description", "note")}
    try:
        done = describe(model, **written, actor=request.user, now=timezone.now())
    except Refused as refusal:
        return _shown(request, model, written, refusal.errors, status=422)
    messages.success(request, "Saved." if done else "Nothing was changed.")
    return redirect("customization:configuration", model.pk)


def _shown(
    request: UserRequest,
    model: Model,
    written: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    written = written or {"description": model.description, "note": model.note}
    context = _context(model) | {"written": written, "errors": errors or {}, "most": MOST}
    return render(request, "customization/configuration.html", context, status=status)


def _ask(request: UserRequest, model: Model, errors: Mapping[str, str], status: int) -> HttpResponse:
    typed = {"name": request.POST.get("typed_name", ""), "with_artifacts": "with_artifacts" in request.POST}
    context = _context(model) | {"errors": errors, "typed": typed}
    return render(request, "customization/delete.html", context, status=status)


def _model(pk: int) -> Model:
    return get_object_or_404(Model, pk=pk, kind=Kind.CUSTOM, platform=Platform.BEDROCK)


def _context(model: Model) -> dict[str, Any]:
    job = CustomizationJob.objects.filter(model=model).select_related("base", "training").first()
    obstacle = why_not_delete(model)
    # An adopted model has no job here, but its base may be in the list.
    base = (
        job.base if job else Model.objects.filter(kind=Kind.BASE, external_id=model.base_external_id).first()
    )
    return {
        "model": model,
        "current": "configuration",
        "job": job,
        "base": base,
        "obstacle": obstacle,
        "fix": _where_to_fix(obstacle, model, job),
        "can_archive": job is not None and job.state in CAME_TO_NOTHING and model.archived_at is None,
        "deletion": model.deletions.select_related("requested_by").first(),
        "means": consequences_of(model, job, timezone.now()),
    }


def _where_to_fix(obstacle: Obstacle | None, model: Model, job: CustomizationJob | None) -> dict[str, str]:
    """The tab where the rule that forbids deletion can be met; empty when there is none."""
    if obstacle is None:
        return {}
    if obstacle.tab == "job" and job:
        return {"url": job.get_absolute_url(), "label": "Go to its training"}
    if obstacle.tab == "serving":
        return {"url": reverse("customization:serving", args=[model.pk]), "label": "Go to its throughput"}
    if obstacle.tab == "found":
        return {"url": reverse("customization:found"), "label": "Go to what was found on AWS"}
    if obstacle.tab == "overview":
        return {"url": model.get_absolute_url(), "label": "Go to its overview"}
    return {}
