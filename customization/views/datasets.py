"""Doors for files on their way into S3. Not a byte of them comes through here."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from catalog.access import UserRequest, needs
from catalog.platforms.base import PlatformError
from customization import uploads
from customization.access import CREATE
from customization.drafts import bases, id_in
from customization.models import Dataset
from customization.summary import Summary
from customization.tasks import nudge


@require_POST
@needs(CREATE)
def begin(request: UserRequest) -> HttpResponse:
    """Open an upload. Takes JSON {filename, size, purpose, base}; answers what the browser needs to put the parts."""
    wish = _json(request)
    base = bases().filter(pk=id_in(str(wish.get("base")))).first()
    if base is None:
        return _refused("Choose a green, fine-tunable base model first.")
    size = wish.get("size")
    try:
        dataset = uploads.begin(
            filename=str(wish.get("filename", "")),
            size=size if type(size) is int else 0,
            purpose=str(wish.get("purpose", "")),
            base=base,
            actor=request.user,
            now=timezone.now(),
        )
    except uploads.Refused as refusal:
        return _refused(str(refusal))
    except PlatformError as error:
        return _refused(f"{error.message} {error.way_out}", 502)
    return JsonResponse(_upload(dataset), status=201)


@require_safe
@needs(CREATE)
def parts(request: UserRequest, pk: int) -> HttpResponse:
    """Which parts S3 holds already: to go on after a reload or a pause."""
    dataset = get_object_or_404(Dataset, pk=pk)
    if dataset.state != Dataset.State.UPLOADING:
        return _refused(f"{dataset.filename} is not being uploaded any more.", 409)
    try:
        held = uploads.held_parts(dataset)
    except PlatformError as error:
        return _refused(f"{error.message} {error.way_out}", 502)
    return JsonResponse({**_upload(dataset), "held": sorted(held)})


@require_POST
@needs(CREATE)
def sign(request: UserRequest, pk: int) -> HttpResponse:
    dataset = get_object_or_404(Dataset, pk=pk)
    numbers = _json(request).get("parts")
    try:
        urls = uploads.sign(
            dataset,
            [n for n in numbers if type(n) is int] if isinstance(numbers, list) else [],
            now=timezone.now(),
        )
    except uploads.Refused as refusal:
        return _refused(str(refusal), 409)
    except PlatformError as error:
        return _refused(f"{error.message} {error.way_out}", 502)
    return JsonResponse({"urls": urls})


@require_POST
@needs(CREATE)
def finish(request: UserRequest, pk: int) -> HttpResponse:
    dataset = get_object_or_404(Dataset, pk=pk)
    try:
        uploads.finish(dataset, now=timezone.now())
    except uploads.Refused as refusal:
        return _refused(str(refusal), 409)
    except PlatformError as error:
        return _refused(f"{error.message} {error.way_out}", 502)
    nudge()
    return _panel(request, dataset)


@require_POST
@needs(CREATE)
def cancel(request: UserRequest, pk: int) -> HttpResponse:
    dataset = get_object_or_404(Dataset, pk=pk)
    try:
        uploads.cancel(dataset)
    except PlatformError as error:
        return _refused(f"{error.message} {error.way_out}", 502)
    return render(request, "customization/_drop.html", {"purpose": Dataset.Purpose(dataset.purpose)})


@require_POST
@needs(CREATE)
def refer(request: UserRequest) -> HttpResponse:
    """Take a file that is in S3 already."""
    purpose = request.POST.get("purpose", "")
    if purpose not in Dataset.Purpose.values:
        return _refused("Choose training or validation as the purpose.")
    base = bases().filter(pk=id_in(request.POST.get("base"))).first()
    error = ""
    if base is None:
        error = "Choose a green, fine-tunable base model first."
    else:
        try:
            uri = request.POST.get(f"{purpose}_uri", "")
            dataset = uploads.refer(
                uri=uri, purpose=purpose, base=base, actor=request.user, now=timezone.now()
            )
        except (uploads.Refused, ValueError) as refusal:
            error = str(refusal)
        except PlatformError as trouble:
            error = f"{trouble.message} {trouble.way_out}"
        else:
            nudge()
            return _panel(request, dataset)
    context = {
        "purpose": Dataset.Purpose(purpose),
        "error": error,
        "uri": request.POST.get(f"{purpose}_uri", ""),
    }
    return render(request, "customization/_drop.html", context)


@require_safe
@needs(CREATE)
def panel(request: UserRequest, pk: int) -> HttpResponse:
    """How a file stands; while it is being checked the panel asks for itself again."""
    return _panel(request, get_object_or_404(Dataset, pk=pk))


def _panel(request: UserRequest, dataset: Dataset) -> HttpResponse:
    dataset.refresh_from_db()
    return render(request, "customization/_dataset.html", {"dataset": dataset, "summary": Summary(dataset)})


def _upload(dataset: Dataset) -> dict[str, Any]:
    return {
        "id": dataset.pk,
        "part_size": dataset.part_size,
        "parts": uploads.part_count(dataset),
        "size": dataset.size,
        "filename": dataset.filename,
    }


def _json(request: UserRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _refused(why: str, status: int = 422) -> JsonResponse:
    return JsonResponse({"error": why}, status=status)
