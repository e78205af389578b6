"""The Throughput tab of a custom model: provision, deploy, extend, remove, and what it costs meanwhile.

Every form works without JavaScript: what costs or destroys is asked about on a page of its own. With JavaScript the
same question is shown in the page's dialog, and the answer is the tab itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from types import EllipsisType
from typing import TypeVar

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import UserRequest, needs
from catalog.facts import Kind, Platform
from catalog.models import Model
from catalog.platforms.words import plain
from customization.access import SPEND, VIEW_SERVING
from customization.capacity.lease import MOST_REASON
from customization.capacity.states import Noun
from customization.models import TABLES, Deployment, ServingResource, Throughput
from customization.refusal import Refused
from customization.serving import renting
from customization.serving.board import Board, terms_of
from customization.serving.card import Card, card_among, live_rows
from customization.tasks import nudge
from customization.views.serving_answers import ask, context_of, done, forms_key, not_done, refused, shown
from customization.wishes import Wish, hours_and_end, wish_from, wish_in_address

Row = TypeVar("Row", Throughput, Deployment)
_PRICE = re.compile(r"[0-9]{1,10}(\.[0-9]{1,6})?")


@require_safe
@needs(VIEW_SERVING)
def tab(request: UserRequest, pk: int) -> HttpResponse:
    return shown(request, _model(pk), wish_in_address(request.GET))


@require_safe
@needs(VIEW_SERVING)
def poll(request: UserRequest, pk: int) -> HttpResponse:
    """Answer 204 while nothing changed, else the live part, and the forms when other ones are due."""
    board = Board(_model(pk), timezone.now())
    if request.GET.get("seen") == board.version:
        return HttpResponse(status=204)
    forms = request.GET.get("forms") != forms_key(board)
    context = context_of(board, Wish()) | {"with_offer": forms}
    return render(request, "customization/_serving_poll.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW_SERVING)
def cost(request: UserRequest, pk: int) -> HttpResponse:
    """What the typed units and hours cost. A browser that runs no scripts posts the whole form, and gets it back."""
    model = _model(pk)
    if request.method == "POST":
        return shown(request, model, wish_from(request.POST, Noun.THROUGHPUT))
    wish = wish_in_address(request.GET)
    offer = Board(model, timezone.now()).offer(wish.shown_units, wish.whole_hours)
    return render(request, "customization/_serving_cost.html", {"offer": offer, "model": model})


@require_POST
@needs(SPEND)
def provision(request: UserRequest, pk: int) -> HttpResponse:
    """Asks first: only a form that says ``confirmed`` writes the wish down."""
    model, wish = _model(pk), wish_from(request.POST, Noun.THROUGHPUT)
    wish.look_over()
    if wish.errors:
        return refused(request, model, wish, 422)
    if request.POST.get("confirmed") != "yes" and not _asked_before(model, wish):
        return _ask_to_provision(request, model, wish)
    return _serve(request, model, wish, lambda: renting.provision(
        model, units=wish.whole_units or 0, hours=wish.whole_hours, no_end_reason=wish.reason, name=wish.name,
        token=wish.token, shown_unit_hour=_shown_price(request.POST), actor=request.user, now=timezone.now(),
    ))  # fmt: skip


@require_POST
@needs(SPEND)
def deploy(request: UserRequest, pk: int) -> HttpResponse:
    model, wish = _model(pk), wish_from(request.POST, Noun.DEPLOYMENT)
    return _serve(request, model, wish, lambda: renting.deploy(
        model, name=wish.name, token=wish.token, actor=request.user, now=timezone.now()
    ))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SPEND)
def remove_throughput(request: UserRequest, pk: int) -> HttpResponse:
    return _remove(request, _row(Throughput, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SPEND)
def remove_deployment(request: UserRequest, pk: int) -> HttpResponse:
    return _remove(request, _row(Deployment, pk))


@require_POST
@needs(SPEND)
def extend(request: UserRequest, pk: int) -> HttpResponse:
    """The form carries the end that was on the page: sent twice, it moves the end once."""
    row = _row(Throughput, pk)
    had_end = row.ends_at is not None
    try:
        hours, end = hours_and_end(request.POST)
        renting.extend(row, hours=hours, from_end=end, actor=request.user, now=timezone.now())
    except Refused as refusal:
        return not_done(request, row.model, str(refusal))
    said = f"ends {hours} h later" if had_end else f"ends in {hours} h"
    return done(request, row.model, f"The lease {said}: {_moment(row.ends_at)}.")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SPEND)
def without_end(request: UserRequest, pk: int) -> HttpResponse:
    """Running without an end needs a reason in words, so there is a question even without JavaScript."""
    row, why = _row(Throughput, pk), ""
    reason = plain(request.POST.get("reason", ""), MOST_REASON)
    if not row.can_be_removed:
        return not_done(request, row.model, f"It is {row.state}: it has no lease to change.")
    if request.method == "POST":
        try:
            renting.run_without_end(row, reason=reason, actor=request.user, now=timezone.now())
        except Refused as refusal:
            if "reason" not in refusal.errors:
                return not_done(request, row.model, str(refusal))
            why = refusal.errors["reason"]
        else:
            return done(request, row.model, "It runs until somebody removes it.")
    question = {"card": _card(row), "why": why, "reason": reason, "about": "without_end"}
    return ask(request, row.model, question, 422 if why else 200)


def _remove(request: UserRequest, row: ServingResource) -> HttpResponse:
    if request.method != "POST":
        if not row.can_be_removed:
            return not_done(request, row.model, f"It is {row.state}: there is nothing to remove.")
        return ask(request, row.model, {"card": _card(row), "about": "remove"})
    try:
        renting.remove(row, actor=request.user, now=timezone.now())
    except Refused as refusal:
        return not_done(request, row.model, str(refusal))
    nudge()
    return done(request, row.model, f"The {row.noun.label} is being removed.")


def _serve(
    request: UserRequest, model: Model, wish: Wish, rule: Callable[[], ServingResource]
) -> HttpResponse:
    try:
        row = rule()
    except Refused as refusal:
        wish.errors = refusal.errors
        return refused(request, model, wish, 409 if "" in refusal.errors else 422)
    nudge()
    if row.is_live:
        return done(request, model, f"The {row.noun.label} is requested. This page follows it.")
    wish.errors = {"": f"This very request was carried out before: its {row.noun.label} is {row.state}."}
    wish.token = Wish().token
    return refused(request, model, wish, 409)


def _shown_price(posted: QueryDict) -> Decimal | EllipsisType | None:
    """The price per unit-hour that the question showed: None when it was unknown, ``...`` when the form does not say.
    Raises Refused when what it says is no price."""
    said = posted.get("unit_hour")
    if not said:
        return ... if said is None else None
    if not _PRICE.fullmatch(said):
        raise Refused({"": "The form does not say which price it showed. Load the page again."})
    return Decimal(said)


def _asked_before(model: Model, wish: Wish) -> bool:
    """Does the wish exist already? Then it is a second press, or a page from the browser's history."""
    return bool(TABLES[wish.noun].objects.filter(request_token=wish.token, model=model).exists())


def _ask_to_provision(request: UserRequest, model: Model, wish: Wish) -> HttpResponse:
    if why := renting.why_not_serve(model, wish.noun):
        wish.errors = {"": why}
        return refused(request, model, wish, 409)
    terms, _source = terms_of(model, wish.whole_units or 0, wish.whole_hours)
    return ask(request, model, {"terms": terms, "wish": wish, "about": "provision"})


def _model(pk: int) -> Model:
    custom = Model.objects.select_related("job").defer("job__metrics")
    return get_object_or_404(custom, pk=pk, kind=Kind.CUSTOM, platform=Platform.BEDROCK)


def _card(row: ServingResource) -> Card:
    return card_among(row, live_rows(row.model), timezone.now())


def _moment(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "M j, H:i T") if moment else ""


def _row(table: type[Row], pk: int) -> Row:
    return get_object_or_404(table._default_manager.select_related("model"), pk=pk)
