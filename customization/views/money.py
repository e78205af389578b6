"""The money clock's own slow poll, for as long as nothing else on the page brings a new one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.access import UserRequest, needs
from customization.access import VIEW_SPEND
from customization.clock import whole_clock


@require_safe
@needs(VIEW_SPEND)
def clock(request: UserRequest) -> HttpResponse:
    """Answer 204 while the page shows the truth. The dollars tick by themselves."""
    now = whole_clock(timezone.now())
    if request.GET.get("seen") == now.version:
        return HttpResponse(status=204)
    return render(request, "customization/_money.html", {"clock": now})
