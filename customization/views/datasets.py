"""Doors for files on their way into S3. Not a byte of them comes through here."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from catalog.access import UserRequest, needs
from catalog.models import Model
from catalog.platforms.base import PlatformError
from catalog.versions import UNSEEN, columns_of, version_of
from customization import s3_files, uploads
from customization.access import CREATE, VIEW_JOBS
from customization.drafts import bases, id_in
from customization.models import Dataset
from customization.parts import count
from customization.s3_words import told
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
            mark=str(wish.get("mark", "")),
        )
    except uploads.Refused as refusal:
        return _refused(str(refusal))
    except PlatformError as error:
        return _refused(told(error), 502)
    return JsonResponse(_upload(dataset), status=201)


@require_safe
@needs(CREATE)
def parts(request: UserRequest, pk: int) -> HttpResponse:
    """Which parts S3 holds already: to go on after a reload or a pause. The panel, when nothing is left to send."""
    dataset = get_object_or_404(Dataset, pk=pk)
    if not uploads.is_theirs(dataset, request.user):
        return _not_yours(dataset)
    if dataset.state != Dataset.State.UPLOADING:
        return _panel(request, dataset)
    try:
        held = uploads.parts_there(dataset)
    except uploads.Refused as refusal:
        return _refused(str(refusal), 409)
    except PlatformError as error:
        return _refused(told(error), 502)
    return JsonResponse({**_upload(dataset), "held": held})


@require_POST
@needs(CREATE)
def sign(request: UserRequest, pk: int) -> HttpResponse:
    dataset = get_object_or_404(Dataset, pk=pk)
    if not uploads.is_theirs(dataset, request.user):
        return _not_yours(dataset)
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
        return _refused(told(error), 502)
    return JsonResponse({"urls": urls})


@require_POST
@needs(CREATE)
def finish(request: UserRequest, pk: int) -> HttpResponse:
    dataset = get_object_or_404(Dataset, pk=pk)
    if not uploads.is_theirs(dataset, request.user):
        return _not_yours(dataset)
    try:
        uploads.finish(dataset, now=timezone.now())
    except uploads.Refused as refusal:
        return _refused(str(refusal), 409)
    except PlatformError as error:
        return _refused(told(error), 502)
    nudge()
    return _panel(request, dataset)


@require_POST
@needs(CREATE)
def cancel(request: UserRequest, pk: int) -> HttpResponse:
    """Put a file out of the form; what is still on its way ends, if it is theirs (a clone may show another's file)."""
    dataset = get_object_or_404(Dataset, pk=pk)
    try:
        if uploads.is_theirs(dataset, request.user):
            uploads.cancel(dataset, hurried=True)
    except PlatformError as error:
        return _refused(told(error), 502)
    return render(request, "customization/_drop.html", {"purpose": Dataset.Purpose(dataset.purpose)})


@require_POST
@needs(CREATE)
def refer(request: UserRequest) -> HttpResponse:
    """Take a file that is in S3 already: by its address, or ("again") one that was checked for another base model."""
    purpose = request.POST.get("purpose", "")
    if purpose not in Dataset.Purpose.values:
        return _refused("Choose training or validation as the purpose.")
    base = bases().filter(pk=id_in(request.POST.get("base"))).first()
    uri = request.POST.get(f"{purpose}_uri", "")
    before = Dataset.objects.filter(pk=id_in(request.POST.get("again")), purpose=purpose).first()
    try:
        dataset = _referred(request, base, purpose, uri, before)
    except (uploads.Refused, ValueError) as refusal:
        error = str(refusal)
    except PlatformError as trouble:
        error = told(trouble)
    else:
        nudge()
        return _panel(request, dataset)
    if before:
        return _panel(request, before, error)
    context = {"purpose": Dataset.Purpose(purpose), "error": error, "uri": uri}
    return render(request, "customization/_drop.html", context)


def _referred(
    request: UserRequest, base: Model | None, purpose: str, uri: str, before: Dataset | None
) -> Dataset:
    if base is None:
        raise uploads.Refused("Choose a green, fine-tunable base model first.")
    now = timezone.now()
    if before:
        return s3_files.check_again(before, base=base, actor=request.user, now=now)
    return s3_files.refer(uri=uri, purpose=purpose, base=base, actor=request.user, now=now, hurried=True)


@require_safe
@needs(CREATE)
def panel(request: UserRequest, pk: int) -> HttpResponse:
    """How a file stands: 204 while it is as the page shows it. While it is being checked the panel asks again."""
    dataset = get_object_or_404(Dataset.objects.defer("fingerprint", "report"), pk=pk)
    if request.GET.get("seen") == _version(dataset):
        return HttpResponse(status=204)
    return _panel(request, dataset)


@require_safe
@needs(VIEW_JOBS)
def report(request: UserRequest, pk: int) -> HttpResponse:
    """What the check found, as a page of its own: jobs point to it long after the form is gone."""
    dataset = get_object_or_404(Dataset, pk=pk)
    context = {"dataset": dataset, "summary": Summary(dataset), "is_report": True}
    return render(request, "customization/dataset.html", context)


def _panel(request: UserRequest, dataset: Dataset, error: str = "") -> HttpResponse:
    dataset.refresh_from_db()
    context = {"dataset": dataset, "summary": Summary(dataset), "error": error, "version": _version(dataset)}
    return render(request, "customization/_dataset.html", context)


def _version(dataset: Dataset) -> str:
    """The long report is written when the state changes: it need not be read to know that it has."""
    return version_of(columns_of(dataset, {*UNSEEN, "fingerprint", "report"}))


def _not_yours(dataset: Dataset) -> JsonResponse:
    return _refused(f"{dataset.created_by} uploads {dataset.filename}: only they can go on with it.", 403)


def _upload(dataset: Dataset) -> dict[str, Any]:
    return {
        "id": dataset.pk,
        "part_size": dataset.part_size,
        "parts": count(dataset),
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
