"""Who may come in: every view names its permission here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

View = Callable[..., HttpResponseBase]


class UserRequest(HttpRequest):
    """A request behind ``needs``: somebody is logged in, and django-htmx has looked at it. For types only."""

    user: User
    htmx: HtmxDetails


VIEW_MODELS = "catalog.view_model"
ENABLE_MODELS = "catalog.enable_model"
SYNC_MODELS = "catalog.sync_models"
VIEW_SYNC_RUNS = "catalog.view_syncrun"
VIEW_EVENTS = "catalog.view_event"
VIEW_SERVING = "customization.view_throughput"  # of the floor above: rows and tabs lead there


def needs(permission: str) -> Callable[[View], View]:
    """Let only logged-in users with the named permission through: others get the login page, or a 403 page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(permission):
                raise PermissionDenied(f"You need the permission “{permission}”. Ask an administrator.")
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return login_required(guarded)

    return decorate
