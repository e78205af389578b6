"""What every answer passes through: redirects htmx understands, private pages, and a guard before the admin."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

LOST = "Your last action was not carried out: the session had expired."
_SAFE = ("GET", "HEAD", "OPTIONS")


class LoginRedirectMiddleware:
    """After login a page is shown again, never an address that only takes forms; what was lost is said in words.

    htmx gets the redirect as ``HX-Redirect``: else the login page would land inside a table cell.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        login, doors = resolve_url(settings.LOGIN_URL), ("login", "admin:login")
        to_login = response.status_code == 302 and response["Location"].startswith(
            tuple(f"{resolve_url(door)}?" for door in doors)
        )
        if not to_login or request.user.is_authenticated:
            return response
        htmx = request.htmx  # type: ignore[attr-defined]
        lost = request.method not in _SAFE
        if lost:
            messages.warning(request, LOST)
        if htmx:
            here = htmx.current_url_abs_path or resolve_url(settings.LOGIN_REDIRECT_URL)
            return HttpResponse(status=204, headers={"HX-Redirect": f"{login}?{urlencode({'next': here})}"})
        if lost:
            response["Location"] = f"{login}?{urlencode({'next': _page_of(request)}, safe='/')}"
        return response


def _page_of(request: HttpRequest) -> str:
    """The page whose form was sent, if it is one of ours; else the list of models."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure()):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    there = urlsplit(referer)
    return urlunsplit(("", "", there.path or "/", there.query, ""))


class WrongMethodMiddleware:
    """A blank answer 405 becomes a page: whoever opens an address that only takes forms is told, and led back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page


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
    """The admin hands filters from the address to the database unread: answer 400 to what breaks it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(resolve_url("admin:index")):
            if "%00" in request.META.get("QUERY_STRING", ""):
                raise BadRequest("The address holds a NUL character.")  # PostgreSQL breaks on it
            if any(name.endswith("__year") and _ends_time(str(value)) for name, value in request.GET.items()):
                raise BadRequest("The address names a year that no calendar holds.")
        return self.get_response(request)


def _ends_time(year: str) -> bool:
    """Would the year before or after it be none that Python knows?"""
    return year.isdecimal() and (len(year) > 4 or not 1 < int(year) < 9999)
