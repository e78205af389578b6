"""When somebody looked last and what could not be seen, for people who did not look themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from catalog.platforms.base import AuthError, PlatformError
from customization.models import RadarLook


def last_look() -> RadarLook | None:
    """What became of the last look at our region; None before the first."""
    return RadarLook.objects.filter(region=settings.AWS_REGION).first()


def ask(now: datetime) -> bool:
    """Somebody wants a look now; False when one that was asked for is still to come."""
    row, _ = RadarLook.objects.get_or_create(region=settings.AWS_REGION)
    if row.is_going_on(now):
        return False
    same = RadarLook.objects.filter(pk=row.pk, asked_at=row.asked_at)
    return bool(same.update(asked_at=now))


def write_down(now: datetime, new: int, errors: Sequence[PlatformError]) -> None:
    """What a look that began at ``now`` came to. One that began earlier and ends later says nothing any more."""
    row, _ = RadarLook.objects.get_or_create(region=settings.AWS_REGION)
    newest = RadarLook.objects.filter(Q(checked_at=None) | Q(checked_at__lte=now), pk=row.pk)
    newest.update(
        checked_at=now,
        new=new,
        trouble="\n".join(dict.fromkeys(error.message for error in errors)),
        needs_permission=any(isinstance(error, AuthError) for error in errors),
    )
