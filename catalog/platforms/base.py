"""The port to a platform: what an adapter returns and how it fails. Pure; knows no vendor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from catalog.facts import Kind, Platform
from catalog.redaction import redact


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model as a platform describes it today. Words are kept as they came (unknown ones too)."""

    platform: Platform
    external_id: str
    name: str
    provider: str = ""
    kind: Kind = Kind.BASE
    arn: str = ""
    base_external_id: str = ""
    input_modalities: tuple[str, ...] = ()
    output_modalities: tuple[str, ...] = ()
    streaming: bool | None = None
    customizations: tuple[str, ...] = ()
    inference_types: tuple[str, ...] = ()
    inference_profiles: tuple[str, ...] = ()
    lifecycle_word: str = ""
    released_at: datetime | None = None
    legacy_at: datetime | None = None
    end_of_life_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry of the platform's list that could not be taken, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A complete answer of a platform: every model it offers, and the entries that made no sense."""

    models: Sequence[ModelInfo]
    refused: Sequence[Refusal] = ()
    # Which kinds the list is complete for: absence says nothing about the others.
    covers: frozenset[Kind] = frozenset({Kind.BASE})


class CatalogPlatform(Protocol):
    """What the catalog asks of a platform. Every implementation passes the same contract test."""

    platform: Platform

    def list_models(self) -> Listing:
        """Return all models offered now, or raise one of the ``PlatformError`` classes."""
        ...


class PlatformError(Exception):
    """A platform did not answer as hoped. The subclass says what happens next.

    ``code`` is the platform's own word, ``request_id`` its id for a support case, ``retry_after`` seconds.
    """

    word = "error"
    way_out = ""

    def __init__(
        self, message: str, *, code: str = "", request_id: str = "", retry_after: float | None = None
    ) -> None:
        self.message = redact(message).replace("\x00", "")
        super().__init__(self.message)
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after


class TransientError(PlatformError):
    """Passing trouble (throttling, 5xx, broken answer, no connection): try again later."""

    word = "transient"
    way_out = "Nothing was changed. modelhub tries again by itself; you can also sync again now."


class UnreachableError(TransientError):
    """No answer came at all: whatever else is asked now would wait as long, for nothing."""


class CapacityError(PlatformError):
    """A quota is used up or was never granted: somebody has to ask the platform for more."""

    word = "capacity"
    way_out = "Ask the platform for a higher quota, or wait until the present one is free again."


class ConflictError(PlatformError):
    """The resource is in another state than the call needs: look again, then decide."""

    word = "conflict"
    way_out = "Look at the resource's present state and try again."


class PermanentError(PlatformError):
    """The same call will fail the same way: something must be changed first."""

    word = "permanent"
    way_out = "Trying again will not help: correct what the message names first."


class AuthError(PlatformError):
    """The platform does not know or does not trust us. Freezes state; retires nothing."""

    word = "auth"
    way_out = "Check the credentials and their permissions (manage.py doctor), then sync again."
