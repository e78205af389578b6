"""What every page's shell shows: where we are, which world this is, and where one can go."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone

from customization.clock import whole_clock


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    icon: str
    current: bool
    counts_strangers: bool = False


# (group, label, url name, icon, permission)
_NAVIGATION = (
    ("Catalog", "Models", "catalog:models", "models", "catalog.view_model"),
    ("Catalog", "Sync runs", "catalog:sync_runs", "sync", "catalog.view_syncrun"),
    ("Catalog", "Activity", "catalog:activity", "activity", "catalog.view_event"),
    ("Custom models", "New model", "customization:new", "new", "customization.create_custom_model"),
    ("Custom models", "Jobs", "customization:jobs", "jobs", "customization.view_customizationjob"),
    ("Custom models", "Found on AWS", "customization:found", "found", "customization.view_found"),
    ("Money", "Spend", "customization:spend", "spend", "customization.view_throughput"),
    ("Money", "Pricing", "customization:pricing", "pricing", "customization.view_price"),
    ("System", "Administration", "admin:index", "admin", "staff"),
)
# Pages of one model that do not stand below the list's address.
_OF_MODELS = ("/custom/models/", "/custom/throughputs/", "/custom/deployments/")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Pages without a user (health, a broken request) get the bare shell."""
    endpoints = settings.PLATFORM_ENDPOINTS
    sandboxed = [
        label
        for label, on in (("Bedrock", endpoints.aws_is_sandbox), ("OpenAI", endpoints.openai_is_sandbox))
        if on
    ]
    return {
        "navigation": _navigation(request),
        "icons": static("modelhub/icons.svg"),
        "region": settings.AWS_REGION,
        "sandboxed": " and ".join(sandboxed),
        # A function: only what shows the clock asks the database for it, and once a page.
        "money_clock": cache(lambda: whole_clock(timezone.now())),
    }


def _navigation(request: HttpRequest) -> dict[str, list[Link]]:
    user = getattr(request, "user", None)
    groups: dict[str, list[Link]] = {}
    if user is None or not user.is_authenticated:
        return groups
    for group, label, name, icon, permission in _NAVIGATION:
        allowed = user.is_staff if permission == "staff" else user.has_perm(permission)
        if allowed:
            url = reverse(name)
            link = Link(label, url, icon, _is_current(request.path, name, url), name == "customization:found")
            groups.setdefault(group, []).append(link)
    return groups


def _is_current(path: str, name: str, url: str) -> bool:
    return path.startswith(url) or (name == "catalog:models" and path.startswith(_OF_MODELS))
