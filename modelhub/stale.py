"""A form whose token is no longer good: its page is out of date, and nobody lacks a permission."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.csrf import csrf_failure as page

HEADER = "X-Modelhub-Stale"
SAID = "This page is out of date: reload it."


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 with a mark that scripts know. They get it without a page; a form gets the page 403_csrf.html."""
    if request.content_type == "application/json":
        response: HttpResponse = JsonResponse({"error": SAID}, status=403)
    elif request.headers.get("HX-Request") == "true":
        response = HttpResponse(SAID, status=403, content_type="text/plain; charset=utf-8")
    else:
        response = page(request, reason)
    response[HEADER] = "1"
    return response
