"""What was and is paid for: every throughput that ever was, stored custom models, and training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

from catalog.facts import BuildState, Kind, Platform
from catalog.models import Model
from customization.capacity.ledger import Meter
from customization.capacity.spend import Sum, Totals, add_up
from customization.capacity.states import ENDED, LIVE
from customization.models import CustomizationJob, Price, Throughput
from customization.prices import quotes_among
from customization.pricing import Part
from customization.states import JobState

SHOWS = ("", "running", "ended")
_LIVE, _ENDED = sorted(LIVE), sorted(ENDED)
_PAID_IN_FULL = (JobState.RUNNING, JobState.STOPPING, JobState.COMPLETED)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for: running or ended ones, of one model or of models by name."""

    show: str = ""
    model: int | None = None
    q: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Wish:
        """Read an address; what makes no sense is left out."""
        show, model = query.get("show", ""), query.get("model", "")
        known = model.isascii() and model.isdigit() and len(model) < 19
        return cls(
            show if show in SHOWS else "",
            int(model) if known else None,
            query.get("q", "").replace("\x00", "").strip()[:200],
        )

    @property
    def url(self) -> str:
        return self.url_for(self.show)

    def url_for(self, show: str) -> str:
        chosen = {"show": show, "model": self.model or "", "q": self.q}
        said = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{said}" if said else "?"

    @property
    def is_narrow(self) -> bool:
        return bool(self.model or self.q)


@dataclass(frozen=True, slots=True)
class Paid:
    """The sums above the table, and how many rows are behind its tabs."""

    totals: Totals
    running: int
    ended: int

    @property
    def all(self) -> int:
        return self.running + self.ended


def throughputs(wish: Wish) -> QuerySet[Throughput]:
    """Running ones first, then the newest."""
    found = _of_models(wish).select_related("model")
    if wish.show:
        found = found.filter(state__in=_LIVE if wish.show == "running" else _ENDED)
    first = Case(When(state__in=_LIVE, then=Value(0)), default=Value(1), output_field=IntegerField())
    return found.order_by(first, "-created_at", "-id")


def paid(wish: Wish, now: datetime) -> Paid:
    """Add up everything the wish's models ever rented, running or ended: one query, no row becomes an object."""
    columns = ("state", "units", "unit_hour", "billed_from", "billed_until", "failed_at")
    rows = list(_of_models(wish).order_by().values_list(*columns))
    running = sum(1 for state, *_ in rows if state not in ENDED)
    return Paid(add_up((Meter(*terms) for _, *terms in rows), now), running, len(rows) - running)


def storage() -> tuple[int, Sum]:
    """How many custom models the platform stores, and what that costs a month; two queries.

    One that is being deleted is stored until the platform says that it is gone; one that vanished is not.
    """
    prices = list(Price.objects.filter(region=settings.AWS_REGION))
    stored = Model.objects.filter(
        kind=Kind.CUSTOM,
        platform=Platform.BEDROCK,
        build__in=(BuildState.BUILT, BuildState.DELETING),
        listed=True,
        archived_at=None,
    )
    total, count = Sum(), 0
    for base, many in stored.order_by().values_list("base_external_id").annotate(many=Count("pk")):
        quote = quotes_among(prices, base).get(Part.STORAGE)
        count += many
        if quote is None:
            total.unpriced += many
        else:
            total.usd += quote.usd * many
            total.priced += many
    return count, total


def trainings() -> QuerySet[CustomizationJob]:
    found = CustomizationJob.objects.select_related("model", "base", "training", "requested_by")
    return found.defer("training__fingerprint", "training__report")  # half a megabyte each, and not shown


def training_estimate() -> Sum:
    """What the jobs that ran or are running were estimated at; one that ended early cost less."""
    total = Sum()
    ran = CustomizationJob.objects.filter(state__in=_PAID_IN_FULL).order_by()
    for estimate in _amounts(ran):
        total.add(estimate)
    return total


def _amounts(jobs: QuerySet[CustomizationJob]) -> Iterator[Decimal | None]:
    return jobs.values_list("estimated_cost", flat=True).iterator(chunk_size=2000)


def _of_models(wish: Wish) -> QuerySet[Throughput]:
    found = Throughput.objects.all()
    if wish.model:
        found = found.filter(model_id=wish.model)
    return found.filter(model__name__icontains=wish.q) if wish.q else found
