"""What every answer passes through: redirects htmx understands, private pages, and a guard before the admin."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url


class HtmxLoginMiddleware:
    """Turn a redirect to the login page into ``HX-Redirect``; after login the page that asked is shown again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        htmx = request.htmx  # type: ignore[attr-defined]
        login = resolve_url(settings.LOGIN_URL)
        if htmx and response.status_code == 302 and response["Location"].split("?")[0] == login:
            here = htmx.current_url_abs_path or resolve_url(settings.LOGIN_REDIRECT_URL)
            return HttpResponse(status=204, headers={"HX-Redirect": f"{login}?{urlencode({'next': here})}"})
        return response


class PrivatePagesMiddleware:
    """What somebody who is logged in sees is kept by no proxy and no browser: the next person must not find it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response


class AdminQueryMiddleware:
    """The admin hands filters from the address to the database, and PostgreSQL breaks on NUL: answer 400 instead."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") and request.path.startswith(
            resolve_url("admin:index")
        ):
            raise BadRequest("The address holds a NUL character.")
        return self.get_response(request)
