"""New Model: the form, its live parts, its files without JavaScript, and creating."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import UserRequest, needs
from catalog.models import Model
from catalog.platforms.base import PlatformError
from customization import jobs, s3_files, uploads
from customization.access import CREATE
from customization.apart import rows_in_both
from customization.datasets.sizes import in_words, most_bytes
from customization.drafts import Draft, bases, draft_from, draft_of, id_in
from customization.models import CustomizationJob, Dataset
from customization.prices import rates_for
from customization.pricing import money, training_cost
from customization.s3_words import told
from customization.summary import Summary
from customization.tasks import nudge


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CREATE)
def new_model(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        draft = draft_from(request.POST)
        if "show" in request.POST:  # a draft comes back, or the base model is chosen without JavaScript
            return _shown(request, draft, status=200)
        for act, button in ((_take_back, "drop"), (_check_again, "recheck")):
            if (purpose := request.POST.get(button)) in Dataset.Purpose.values:
                act(request, draft, purpose)
                return _shown(request, draft)
        return _create(request, draft)
    clone = request.GET.get("clone")
    source = get_object_or_404(CustomizationJob, pk=id_in(clone)) if clone else None
    draft = draft_of(source) if source else draft_from(request.GET)
    return render(request, "customization/new.html", _context(draft))


@require_POST
@needs(CREATE)
def parts(request: UserRequest) -> HttpResponse:
    """The parts that depend on the base model and on what was typed: hyperparameters, cost, what the files may be.

    Asked by POST, though it changes nothing: a long description does not fit into an address, a token is not for logs.
    """
    return render(request, "customization/_depends.html", _context(draft_from(request.POST), is_part=True))


@require_safe
@needs(CREATE)
def name(request: UserRequest) -> HttpResponse:
    """Is the name free, here and on the platform? Asked while people still type the rest."""
    wanted = draft_from(request.GET).name
    why = (jobs.why_not_named(wanted) if wanted else "") or jobs.why_taken_there(wanted)
    context = {"why": why or "", "is_asked_again": why is None, "name": wanted}
    return render(request, "customization/_name.html", context)


def _create(request: UserRequest, draft: Draft) -> HttpResponse:
    if made := jobs.made_by(draft.token, draft.name):
        return redirect(made)  # pressed twice, or sent once more by a reload
    _take_addresses(request, draft)
    files = draft.training, draft.validation
    reasons = jobs.objections(draft.name, draft.base, *files, draft.pairs, draft.description)
    draft.errors = reasons | draft.errors
    if why := jobs.why_taken_there(draft.name):
        draft.errors.setdefault("name", why)
    if draft.is_rebased and draft.base:
        # Without JavaScript, or faster than it: nobody has seen these values yet.
        draft.errors.setdefault(
            "base",
            f"The hyperparameters are those for {draft.base.name} now. Look them over, then create it.",
        )
    if not draft.errors and draft.base and draft.training:
        try:
            job = jobs.create(
                name=draft.name,
                base=draft.base,
                training=draft.training,
                validation=draft.validation,
                hyperparameters=draft.pairs,
                description=draft.description,
                token=draft.token,
                actor=request.user,
                now=timezone.now(),
            )
        except jobs.Refused as refusal:
            draft.errors |= refusal.errors
        else:
            nudge()
            messages.success(request, f"{draft.name} is requested. This page follows it to its end.")
            return redirect(job)
    return _shown(request, draft)


def _shown(request: UserRequest, draft: Draft, status: int = 0) -> HttpResponse:
    status = status or (422 if draft.errors else 200)
    return render(request, "customization/new.html", _context(draft), status=status)


def _take_back(request: UserRequest, draft: Draft, purpose: str) -> None:
    """Put a file out of the form; everything else that was typed stays."""
    dataset = getattr(draft, purpose)
    setattr(draft, purpose, None)
    setattr(draft, f"{purpose}_uri", "")
    if dataset and uploads.is_theirs(dataset, request.user):
        # What S3 can't throw away now is abandoned, and thrown away in a day.
        with suppress(PlatformError):
            uploads.cancel(dataset, hurried=True)


def _check_again(request: UserRequest, draft: Draft, purpose: str) -> None:
    """Have a file that is there checked for the base model that is chosen now."""
    dataset = getattr(draft, purpose)
    if dataset is None or draft.base is None:
        return
    try:
        fresh = s3_files.check_again(dataset, base=draft.base, actor=request.user, now=timezone.now())
    except uploads.Refused as refusal:
        draft.errors[purpose] = str(refusal)
    except PlatformError as error:
        draft.errors[purpose] = told(error)
    else:
        setattr(draft, purpose, fresh)
        nudge()


def _take_addresses(request: UserRequest, draft: Draft) -> None:
    """Files named by s3:// address become datasets; they are checked before anything is created."""
    for purpose in ("training", "validation"):
        uri = getattr(draft, f"{purpose}_uri")
        if not uri or getattr(draft, purpose) or draft.base is None:
            continue
        try:
            dataset = s3_files.refer(
                uri=uri,
                purpose=purpose,
                base=draft.base,
                actor=request.user,
                now=timezone.now(),
                hurried=True,
            )
        except (uploads.Refused, ValueError) as refusal:
            draft.errors[purpose] = str(refusal)
        except PlatformError as error:
            draft.errors[purpose] = told(error)
        else:
            setattr(draft, purpose, dataset)
            draft.errors[purpose] = "The file is being checked now. Create the model when it is valid."
            nudge()


def _stale(draft: Draft) -> list[Dataset]:
    """Files that were checked for another base model than the one that is chosen now."""
    absent = (Dataset.State.UPLOADING, Dataset.State.ABORTED)
    return [
        dataset
        for dataset in (draft.training, draft.validation)
        if dataset
        and draft.base
        and dataset.base_external_id != draft.base.external_id
        and dataset.state not in absent
    ]


def _may_be(purpose: str, base: Model | None) -> str:
    """What a file may be, before anybody chooses one."""
    if base is None:
        return ".jsonl. Its largest size depends on the base model."
    most = most_bytes(base.external_id, purpose, base.input_modalities)
    return f".jsonl, up to {in_words(most)}" if most else f"{base.name} takes no {purpose} data."


def _file(draft: Draft, purpose: Dataset.Purpose, *, is_part: bool) -> dict[str, Any]:
    """What the form shows of one of its two files; a part of it shows no report, and reads none."""
    dataset = getattr(draft, purpose)
    return {
        "purpose": purpose,
        "dataset": dataset,
        "summary": Summary(dataset) if dataset and not is_part else None,
        "uri": getattr(draft, f"{purpose}_uri"),
        "error": draft.errors.get(purpose, ""),
        "may_be": _may_be(purpose, draft.base),
    }


def _context(draft: Draft, *, is_part: bool = False) -> dict[str, Any]:
    rates = rates_for(draft.base.external_id) if draft.base else None
    tokens = draft.training.tokens if draft.training else None
    cost = training_cost(rates, tokens, draft.epochs) if rates else None
    return {
        "draft": draft,
        "is_part": is_part,
        "bases": list(bases()),
        "rates": rates,
        "cost": money(cost),
        "per_1k": f"{rates.training_per_1k.normalize():f}" if rates and rates.training_per_1k else "",
        "cost_known": cost is not None,
        "in_both": rows_in_both(*(file.pk if file else None for file in (draft.training, draft.validation))),
        "stale": _stale(draft),
        "files": [_file(draft, purpose, is_part=is_part) for purpose in Dataset.Purpose],
    }
