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
from catalog.versions import columns_of, version_of
from customization.access import DELETE, DESCRIBE, VIEW_DELETION
from customization.consequences import consequences_of
from customization.deletion import Obstacle, request_deletion, why_not_delete
from customization.describing import MOST, TEXTS, Overtaken, describe
from customization.jobs import CAME_TO_NOTHING
from customization.models import CustomizationJob
from customization.prose import tidy
from customization.refusal import Refused
from customization.states import SETTLED
from customization.tasks import nudge


@require_safe
@needs(VIEW_DELETION)
def configuration(request: UserRequest, pk: int) -> HttpResponse:
    return _shown(request, _model(pk))


@require_safe
@needs(VIEW_DELETION)
def poll(request: UserRequest, pk: int) -> HttpResponse:
    """Answer 204 while the model and its deletion are as the page shows them, else the live part."""
    model = _model(pk)
    if request.GET.get("seen") == _version(model):
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
    """Change the description and the note; the form says what it showed, so that nobody's words are lost."""
    model = _model(pk)
    wanted = {name: request.POST[name] for name in TEXTS if name in request.POST}
    seen = {name: request.POST[f"seen_{name}"] for name in TEXTS if f"seen_{name}" in request.POST}
    try:
        done = describe(model, wanted, seen, actor=request.user, now=timezone.now())
    except Overtaken as overtaken:
        # Only what this person typed is given back: the rest is as somebody else has left it.
        typed = {
            name: text for name, text in wanted.items() if name not in seen or tidy(text) != tidy(seen[name])
        }
        return _shown(request, model, typed, overtaken.errors, status=409)
    except Refused as refusal:
        return _shown(request, model, wanted, refusal.errors, seen, status=422)
    messages.success(request, "Saved." if done else "Nothing was changed.")
    return redirect("customization:configuration", model.pk)


def _shown(
    request: UserRequest,
    model: Model,
    written: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    seen: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; ``written`` is what somebody typed, ``seen`` what they had been shown when they did."""
    held = {name: getattr(model, name) for name in TEXTS}
    texts = {"written": held | dict(written or {}), "seen": held | dict(seen or {}), "held": held}
    context = _context(model) | texts | {"errors": errors or {}, "overtaken": status == 409, "most": MOST}
    return render(request, "customization/configuration.html", context, status=status)


def _ask(request: UserRequest, model: Model, errors: Mapping[str, str], status: int) -> HttpResponse:
    typed = {"name": request.POST.get("typed_name", ""), "with_artifacts": "with_artifacts" in request.POST}
    context = _context(model) | {"errors": errors, "typed": typed}
    return render(request, "customization/delete.html", context, status=status)


def _model(pk: int) -> Model:
    return get_object_or_404(Model, pk=pk, kind=Kind.CUSTOM, platform=Platform.BEDROCK)


def _version(model: Model) -> str:
    """Whatever the live parts show, but for rent that goes on: that ticks in the top bar."""
    job = CustomizationJob.objects.filter(model=model).values_list(
        "state", "next_check_at", "estimated_cost", "training_price", "base__rev"
    )
    # Each look at a job that is over may read its metrics, and so what it came to; while it runs they come often.
    trained = [(state, due if state in SETTLED else None, *rest) for state, due, *rest in job]
    return version_of(model.rev, trained, columns_of(model.deletions.first()), why_not_delete(model))


def _context(model: Model) -> dict[str, Any]:
    job = _job_of(model)
    obstacle = why_not_delete(model)
    # An adopted model has no job here, but its base may be in the list.
    base = (
        job.base if job else Model.objects.filter(kind=Kind.BASE, external_id=model.base_external_id).first()
    )
    return {
        "model": model,
        "version": _version(model),
        "current": "configuration",
        "job": job,
        "base": base,
        "obstacle": obstacle,
        "fix": _where_to_fix(obstacle, model, job),
        "can_archive": job is not None and job.state in CAME_TO_NOTHING and model.archived_at is None,
        "deletion": model.deletions.select_related("requested_by").first(),
        "means": consequences_of(model, job, timezone.now()),
    }


def _job_of(model: Model) -> CustomizationJob | None:
    """Its job, read once for the whole page: the curves are long, and the tabs and the costs ask for it too."""
    found = CustomizationJob.objects.filter(model=model).select_related("base", "training")
    job = found.defer("training__fingerprint", "training__report").first()
    if job:
        job.model = model  # and so model.job is this one
    return job


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
