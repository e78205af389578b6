"""What a look at the platform shows, as plain frozen data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Phase:
    """One part of a job: validation, data processing or training. ``word`` is the platform's own."""

    name: str
    word: str
    started_at: datetime | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """A customization job as the platform shows it. ``token`` and what follows are only known after a Get."""

    name: str
    arn: str
    word: str
    created_at: datetime | None = None
    changed_at: datetime | None = None
    ended_at: datetime | None = None
    base_arn: str = ""
    model_name: str = ""
    model_arn: str = ""
    phases: tuple[Phase, ...] = ()
    token: str = ""
    failure: str = ""
    training_uri: str = ""
    validation_uri: str = ""
    output_uri: str = ""
    role_arn: str = ""
    hyperparameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """A custom model as the platform shows it."""

    name: str
    arn: str
    word: str
    base_arn: str = ""
    created_at: datetime | None = None
    customization_type: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The platform took a request. ``arn`` is "" when it did not tell; ``request_id`` is what AWS support asks for."""

    arn: str
    request_id: str


@dataclass(frozen=True, slots=True)
class JobRequest:
    """Everything CreateModelCustomizationJob is told. Made from committed rows only."""

    name: str
    token: str
    model_name: str
    base_id: str
    role_arn: str
    training_uri: str
    output_uri: str
    validation_uri: str = ""
    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
