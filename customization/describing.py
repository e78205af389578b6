"""What people write about a custom model: its description and a note to other admins."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from catalog.customs import change_custom_model
from catalog.history import next_revision
from catalog.models import Event, Model
from customization.refusal import Refused

MOST = 2000


def describe(model: Model, *, description: str, note: str, actor: User | None, now: datetime) -> Event | None:
    """Write both texts, with an Event that keeps the old ones; None when nothing is new. Raises Refused.

    >>> describe(model, description="Answers in our tone", note="", actor=user, now=timezone.now())
    """
    wanted = {"description": _plain(description), "note": _plain(note)}
    too_long = {name: f"At most {MOST:,} letters." for name, text in wanted.items() if len(text) > MOST}
    if too_long:
        raise Refused(too_long)
    with transaction.atomic():
        next_revision()  # first: of two at once the second sees what the first wrote
        model.refresh_from_db()
        changes = {name: (getattr(model, name), text) for name, text in wanted.items()}
        changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
        if not changes:
            transaction.set_rollback(True)
            return None
        new = {name: pair[1] for name, pair in changes.items()}
        change_custom_model(model, "described", now=now, actor=actor, detail={"changes": changes}, **new)
    return model.events.filter(action="described").latest("id")


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "").strip()
