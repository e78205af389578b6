"""What people write about a custom model: its description and a note to other admins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from catalog.customs import change_custom_model
from catalog.history import next_revision
from catalog.models import Event, Model
from customization.prose import MOST, tidy, why_too_long
from customization.refusal import Refused

__all__ = ["MOST", "TEXTS", "Overtaken", "describe"]
TEXTS = ("description", "note")
OVERTAKEN = "Somebody else changed this after you opened the page. Save again to put your text in its place."


class Overtaken(Refused):
    """Somebody else wrote meanwhile what this person wants to write over. Nothing is written."""


def describe(
    model: Model, wanted: Mapping[str, str], seen: Mapping[str, str], *, actor: User | None, now: datetime
) -> Event | None:
    """Write the texts that differ from what this person was shown; None when nothing is new.

    ``seen`` is what their page showed: a text that they left alone is left as it is by now. Raises Refused for one that
    is too long, Overtaken for one that somebody else has changed meanwhile. The Event keeps the old ones.

    >>> describe(model, {"note": "Ask Ada"}, {"note": ""}, actor=user, now=timezone.now())
    """
    with transaction.atomic():
        next_revision()  # first: of two at once the second sees what the first wrote
        model.refresh_from_db()
        held = {name: getattr(model, name) for name in TEXTS}
        changes = {name: (held[name], text) for name, text in _changed(wanted, seen, held).items()}
        if not changes:
            transaction.set_rollback(True)
            return None
        _look_over(changes, seen)
        new = {name: pair[1] for name, pair in changes.items()}
        change_custom_model(model, "described", now=now, actor=actor, detail={"changes": changes}, **new)
    return model.events.filter(action="described").latest("id")


def _changed(wanted: Mapping[str, str], seen: Mapping[str, str], held: Mapping[str, str]) -> dict[str, str]:
    """What this person typed that was neither on their page nor is held by now."""
    return {
        name: tidy(wanted[name])
        for name in TEXTS
        if name in wanted
        and tidy(wanted[name]) != tidy(held[name])
        and (name not in seen or tidy(wanted[name]) != tidy(seen[name]))
    }


def _look_over(changes: Mapping[str, tuple[str, str]], seen: Mapping[str, str]) -> None:
    reasons = {name: why_too_long(name, new) for name, (_, new) in changes.items()}
    if too_long := {name: why for name, why in reasons.items() if why}:
        raise Refused(too_long)
    overtaken = {
        name: OVERTAKEN
        for name, (held, _) in changes.items()
        if name in seen and tidy(seen[name]) != tidy(held)
    }
    if overtaken:
        raise Overtaken(overtaken)
