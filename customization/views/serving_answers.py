"""What the Throughput tab answers: the tab itself, a question before what costs or destroys, or why it was not done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from catalog.access import UserRequest
from catalog.models import Model
from customization.capacity.states import Noun
from customization.serving.board import Board
from customization.wishes import Wish


def ask(request: UserRequest, model: Model, question: dict[str, Any], status: int = 200) -> HttpResponse:
    """A question before something that costs or destroys: in the page's dialog, or on a page of its own."""
    context = question | {
        "model": model,
        "in_dialog": request.htmx,
        "part": f"customization/_ask_{question['about']}.html",
    }
    if not request.htmx:
        return render(request, "customization/ask.html", context, status=status)
    response = render(request, context["part"], context, status=status)
    if status != 200:
        response["HX-Retarget"], response["HX-Reswap"] = "#ask", "innerHTML"
    return response


def done(request: UserRequest, model: Model, said: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, said)
        return redirect("customization:serving", model.pk)
    return _in_place(request, model, Wish(), said)


def not_done(request: UserRequest, model: Model, why: str) -> HttpResponse:
    if not request.htmx:
        return render(request, "catalog/refused.html", {"refused": why, "model": model}, status=409)
    return _in_place(request, model, Wish(), why, status=409)


def refused(request: UserRequest, model: Model, wish: Wish, status: int) -> HttpResponse:
    """The tab again, with what was typed and why it was refused."""
    if request.htmx:
        return _in_place(request, model, wish, wish.errors.get("", ""), status=status)
    return shown(request, model, wish, status)


def _in_place(request: UserRequest, model: Model, wish: Wish, said: str, status: int = 200) -> HttpResponse:
    """The tab as it is now, for a page that is open: wherever the click was made, this replaces it."""
    now_there = Model.objects.select_related("job").defer("job__metrics").get(pk=model.pk)
    context = context_of(Board(now_there, timezone.now()), wish)
    context |= {"said": said, "is_refused": status != 200}
    response = render(request, "customization/_serving_answer.html", context, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#serving", "outerHTML"
    return response


def shown(request: UserRequest, model: Model, wish: Wish, status: int = 200) -> HttpResponse:
    board = Board(model, timezone.now())
    # What somebody else has just asked for hides the form: the reason must not go with it.
    why = "" if wish.noun in board.offered else " ".join(wish.errors.values())
    context = context_of(board, wish) | {"refused": why}
    return render(request, "customization/serving.html", context, status=status)


def context_of(board: Board, wish: Wish) -> dict[str, Any]:
    offer = board.offer(wish.shown_units, wish.whole_hours)
    return {
        "board": board,
        "now": board.now,
        "model": board.model,
        "status": board.model.explained,
        "wish": wish,
        # A form that was refused stays, with all that was typed.
        "offered": {*board.offered, *([wish.noun.value] if wish.errors else [])},
        "renting_errors": wish.errors if wish.noun == Noun.THROUGHPUT else {},
        "deploying_errors": wish.errors if wish.noun == Noun.DEPLOYMENT else {},
        "deploy_token": wish.token if wish.noun == Noun.DEPLOYMENT else Wish().token,
        "offer": offer,
        "recommended": offer.on_demand.offered and not board.cards,
        "forms_key": forms_key(board),
        "here": reverse("customization:serving", args=[board.model.pk]),
    }


def forms_key(board: Board) -> str:
    """Which forms the page shows depends on this only: they are not swapped while somebody types into them."""
    return "-".join(
        [board.model.build, *(f"{card.noun}:{card.row.state == 'removing'}" for card in board.cards)]
    )
