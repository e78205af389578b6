"""What somebody has typed to rent or deploy, as data: nothing is lost on an error."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import EllipsisType

from django.http import QueryDict

from catalog.platforms.words import plain
from customization.capacity.lease import DEFAULT_HOURS, MOST_REASON, Lease
from customization.capacity.states import Noun
from customization.models.resource import new_token, token_in
from customization.refusal import Refused
from customization.serving.renting import wrong_terms


@dataclass
class Wish:
    """One press of a button. ``token`` names it, so that a repeat of the press buys nothing more."""

    noun: Noun = Noun.THROUGHPUT
    units: str = "1"
    hours: str = str(DEFAULT_HOURS)
    no_end: bool = False
    reason: str = ""
    name: str = ""
    token: str = field(default_factory=new_token)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def whole_units(self) -> int | None:
        return _whole(self.units)

    @property
    def whole_hours(self) -> int | None:
        """None: without an end, or not a number."""
        return None if self.no_end else _whole(self.hours)

    @property
    def lease(self) -> Lease:
        return Lease(None, self.reason) if self.no_end else Lease(self.whole_hours or 0)

    @property
    def shown_units(self) -> int:
        """For the price beside the field: 1 while what is typed is no number of units."""
        units = self.whole_units
        return units if units and 1 <= units <= 100 else 1

    def look_over(self) -> None:
        """Fill ``errors``: what a person can mend before anything is asked for."""
        if self.noun == Noun.DEPLOYMENT:
            return
        wrong = wrong_terms(units=self.whole_units or 0, lease=self.lease, name=self.name)
        if self.whole_units is None:
            wrong["units"] = "Model units must be a whole number."
        self.errors = {name: why for name, why in wrong.items() if why} | self.wrong_lease()

    def wrong_lease(self) -> dict[str, str]:
        """What a person has to mend of the lease alone."""
        if self.whole_hours is None and not self.no_end:
            return {"hours": "The lease must be a whole number of hours, or without an end."}
        return self.lease.wrong()


def wish_from(posted: QueryDict, noun: Noun) -> Wish:
    """Read a form. A token that is no UUID is ignored: the wish gets one of its own."""
    fresh = Wish(noun)
    return Wish(
        noun,
        units=plain(posted.get("units", fresh.units), 20).strip(),
        hours=plain(posted.get("hours", fresh.hours), 20).strip(),
        no_end=posted.get("no_end") == "yes",
        reason=plain(posted.get("reason", ""), MOST_REASON).strip(),
        name=plain(posted.get("name", ""), 200).strip(),
        token=token_in(posted.get("token", "")) or fresh.token,
    )


def wish_in_address(query: QueryDict) -> Wish:
    """What an address says of units and hours: a link buys nothing, so it names no press of a button."""
    named = query.copy()
    named.pop("token", None)
    return wish_from(named, Noun.THROUGHPUT)


def hours_and_end(posted: QueryDict) -> tuple[int, datetime | EllipsisType | None]:
    """By how many hours a lease is to be extended (0: no number), and the end it had on the page: None when it had
    none, ``...`` when the form does not say. Raises Refused when what it says is no moment."""
    hours, end = posted.get("hours", ""), posted.get("ends_at")
    count = int(hours) if hours.isascii() and hours.isdigit() and len(hours) < 5 else 0
    return count, ... if end is None else _moment(end)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day there are have no UTC everywhere
        pass
    raise Refused({"ends_at": "The form does not say from which end to extend. Load the page again."})


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
