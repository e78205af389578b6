"""What one look has shown of the platform, and finding a row of ours in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from catalog.platforms.base import TransientError
from customization.capacity.decide import SHOWS_WITHIN
from customization.capacity.observation import RemoteServing
from customization.capacity.states import Noun, ServeState, state_of
from customization.gateways import serving as platform
from customization.models import ServingResource
from customization.serving.identity import Account


class World:
    """Everything of one kind, by ARN and by name. Without ``listed`` there is no list: only Get can tell."""

    def __init__(self, noun: Noun, listed: Sequence[RemoteServing] | None = None) -> None:
        self.noun = noun
        self.has_list = listed is not None
        self.by_arn = {seen.arn: seen for seen in listed or ()}
        self.by_name: dict[str, list[RemoteServing]] = {}
        for seen in listed or ():
            self.by_name.setdefault(seen.name, []).append(seen)
        self._account = Account()

    def find(self, row: ServingResource, now: datetime) -> RemoteServing | None:
        """What the platform shows of a row; None only when it says itself that there is no such thing.

        Lists lag and tell no failure: whatever is new in them, or missing from them, is asked for by a Get. Get may lag
        too, behind Create: what is young and listed is there. Raises PlatformError.
        """
        if not row.arn:
            return self._find_by_name(row) if row.sent_at else None
        listed = self.by_arn.get(row.arn)
        if (
            listed
            and row.state not in (ServeState.REMOVING, ServeState.REQUESTED)
            and state_of(listed.word) == row.state
        ):
            return listed
        seen = platform.get(row.noun, row.arn)
        if seen is None:
            self._account.must_own(row.arn)
            return self._listed_while_young(row, now)
        return seen

    def _listed_while_young(self, row: ServingResource, now: datetime) -> RemoteServing | None:
        """Get does not find it: that proves nothing of what may be too young for Get, unless a list lacks it, too."""
        if row.sent_at is None or now - row.sent_at >= SHOWS_WITHIN:
            return None
        if not self.has_list:
            raise TransientError(f"The {row.noun.label} is too new: that it is not found yet proves nothing.")
        return self.by_arn.get(row.arn)

    def _find_by_name(self, row: ServingResource) -> RemoteServing | None:
        """An answer was lost. What bears our name and our request's tag is ours; several may bear the name."""
        listed = self.by_name.get(row.remote_name, [])
        for seen in listed:
            if _is_ours(row, seen):
                return seen
        seen_by_get = platform.get(row.noun, row.remote_name)
        if seen_by_get is None:
            self._account.must_own(row.model.arn)  # it has no ARN yet, and would be where its model is
            return None
        known = {seen.arn for seen in listed}
        return seen_by_get if seen_by_get.arn not in known and _is_ours(row, seen_by_get) else None


def _is_ours(row: ServingResource, seen: RemoteServing) -> bool:
    tags = platform.tags_of(seen.arn)
    if tags is None:  # it is gone, or too young to be found: the next look knows better
        raise TransientError(
            f"A {row.noun.label} called {row.remote_name} is listed, but can't be found yet."
        )
    return tags.get("modelhub:request") == row.request_token
