"""New Model: the form, its live parts, and creating."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from catalog.access import UserRequest, needs
from catalog.platforms.base import PlatformError
from customization import jobs, uploads
from customization.access import CREATE
from customization.datasets.overlap import shared_rows
from customization.drafts import Draft, bases, draft_from, draft_of, id_in
from customization.models import CustomizationJob, Dataset
from customization.prices import rates_for
from customization.pricing import money, training_cost
from customization.summary import Summary
from customization.tasks import nudge


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CREATE)
def new_model(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        return _create(request, draft_from(request.POST))
    clone = request.GET.get("clone")
    source = get_object_or_404(CustomizationJob, pk=id_in(clone)) if clone else None
    draft = draft_of(source) if source else draft_from(request.GET)
    return render(request, "customization/new.html", _context(draft))


@require_safe
@needs(CREATE)
def parts(request: UserRequest) -> HttpResponse:
    """The parts that depend on the base model and on what was typed: hyperparameters and cost."""
    return render(request, "customization/_depends.html", _context(draft_from(request.GET)))


@require_safe
@needs(CREATE)
def name(request: UserRequest) -> HttpResponse:
    """Is the name free, here and on the platform? Asked while people still type the rest."""
    wanted = draft_from(request.GET).name
    why = jobs.why_not_named(wanted) if wanted else ""
    return render(
        request, "customization/_name.html", {"why": why or jobs.why_taken_there(wanted), "name": wanted}
    )


def _create(request: UserRequest, draft: Draft) -> HttpResponse:
    _take_addresses(request, draft)
    reasons = jobs.objections(draft.name, draft.base, draft.training, draft.validation, draft.pairs)
    draft.errors = reasons | draft.errors
    if why := jobs.why_taken_there(draft.name):
        draft.errors.setdefault("name", why)
    if not draft.errors and draft.base and draft.training:
        try:
            job = jobs.create(
                name=draft.name,
                base=draft.base,
                training=draft.training,
                validation=draft.validation,
                hyperparameters=draft.pairs,
                description=draft.description,
                actor=request.user,
                now=timezone.now(),
            )
        except jobs.Refused as refusal:
            draft.errors |= refusal.errors
        else:
            nudge()
            messages.success(request, f"{draft.name} is requested. This page follows it to its end.")
            return redirect(job)
    return render(request, "customization/new.html", _context(draft), status=422)


def _take_addresses(request: UserRequest, draft: Draft) -> None:
    """Files named by s3:// address become datasets; they are checked before anything is created."""
    for purpose in ("training", "validation"):
        uri = getattr(draft, f"{purpose}_uri")
        if not uri or getattr(draft, purpose) or draft.base is None:
            continue
        try:
            dataset = uploads.refer(
                uri=uri, purpose=purpose, base=draft.base, actor=request.user, now=timezone.now()
            )
        except (uploads.Refused, ValueError) as refusal:
            draft.errors[purpose] = str(refusal)
        except PlatformError as error:
            draft.errors[purpose] = f"{error.message} {error.way_out}"
        else:
            setattr(draft, purpose, dataset)
            draft.errors[purpose] = "The file is being checked now. Create the model when it is valid."
            nudge()


def _rows_in_both(draft: Draft) -> str:
    """Say how many rows of the validation data are in the training data too, or ""."""
    if not (
        draft.training and draft.validation and draft.training.fingerprint and draft.validation.fingerprint
    ):
        return ""
    rows, estimated = shared_rows(bytes(draft.training.fingerprint), bytes(draft.validation.fingerprint))
    return f"{'about ' if estimated else ''}{rows:,}" if rows else ""


def _context(draft: Draft) -> dict[str, Any]:
    found = list(bases())
    rates = rates_for(draft.base.external_id) if draft.base else None
    tokens = draft.training.tokens if draft.training else None
    cost = training_cost(rates, tokens, draft.epochs) if rates else None
    return {
        "draft": draft,
        "bases": found,
        "rates": rates,
        "cost": money(cost),
        "per_1k": f"{rates.training_per_1k.normalize():f}" if rates and rates.training_per_1k else "",
        "cost_known": cost is not None,
        "summaries": {
            purpose: Summary(dataset) if dataset else None
            for purpose, dataset in (("training", draft.training), ("validation", draft.validation))
        },
        "max_bytes": uploads.MAX_BYTES,
        "in_both": _rows_in_both(draft),
        "purposes": [
            (Dataset.Purpose.TRAINING, draft.training, draft.training_uri, draft.errors.get("training", "")),
            (
                Dataset.Purpose.VALIDATION,
                draft.validation,
                draft.validation_uri,
                draft.errors.get("validation", ""),
            ),
        ],
    }
