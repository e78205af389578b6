"""The verdict: each function is one promise, and returns how it was broken; empty when it was kept.

Pure, over what the sandbox tells of itself and what our rows say (``Evidence``). In words of its own: nothing here uses
the product's rules, else a bug in them would judge itself.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.chaos.evidence import Evidence
from tests.chaos.verdicts import (
    deleting,
    dropped,
    events,
    history,
    hours,
    platform,
    states,
    terms,
    timing,
    wishes,
)

INVARIANTS: dict[str, Callable[[Evidence], list[str]]] = {
    check.__name__: check
    for check in (
        platform.no_orphans,
        platform.no_duplicates,
        platform.nothing_lost,
        deleting.no_wrong_deletion,
        states.green_is_callable,
        states.same_as_the_platform,
        platform.tokens_are_ours,
        wishes.wishes_are_kept,
        dropped.no_wish_is_dropped,
        timing.looked_at_in_time,
        terms.rented_as_asked,
        hours.hours_agree,
        events.every_change_has_an_event,
        events.events_say_who_and_why,
        history.enabled_cleared_on_removal,
        history.refused_with_reason,
        history.settled_in_two_passes,
    )
}


def judge(evidence: Evidence) -> dict[str, list[str]]:
    """The broken promises by name."""
    found = {name: check(evidence) for name, check in INVARIANTS.items()}
    return {name: violations for name, violations in found.items() if violations}
