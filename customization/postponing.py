"""Nothing was learnt from a look: keep the state, say why on the page, and look again later and later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog

from catalog.platforms.base import PlatformError
from customization.decide import ALARM_AFTER
from customization.models import RemoteResource
from customization.states import retry_delay

log = structlog.get_logger(__name__)

LONGEST_WISH = 3600  # seconds: a proxy's nonsense must not put off for days what costs money


def postpone(
    row: RemoteResource,
    error: PlatformError,
    now: datetime,
    *,
    least: timedelta = timedelta(),
    most: timedelta = timedelta.max,
    **columns: Any,
) -> None:
    """Look again after a pause that grows with every fruitless look, within ``least`` and ``most`` (the platform's own
    Retry-After is obeyed all the same, up to an hour). After some looks a person is told by an alarm."""
    asked = timedelta(seconds=min(error.retry_after or 0, LONGEST_WISH))
    delay = max(least, min(most, retry_delay(row.attempts)), asked)
    attempts = row.attempts + 1
    # An alarm that was raised stays: a look that failed has not shown that its cause is gone.
    alarm = (
        f"No progress after {attempts} attempts: {error.message}" if attempts >= ALARM_AFTER else row.alarm
    )
    columns |= {"trouble": error.message, "alarm": alarm, "attempts": attempts, "next_check_at": now + delay}
    columns |= named_by(error.request_id)
    row.move(row.state, **columns)
    log.warning(
        "postponed",
        kind=type(row).__name__,
        row=row.pk,
        error=error.message,
        code=error.code,
        aws_request_id=error.request_id,
        seconds=delay.total_seconds(),
    )


def named_by(request_id: str) -> dict[str, Any]:
    """The column for AWS's request id; an answer without one leaves the last that is known."""
    return {"last_request_id": request_id[:200]} if request_id else {}
