"""Uploads that nobody goes on with: their parts lie in S3 unseen and cost money until they are thrown away."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from catalog.platforms.base import PlatformError
from customization.models import Dataset
from customization.uploads import cancel, heal

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 20  # each is a call to S3, and the tick that makes it also ends leases
NEXT_TRY = timedelta(hours=1)


def abort_abandoned(now: datetime) -> int:
    """Throw away uploads that nobody went on with for a day: parts in S3 cost money. Return how many."""
    abandoned = Dataset.objects.filter(state=Dataset.State.UPLOADING, next_check_at__lte=now)
    return sum(_abort(dataset, now) for dataset in abandoned.order_by("next_check_at")[:MOST_AT_ONCE])


def _abort(dataset: Dataset, now: datetime) -> bool:
    """Abort one that is still abandoned. One that can't be must not hold up the tick: it is tried again in an hour."""
    left = Dataset.objects.filter(pk=dataset.pk, state=Dataset.State.UPLOADING)
    # Taken first: whoever goes on with the upload right now moves its due time too, and then it is theirs.
    if not left.filter(next_check_at=dataset.next_check_at).update(next_check_at=now + NEXT_TRY):
        return False
    try:
        if heal(dataset, now):  # S3 put it together and its answer was lost: it is nobody's to throw away
            return False
        cancel(dataset)
    except PlatformError as error:
        left.update(trouble=error.message)
        log.warning("abort_postponed", dataset=dataset.pk, error=error.message, code=error.code)
        return False
    return True
