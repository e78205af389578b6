"""The one place that lets a model be used or not. Page, admin action, shell and API all call it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from catalog.facts import Colour
from catalog.history import event, next_revision
from catalog.killpoints import reach
from catalog.models import Event, Model
from catalog.status import status_of


class Refused(Exception):
    """The rule says no. ``str()`` is the reason in words, for people. Doors answer with HTTP 409."""


@dataclass(frozen=True)
class Outcome:
    """What became of one model in a bulk change; ``refused`` is "" when it was done."""

    model: Model
    refused: str = ""


def enable(model: Model, *, actor: User | None = None, why: str = "", now: datetime | None = None) -> Event:
    """Let applications use ``model``. Legal only from yellow; raises Refused with the reason otherwise.

    >>> enable(Model.objects.get(external_id="amazon.nova-lite-v1:0"), actor=user)
    """
    return _set_enabled(model, True, actor=actor, why=why, now=now)


def disable(model: Model, *, actor: User | None = None, why: str = "", now: datetime | None = None) -> Event:
    """Stop applications from using ``model``. Legal only from green; raises Refused with the reason otherwise.

    >>> disable(Model.objects.usable().first(), actor=user, why="too expensive")
    """
    return _set_enabled(model, False, actor=actor, why=why, now=now)


def set_enabled_many(models: Iterable[Model], wanted: bool, *, actor: User | None = None) -> list[Outcome]:
    """Enable or disable each model on its own: one refusal does not stop the others."""
    outcomes = []
    for model in models:
        try:
            _set_enabled(model, wanted, actor=actor, why="bulk change", now=None)
        except Refused as refusal:
            outcomes.append(Outcome(model, str(refusal)))
        else:
            outcomes.append(Outcome(model))
    return outcomes


def _set_enabled(model: Model, wanted: bool, *, actor: User | None, why: str, now: datetime | None) -> Event:
    now = now or timezone.now()
    before, after = (Colour.YELLOW, Colour.GREEN) if wanted else (Colour.GREEN, Colour.YELLOW)
    with transaction.atomic():
        # Compare-and-swap on the computed status: whoever comes second changes nothing and is told why.
        changed = Model.objects.filter(pk=model.pk, status=before).update(
            enabled=wanted, rev=next_revision(), changed_at=now
        )
        if changed:
            done = event(
                model,
                "enabled" if wanted else "disabled",
                now=now,
                actor=actor,
                from_status=before,
                to_status=after,
                why=why,
            )
            done.save()
            reach("intent_written")
        else:
            transaction.set_rollback(True)  # a refusal is no change: the revision stays
    if changed:
        reach("intent_committed")
    model.refresh_from_db()
    if not changed:
        raise Refused(_reason(model, wanted))
    return done


def _reason(model: Model, wanted: bool) -> str:
    status = status_of(model.facts)
    if wanted and status.colour == Colour.GREEN:
        return f"{model.name} is already enabled."
    if not wanted and status.colour == Colour.YELLOW:
        return f"{model.name} is not enabled."
    if status.colour == (Colour.YELLOW if wanted else Colour.GREEN):
        # It was otherwise when we asked, and has been changed back since.
        return f"Somebody else was changing {model.name} at this very moment. Try again."
    verb = "enabled" if wanted else "disabled"
    return f"{model.name} can't be {verb}: {status.hint}."
