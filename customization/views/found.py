"""What others made on the platform, and what it costs: look, adopt, or say that it is theirs."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import UserRequest, needs
from catalog.platforms.base import PlatformError
from customization import discovery
from customization.access import ADOPT, SPEND, VIEW_FOUND
from customization.capacity.lease import Lease
from customization.capacity.states import Noun
from customization.models import Found
from customization.radar.board import board
from customization.radar.costs import priced
from customization.radar.last_look import ask, last_look
from customization.tasks import nudge, nudge_discovery
from customization.wishes import wish_from


@require_safe
@needs(VIEW_FOUND)
def listing(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    last = last_look()
    context = {"board": board(now), "last": last, "is_looking": last is not None and last.is_going_on(now)}
    return render(request, "customization/found.html", context)


@require_POST
@needs(ADOPT)
def look(request: UserRequest) -> HttpResponse:
    """Ask for a look; a worker takes it (minutes, when the platform is slow), the page says when it has."""
    if ask(timezone.now()):
        nudge_discovery()
    messages.info(request, "Amazon Bedrock is being looked at.")
    return redirect("customization:found")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ADOPT)
def adopt(request: UserRequest, pk: int) -> HttpResponse:
    """A throughput is asked about first: whoever adopts it decides when modelhub ends it, so it takes the right to
    spend, too."""
    found = get_object_or_404(Found, pk=pk)
    if found.noun == Found.Noun.THROUGHPUT:
        if not request.user.has_perm(SPEND):
            raise PermissionDenied(f"You need the permission “{SPEND}”, too. Ask an administrator.")
        return _adopt_throughput(request, found)
    if request.method != "POST":
        return redirect("customization:found")
    return _adopt(request, found, None, f"{found.name} is adopted.")


def _adopt_throughput(request: UserRequest, found: Found) -> HttpResponse:
    wish = wish_from(request.POST, Noun.THROUGHPUT)
    asked = request.POST.get("confirmed") == "yes"
    wish.errors = wish.wrong_lease() if asked else {}
    if not asked or wish.errors:
        (cost,) = priced([found], timezone.now())
        context = {"found": found, "cost": cost, "wish": wish}
        return render(request, "customization/found_adopt.html", context, status=422 if wish.errors else 200)
    end = f"It ends in {wish.whole_hours} h." if wish.whole_hours else "It runs until somebody removes it."
    return _adopt(request, found, wish.lease, f"{found.name} is adopted. {end}")


def _adopt(request: UserRequest, found: Found, lease: Lease | None, said: str) -> HttpResponse:
    try:
        model = discovery.adopt(found, actor=request.user, now=timezone.now(), lease=lease)
    except discovery.Refused as refusal:
        return render(request, "catalog/refused.html", {"refused": str(refusal)}, status=409)
    except PlatformError as error:
        return render(
            request, "catalog/refused.html", {"refused": f"{error.message} {error.way_out}"}, status=502
        )
    nudge()
    messages.success(request, said)
    return redirect("customization:serving", model.pk) if lease else redirect(model)


@require_POST
@needs(ADOPT)
def foreign(request: UserRequest, pk: int) -> HttpResponse:
    """Somebody else's business: out of the sums, with who says so."""
    found = get_object_or_404(Found, pk=pk)
    if discovery.mark_foreign(found, actor=request.user, now=timezone.now()):
        messages.info(request, f"{found.name} is called not ours: what it costs is left out of the sums.")
    return redirect("customization:found")


@require_POST
@needs(ADOPT)
def look_again(request: UserRequest, pk: int) -> HttpResponse:
    """The way back: it waits for a decision again, and its cost counts."""
    found = get_object_or_404(Found, pk=pk)
    if discovery.look_again(found, actor=request.user, now=timezone.now()):
        messages.info(request, f"{found.name} waits for a decision again.")
    return redirect("customization:found")
