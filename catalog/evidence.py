"""Why a model has its colour: each fact the rule looked at, what it says, and whether it speaks for green."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catalog.facts import BuildState, Kind, Lifecycle, ServingState
from catalog.models import Model
from catalog.status import day


@dataclass(frozen=True)
class Evidence:
    """One fact. ``good``: it does not stand between the model and green."""

    fact: str
    value: str
    good: bool


def evidence_of(model: Model, now: datetime) -> list[Evidence]:
    """The facts in the order in which the status rule reads them."""
    found = []
    if model.kind == Kind.CUSTOM:
        found.append(Evidence("Built", model.get_build_display(), model.build == BuildState.BUILT))
        served = model.serving in (ServingState.PLATFORM, ServingState.READY)
        found.append(Evidence("Served", _serving_words(model), served))
    label = model.facts.platform.label
    listed = f"by {label}" if model.listed else f"not any more by {label}"
    if model.listed and model.missed_syncs:
        listed += f", but absent from the last {model.missed_syncs} complete sync(s)"
    found.append(Evidence("Listed", listed, model.listed))
    lifecycle = model.effective_lifecycle
    usable = lifecycle not in (Lifecycle.ENDED, Lifecycle.UNKNOWN)
    found.append(Evidence("Lifecycle", _lifecycle_words(model, now), usable))
    found.append(Evidence("Enabled", "yes" if model.enabled else "no", model.enabled))
    return found


def _serving_words(model: Model) -> str:
    if model.serving == ServingState.PLATFORM:
        return f"by {model.facts.platform.label} itself"
    return str(model.get_serving_display())


def _lifecycle_words(model: Model, now: datetime) -> str:
    words = str(model.get_lifecycle_display())
    if model.lifecycle == Lifecycle.UNKNOWN:
        words += f": the platform says “{model.lifecycle_word}”"
        if model.lifecycle_override:
            words += f", treated as {model.lifecycle_override} by an admin"
    ends = model.end_of_life_at
    if ends:
        words += f", {'ended' if ends <= now else 'ends'} {day(ends)}"
    return words
