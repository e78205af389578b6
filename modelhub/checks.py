"""What must not, or should not, be so in production."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

SQLITE, FILE_BROKER, SANDBOX, NO_NAME = "modelhub.W001", "modelhub.W002", "modelhub.W003", "modelhub.W004"


def sandbox_in_use() -> bool:
    endpoints = settings.PLATFORM_ENDPOINTS
    return bool(endpoints.aws_is_sandbox or endpoints.openai_is_sandbox)


def refuse_sandbox_in_production() -> None:
    """Stop any process of ours from starting: the web server and the worker run no system checks.

    Raises ImproperlyConfigured when a platform is simulated while DEBUG is off, unless ALLOW_SANDBOX says so.
    """
    if sandbox_in_use() and not settings.DEBUG and not settings.ALLOW_SANDBOX:
        raise ImproperlyConfigured(
            "The sandbox must not serve production: DEBUG is off and SANDBOX_URL is set. Unset SANDBOX_URL and give "
            "the real platforms' variables (see .env.example), or set ALLOW_SANDBOX=true for a demo."
        )


@register(Tags.security, deploy=True)
def production_ground(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """Warn about what works on one machine but is not meant for production (`manage.py check --deploy`)."""
    found: list[CheckMessage] = []
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        hint = "Set DATABASE_URL=postgres://…"
        found.append(Warning("SQLite is the database: it serves one machine only.", hint=hint, id=SQLITE))
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        hint = "Set CELERY_BROKER_URL=redis://…"
        found.append(
            Warning("The broker is a folder: it serves one machine only.", hint=hint, id=FILE_BROKER)
        )
    if sandbox_in_use():
        hint = "Unset SANDBOX_URL and ALLOW_SANDBOX once this is no demo any more."
        found.append(Warning("A platform is simulated by the sandbox.", hint=hint, id=SANDBOX))
    if not settings.PLATFORM_ENDPOINTS.aws_is_sandbox and not settings.INSTANCE_IS_NAMED:
        hint = "Set MODELHUB_INSTANCE to a name that no other installation in this AWS account has."
        message = (
            "This installation has no name of its own: another one would take its throughputs for its own."
        )
        found.append(Warning(message, hint=hint, id=NO_NAME))
    return found
