"""What others made on the platform: look, adopt, or say that it is theirs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from catalog.access import UserRequest, needs
from catalog.platforms.base import PlatformError
from customization import discovery
from customization.access import ADOPT, VIEW_FOUND
from customization.models import Found
from customization.tasks import nudge


@require_safe
@needs(VIEW_FOUND)
def listing(request: UserRequest) -> HttpResponse:
    found = Found.objects.exclude(state=Found.State.ADOPTED).order_by("state", "-first_seen_at", "pk")
    return render(request, "customization/found.html", {"found": found})


@require_POST
@needs(ADOPT)
def look(request: UserRequest) -> HttpResponse:
    try:
        new = discovery.discover(timezone.now())
    except PlatformError as error:
        messages.error(request, f"{error.message} {error.way_out}")
    else:
        messages.info(request, f"{new} new." if new else "Nothing new.")
    return redirect("customization:found")


@require_POST
@needs(ADOPT)
def adopt(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Found, pk=pk)
    try:
        model = discovery.adopt(found, actor=request.user, now=timezone.now())
    except discovery.Refused as refusal:
        return render(request, "catalog/refused.html", {"refused": str(refusal)}, status=409)
    except PlatformError as error:
        return render(
            request, "catalog/refused.html", {"refused": f"{error.message} {error.way_out}"}, status=502
        )
    nudge()
    messages.success(request, f"{found.name} is adopted.")
    return redirect(model)


@require_POST
@needs(ADOPT)
def foreign(request: UserRequest, pk: int) -> HttpResponse:
    discovery.mark_foreign(get_object_or_404(Found, pk=pk))
    return redirect("customization:found")
