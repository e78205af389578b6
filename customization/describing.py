"""What people write about a custom model: its description and a note to other admins."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from catalog.customs import change_custom_model
from catalog.history import next_revision
from catalog.models import Event, Model
from customization.prose import MOST, tidy, why_too_long
from customization.refusal import Refused

__all__ = ["MOST", "describe"]


def describe(model: Model, *, description: str, note: str, actor: User | None, now: datetime) -> Event | None:
    """Write both texts, with an Event that keeps the old ones; None when nothing is new. Raises Refused.

    >>> describe(model, description="Answers in our tone", note="", actor=user, now=timezone.now())
    """
    wanted = {"description": tidy(description), "note": tidy(note)}
    reasons = {name: why_too_long(name, text) for name, text in wanted.items()}
    if too_long := {name: why for name, why in reasons.items() if why}:
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
