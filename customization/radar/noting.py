"""Writing down what a look has shown of strangers: that they are there, that they changed, are gone, are back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from customization.capacity.observation import RemoteServing
from customization.capacity.states import Noun
from customization.gateways import serving as platform
from customization.models import Found
from customization.radar.look import Look, Thing, shuffled
from customization.radar.strangers import strangers

_SERVING = frozenset(noun.value for noun in Noun)


def note(seen: Look, now: datetime) -> int:
    """Write down strangers; return how many were never seen before. Only nouns that were listed whole are touched."""
    # Read before our rows are: what is adopted meanwhile is then found among them.
    known = {found.arn: found for found in Found.objects.filter(noun__in=seen.nouns)}
    strange = strangers(seen, now)
    # What is new may be billed: it is told before anything else is asked for.
    fresh = [found for found in strange if found.arn not in known]
    Found.objects.bulk_create(fresh, ignore_conflicts=True)
    _back_from_adoption([found for found in strange if found.arn in known], known)
    _follow(seen, [found for found in known.values() if found.state != Found.State.ADOPTED])
    return len(fresh)


def _follow(seen: Look, known: Iterable[Found]) -> None:
    """Keep strangers as the platform shows them now. Somebody may be adopting one at this very moment: that stays."""
    there = seen.things()
    for found in shuffled(known):
        thing = there.get(found.arn)
        now_so = _gone(seen, found) if thing is None else _as_shown(found, thing)
        changed = {name: value for name, value in now_so.items() if getattr(found, name) != value}
        if changed:
            Found.objects.filter(pk=found.pk, state=found.state).update(**changed)


def _gone(seen: Look, found: Found) -> dict[str, Any]:
    """What costs money is not called gone by a list alone: the platform's Get must say so too."""
    if found.state == Found.State.GONE:
        return {}
    if (
        found.noun in _SERVING
        and seen.exists(found.arn, partial(platform.get, Noun(found.noun))) is not False
    ):
        return {}
    return {"state": Found.State.GONE}


def _as_shown(found: Found, thing: Thing) -> dict[str, Any]:
    shown: dict[str, Any] = {"word": thing.word}
    if found.state == Found.State.GONE:
        # Whose it is must be said again.
        shown |= {"state": Found.State.NEW, "marked_by_name": "", "marked_at": None}
    if isinstance(thing, RemoteServing):
        term = thing.commitment
        shown |= {"units": thing.units, "model_arn": thing.model_arn}
        shown |= {"commitment": term.word, "committed_until": term.until}
    return shown


def _back_from_adoption(strange: Iterable[Found], known: Mapping[str, Found]) -> None:
    """It was adopted once, and belongs to no row (any more): our rows were lost, or believed it removed."""
    for found in strange:
        adopted = known[found.arn]
        if adopted.state == Found.State.ADOPTED:
            Found.objects.filter(pk=adopted.pk, state=Found.State.ADOPTED).update(
                state=Found.State.NEW, word=found.word, note=found.note, marked_by_name="", marked_at=None
            )
        elif found.note and adopted.note != found.note:
            Found.objects.filter(pk=adopted.pk).update(note=found.note)
