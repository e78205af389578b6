"""What every page's shell shows: where we are, which world this is, and where one can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    icon: str
    current: bool


# (group, label, url name, icon, permission)
_NAVIGATION = (
    ("Catalog", "Models", "catalog:models", "models", "catalog.view_model"),
    ("Catalog", "Sync runs", "catalog:sync_runs", "sync", "catalog.view_syncrun"),
    ("Catalog", "Activity", "catalog:activity", "activity", "catalog.view_event"),
    ("Custom models", "New model", "customization:new", "new", "customization.create_custom_model"),
    ("Custom models", "Jobs", "customization:jobs", "jobs", "customization.view_customizationjob"),
    ("Custom models", "Found on AWS", "customization:found", "found", "customization.view_found"),
    ("System", "Administration", "admin:index", "admin", "staff"),
)


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
            groups.setdefault(group, []).append(Link(label, url, icon, request.path.startswith(url)))
    return groups
