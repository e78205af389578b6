"""The verdict: each function is one promise, and returns how it was broken; empty when it was kept.

Pure, over what the sandbox tells of itself and what our rows say (``Evidence``). In words of its own: nothing here uses
the product's rules, else a bug in them would judge itself.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.chaos.evidence import Evidence
from tests.chaos.verdicts import history, hours, platform, wishes

INVARIANTS: dict[str, Callable[[Evidence], list[str]]] = {
    check.__name__: check
    for check in (
        platform.no_orphans,
        platform.no_duplicates,
        platform.nothing_lost,
        platform.no_wrong_deletion,
        platform.green_is_callable,
        platform.same_as_the_platform,
        platform.tokens_are_ours,
        wishes.wishes_are_kept,
        hours.hours_agree,
        history.every_change_has_an_event,
        history.enabled_cleared_on_removal,
        history.refused_with_reason,
        history.settled_in_two_passes,
    )
}


def judge(evidence: Evidence) -> dict[str, list[str]]:
    """The broken promises by name."""
    found = {name: check(evidence) for name, check in INVARIANTS.items()}
    return {name: violations for name, violations in found.items() if violations}
