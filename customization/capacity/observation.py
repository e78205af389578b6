"""What a look at the platform shows of throughputs and deployments, as plain frozen data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from customization.capacity.commitment import Commitment


@dataclass(frozen=True, slots=True)
class RemoteServing:
    """A throughput or deployment as the platform shows it. ``units`` is None for deployments, which have none."""

    name: str
    arn: str
    word: str
    model_arn: str = ""
    units: int | None = None
    created_at: datetime | None = None
    failure: str = ""
    commitment: Commitment = field(default_factory=Commitment)


@dataclass(frozen=True, slots=True)
class ServingRequest:
    """Everything Create is told. Made from committed rows only."""

    name: str
    token: str
    model_arn: str
    units: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
