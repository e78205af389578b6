"""Whose strangers are: the tags that each resource of ours was given when it was asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db.models import Case, F, IntegerField, Q, Value, When

from catalog.platforms.base import AuthError, PlatformError, TransientError
from customization.gateways import serving as platform
from customization.models import Found

log = structlog.get_logger(__name__)

# One call each: a big account is read over several looks.
MOST_CALLS = 200
# What was just made may not show its tags yet.
TAGS_SHOW_WITHIN = timedelta(minutes=10)
# An answer that lacks tags looks like a resource that has none: what named no installation is asked once more.
READ_AGAIN = timedelta(hours=1)
_UNREADABLE = "Its tags can’t be read"
INSTANCE, REQUEST = "modelhub:instance", "modelhub:request"
# What costs most by the hour is known first.
_ORDER = Case(
    When(noun="throughput", then=Value(0)),
    When(noun="deployment", then=Value(1)),
    When(noun="model", then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)


def read_marks(now: datetime) -> int:
    """Read the tags of strangers whose tags are not known for sure; return of how many.

    Tags that name an installation are read once, and others twice: a call each, in an account that may have thousands.
    Those that were never tried come first, then those that wait longest: one that fails keeps no other away.
    """
    unread = Q(tags_read_at=None) | Q(tags_read_at__lte=now - READ_AGAIN)
    longest_first = F("tags_tried_at").asc(nulls_first=True)
    unsure = Found.objects.filter(unread, state=Found.State.NEW, tags_are_sure=False)
    strangers = unsure.order_by(longest_first, _ORDER, "pk")
    done = 0
    for found in strangers[:MOST_CALLS]:
        try:
            done += _read(found, now)
        except PlatformError as error:
            log.warning("tags_unreadable", arn=found.arn, error=error.message, code=error.code)
            note = f"{_UNREADABLE}: {error.message}"[:500]
            Found.objects.filter(pk=found.pk).update(note=note, tags_tried_at=now)
            if isinstance(error, TransientError | AuthError):
                break  # the others would fail the same way, each after a long wait
    return done


def _read(found: Found, now: datetime) -> bool:
    tags = platform.tags_of(found.arn)
    said: dict[str, Any] = {"tags_tried_at": now}
    # No answer when the platform does not know it (yet, or any more): it is asked again.
    answered = tags is not None and not _is_half(tags) and (bool(tags) or not _is_young(found, now))
    if tags is not None and answered:
        note = "" if found.note.startswith(_UNREADABLE) else found.note
        said |= {"instance": tags.get(INSTANCE, ""), "token": tags.get(REQUEST, "")[:256]}
        said |= {"tags_read_at": now, "note": note}
        said["tags_are_sure"] = INSTANCE in tags or found.tags_read_at is not None
    Found.objects.filter(pk=found.pk).update(**said)
    return answered


def _is_young(found: Found, now: datetime) -> bool:
    born = found.created_upstream_at
    return born is not None and now - born < TAGS_SHOW_WITHIN


def _is_half(tags: dict[str, str]) -> bool:
    """We always write both of our tags: one without the other is an answer that was cut."""
    return tags.get(INSTANCE) == settings.INSTANCE and not tags.get(REQUEST)
