"""OpenAI's list of models, as dataclasses. The only door to the openai client.

Shape: OpenAI API reference, "List models" (id, created, owned_by, optional shutdown_date as YYYY-MM-DD), and
"Deprecations", read 2026-11-22. Ids that start with "ft:" are fine-tunes of our organisation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import openai
from django.conf import settings

from catalog.facts import Kind, Platform
from catalog.platforms.base import (
    AuthError,
    CapacityError,
    Listing,
    ModelInfo,
    PermanentError,
    PlatformError,
    Refusal,
    TransientError,
    UnreachableError,
)
from catalog.platforms.words import MAX_NAME, MAX_WORD, plain, why_no_id

# owned_by words under which OpenAI lists its own models, as seen in a live list of 2026-01-09.
_OPENAIS_OWN = ("openai", "openai-internal", "openai-dev", "system")


class OpenAICatalog:
    """The ``CatalogPlatform`` of OpenAI."""

    platform = Platform.OPENAI

    def list_models(self) -> Listing:
        """Read every model the key may use. The body is read here: the client takes HTML for an empty list."""
        try:
            answer = client().models.with_raw_response.list()
            return read_listing(_data(answer.text, answer.headers.get("x-request-id", "")))
        except openai.OpenAIError as error:
            raise translate(error) from error


@cache
def client() -> openai.OpenAI:
    """The one client, with our timeouts; it repeats by itself what may pass by itself."""
    return openai.OpenAI(
        timeout=settings.PLATFORM_READ_TIMEOUT,
        max_retries=settings.PLATFORM_RETRIES,
        **settings.PLATFORM_ENDPOINTS.openai,
    )


def translate(error: openai.OpenAIError) -> PlatformError:
    """Turn the client's error into one of our classes. Codes: OpenAI guide "Error codes", read 2026-11-22."""
    if isinstance(error, openai.APIStatusError):
        code = str(error.code or error.type or f"HTTP {error.status_code}")
        retry_after = error.response.headers.get("retry-after", "")
        return _class_of(error.status_code, code)(
            _message(error),
            code=code,
            request_id=error.request_id or "",
            retry_after=float(retry_after) if retry_after.isdigit() else None,
        )
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__ or error
        return UnreachableError(f"OpenAI could not be reached: {cause or error}", code=type(error).__name__)
    if "api_key" in str(error).lower() or "credentials" in str(error).lower():
        return AuthError("No OpenAI key is set: set OPENAI_API_KEY.", code="NoKey")
    return TransientError(f"OpenAI's answer could not be read: {error}", code=type(error).__name__)


def _message(error: openai.APIStatusError) -> str:
    body = error.body
    words = body.get("message") if isinstance(body, dict) else None
    return str(words or f"OpenAI answered HTTP {error.status_code} without an explanation.")


def _class_of(status: int, code: str) -> type[PlatformError]:
    if code in ("insufficient_quota", "billing_hard_limit_reached"):
        return CapacityError
    if status in (401, 403):
        return AuthError
    return TransientError if status in (408, 409, 429) or status >= 500 else PermanentError


def _data(body: str, request_id: str) -> list[Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list):
        raise TransientError(
            "OpenAI answered without “data”: not a complete answer.",
            code="BrokenAnswer",
            request_id=request_id,
        )
    return data


def read_listing(entries: Iterable[Any]) -> Listing:
    """Turn entries into dataclasses; what makes no sense is refused with a reason, never an exception."""
    models: dict[str, ModelInfo] = {}
    refused: list[Refusal] = []
    for position, entry in enumerate(entries, start=1):
        model_id: Any = entry.get("id") if isinstance(entry, dict) else None
        why = why_no_id(model_id, "id", models)
        if why:
            refused.append(Refusal(plain(model_id, MAX_WORD) or f"entry {position}", why))
        else:
            models[str(model_id)] = _info(str(model_id), entry)
    return Listing(list(models.values()), refused, covers=frozenset({Kind.BASE, Kind.CUSTOM}))


def _info(model_id: str, entry: dict[str, Any]) -> ModelInfo:
    fine_tune = model_id.split(":") if model_id.startswith("ft:") else []
    owner = plain(entry.get("owned_by"), MAX_NAME)
    shutdown = _date(entry.get("shutdown_date"))
    return ModelInfo(
        platform=Platform.OPENAI,
        external_id=model_id,
        name=(_fine_tune_name(fine_tune) if fine_tune else model_id)[:MAX_NAME],
        provider="OpenAI" if owner in _OPENAIS_OWN or fine_tune else owner or "OpenAI",
        kind=Kind.CUSTOM if fine_tune else Kind.BASE,
        base_external_id=fine_tune[1] if len(fine_tune) > 1 else "",
        # "Deprecated" in OpenAI's words: still callable, with a shutdown date.
        lifecycle_word="LEGACY" if shutdown else "",
        released_at=_created(entry.get("created")),
        end_of_life_at=shutdown,
    )


def _fine_tune_name(parts: list[str]) -> str:
    """``ft:<base>:<organisation>:<suffix>:<id>``: the suffix is the name people gave, if they gave one."""
    return parts[3] if len(parts) > 3 and parts[3] else ":".join(parts)


def _created(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC) if value else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _date(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None
