"""An expired session answers an htmx request with a redirect, never with a login page inside a table cell."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
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
