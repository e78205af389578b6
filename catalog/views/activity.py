"""What happened: the events of all models, newest first."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.access import VIEW_EVENTS, UserRequest, needs
from catalog.models import Event, Model


@require_safe
@needs(VIEW_EVENTS)
def events(request: UserRequest) -> HttpResponse:
    found = Event.objects.select_related("model")
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    if text:
        about = Q(model__in=Model.objects.search(text).values("pk"))
        found = found.filter(about | Q(actor_name__icontains=text) | Q(action__icontains=text))
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "catalog/activity.html", {"page": page, "q": text})
