"""Pricing: what making, storing and serving custom models costs, by base model."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from catalog.access import UserRequest, needs
from customization import price_refresh
from customization.access import CHANGE_PRICES, VIEW_PRICES
from customization.costs import price_lines
from customization.tasks import nudge_prices


@require_safe
@needs(VIEW_PRICES)
def listing(request: UserRequest) -> HttpResponse:
    q = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    price_list = price_refresh.state()
    context = {
        "q": q,
        "lines": price_lines(q),
        "list": price_list,
        "is_being_read": price_list is not None and price_list.is_going_on(timezone.now()),
        "region": settings.AWS_REGION,
        "today": timezone.localdate(),
    }
    return render(request, "customization/pricing.html", context)


@require_POST
@needs(CHANGE_PRICES)
def refresh(request: UserRequest) -> HttpResponse:
    """Ask for AWS's list; a worker reads it, the page says when it has."""
    price_refresh.ask(timezone.now())
    nudge_prices()
    messages.info(request, "AWS’s price list is being read.")
    return redirect("customization:pricing")
