"""Pricing: what making, storing and serving custom models costs, by base model."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from catalog.access import UserRequest, needs
from catalog.facts import Kind
from catalog.models import Model
from catalog.traits import format_price
from customization import price_refresh
from customization.access import CHANGE_PRICES, VIEW_PRICES
from customization.costs import price_lines
from customization.tasks import nudge_prices

PER_PAGE = 100
_SHOWN = ("name", "external_id", "platform", "provider", "input_price", "output_price", "input_price_override",
          "output_price_override", "price_source")  # fmt: skip


@require_safe
@needs(VIEW_PRICES)
def listing(request: UserRequest) -> HttpResponse:
    """What making and serving custom models costs, for every base model that can be fine-tuned."""
    q = _searched(request)
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


@require_safe
@needs(VIEW_PRICES)
def tokens(request: UserRequest) -> HttpResponse:
    """What calling a base model costs by the token, for every one of both platforms."""
    q = _searched(request)
    bases = (
        Model.objects.filter(kind=Kind.BASE, listed=True)
        .search(q)
        .order_by(Lower("name"), "external_id", "pk")
    )
    page = Paginator(bases.only(*_SHOWN), PER_PAGE).get_page(request.GET.get("page"))
    lines = [
        (model, format_price(model.shown_input_price), format_price(model.shown_output_price))
        for model in page
    ]
    context = {"q": q, "page": page, "lines": lines, "region": settings.AWS_REGION}
    return render(request, "customization/pricing_tokens.html", context)


def _searched(request: UserRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:200]


@require_POST
@needs(CHANGE_PRICES)
def refresh(request: UserRequest) -> HttpResponse:
    """Ask for AWS's list; a worker reads it, the page says when it has."""
    price_refresh.ask(timezone.now())
    nudge_prices()
    messages.info(request, "AWS’s price list is being read.")
    return redirect("customization:pricing")
