"""Where a request comes from, for the login throttle."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The caller's address; behind our TLS proxy, the one that proxy saw.

    A proxy appends the address it saw to X-Forwarded-For: only the last entry is its word, the others are the caller's.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_TLS_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
