"""One throughput or deployment as the Throughput tab shows it: what it costs, how long it runs, what its end means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from catalog.models import Model
from customization.capacity.facts import serving_of
from customization.capacity.offer import Terms
from customization.capacity.states import LIVE, Noun, ServeState
from customization.hints import hint_for
from customization.models import TABLES, ServingResource, Throughput
from customization.pricing import money
from customization.serving.leases import WARN_MINUTES
from customization.serving.renting import REMOVED_BY_HAND
from customization.serving.usage import usage_of

_TONES = {ServeState.IN_SERVICE: "succeeded", ServeState.FAILED: "failed", ServeState.REFUSED: "failed",
          ServeState.UNKNOWN: "warning", ServeState.REMOVING: "warning", ServeState.REMOVED: "plain"}  # fmt: skip
_MOVING = frozenset({ServeState.REQUESTED, ServeState.CREATING, ServeState.UPDATING, ServeState.REMOVING})


@dataclass(frozen=True)
class Card:
    """One throughput or deployment at one moment, and what else is live of its model."""

    row: ServingResource
    now: datetime
    others: Sequence[ServingResource] = ()

    @property
    def noun(self) -> Noun:
        return self.row.noun

    @property
    def is_throughput(self) -> bool:
        return isinstance(self.row, Throughput)

    @property
    def title(self) -> str:
        return self.noun.label.capitalize()

    @property
    def tone(self) -> str:
        return _TONES.get(ServeState(self.row.state), "running")

    @property
    def is_moving(self) -> bool:
        return self.row.state in _MOVING

    @property
    def terms(self) -> Terms | None:
        return Terms(self.row.units, self.row.unit_hour) if isinstance(self.row, Throughput) else None

    @property
    def so_far(self) -> Decimal | None:
        return self.row.cost(self.now) if isinstance(self.row, Throughput) else None

    @property
    def cost(self) -> str:
        return money(self.so_far)

    @property
    def hours(self) -> Decimal:
        return self.row.hours(self.now) if isinstance(self.row, Throughput) else Decimal(0)

    @property
    def seconds(self) -> float:
        return float(self.hours) * 3600

    @property
    def doubtful_hours(self) -> Decimal:
        return self.row.meter.doubtful_hours(self.now) if isinstance(self.row, Throughput) else Decimal(0)

    @property
    def left(self) -> timedelta | None:
        """Until the lease ends; None when it has no end."""
        if not isinstance(self.row, Throughput) or self.row.ends_at is None:
            return None
        return max(self.row.ends_at - self.now, timedelta(0))

    @property
    def left_in_words(self) -> str:
        minutes = int(self.left.total_seconds()) // 60 if self.left is not None else 0
        if minutes >= 48 * 60:
            return f"{minutes // 1440} days {minutes % 1440 // 60} h"
        return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"

    @property
    def urgency(self) -> str:
        """ "ending" within ten minutes, "soon" within the hour, else ""."""
        if self.left is None or not self.row.can_be_removed:
            return ""
        nearest = next((each for each in WARN_MINUTES if self.left <= timedelta(minutes=each)), None)
        return {None: "", min(WARN_MINUTES): "ending"}.get(nearest, "soon")

    @property
    def consequence(self) -> str:
        """What becomes of the model when this one is removed, as the end of a sentence; "" when nothing does."""
        model, other = self.row.model, self.other_in_service
        if other and not self.speaks_for_model:
            return f"; {model.name} stays as it is, called by its {other.noun.label}"
        if other:
            again = ": with another ARN, so it must be enabled again" if model.enabled else ""
            return f", and {model.name} is called by its {other.noun.label}{again}"
        return f", and {model.name} turns red" if model.status != "red" else ""

    @property
    def ending(self) -> str:
        """Why it is no more, and by whose hand."""
        row = self.row
        if row.state == ServeState.REFUSED:
            return f"refused: {row.failure}"
        if row.ended_because == REMOVED_BY_HAND and row.ended_by_name:
            return f"removed by {row.ended_by_name}"
        return row.ended_because or "not known"

    @property
    def hint(self) -> str:
        """What to do about its end, or about passing trouble; what failed while it serves on needs no removal."""
        ended = self.row.state in (ServeState.FAILED, ServeState.REFUSED)
        return hint_for(self.row.failure if ended else self.row.trouble, self.noun)

    @property
    def usage(self) -> str:
        """What is known of its calls, in words; "" for what nobody reads."""
        if not isinstance(self.row, Throughput) or self.row.state != ServeState.IN_SERVICE:
            return ""
        return usage_of(self.row, self.now, timezone.get_current_timezone()).words

    @property
    def speaks_for_model(self) -> bool:
        """Is the model called by its ARN?"""
        return bool(self.row.arn and self.row.model.serving_arn == self.row.arn)

    @property
    def is_called_by_its_arn(self) -> bool:
        """Would applications lose what they call, if it were removed?"""
        return self.speaks_for_model and self.row.model.status == "green"

    @property
    def other_in_service(self) -> ServingResource | None:
        """By what the model would be called if this one were removed; None: by nothing, it would be red."""
        arn = serving_of([other.server for other in self.others]).arn
        return next((other for other in self.others if arn and other.arn == arn), None)


def live_rows(model: Model) -> list[ServingResource]:
    """What is live of a model, the throughput first."""
    found: list[ServingResource] = []
    for table in TABLES.values():
        found += table.objects.filter(model=model, state__in=sorted(LIVE))
    for row in found:
        row.model = model
    return found


def card_among(row: ServingResource, live: Sequence[ServingResource], now: datetime) -> Card:
    """The card of ``row``, ``live`` being all that is live of its model."""
    return Card(row, now, tuple(other for other in live if (other.noun, other.pk) != (row.noun, row.pk)))
