"""What the doctor says of one thing it has looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.conf import settings

State = Literal["ok", "warning", "failed"]


@dataclass(frozen=True)
class Finding:
    """What one check saw; ``way_out`` says what to do unless the state is ok."""

    name: str
    state: State
    message: str
    way_out: str = ""


def simulated() -> str:
    """Added to what was said by a platform that is none."""
    return " (sandbox)" if settings.PLATFORM_ENDPOINTS.aws_is_sandbox else ""
