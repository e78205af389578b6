"""What strangers cost: throughputs and the storage of models are billed whether modelhub knows them or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from catalog.models import Model
from customization.capacity.ledger import Burn, Meter, burn_of
from customization.models import Found
from customization.prices import rates_by_base
from customization.pricing import Rates, money

_BILLED = (Found.Noun.THROUGHPUT, Found.Noun.MODEL)


@dataclass(frozen=True, slots=True)
class Priced:
    """A stranger with what it costs. Without a price the cost is None: unknown, never nothing."""

    found: Found
    base_id: str = ""  # "" when the base model behind it can't be known
    meter: Meter | None = None
    now: datetime | None = None
    monthly: Decimal | None = None

    @property
    def hourly(self) -> Decimal | None:
        return self.meter.hourly if self.meter else None

    @property
    def so_far(self) -> Decimal | None:
        return self.meter.cost(self.now) if self.meter and self.now else None

    @property
    def hourly_words(self) -> str:
        return money(self.hourly)

    @property
    def monthly_words(self) -> str:
        return money(self.monthly)

    @property
    def why_unknown(self) -> str:
        """ "committed: 6 months until 2027-05-22": such a one has a price of its own."""
        term = str(self.found.term)
        return f"committed: {term}" if term else ""

    @property
    def so_far_words(self) -> str:
        return money(self.so_far)


def priced(strangers: Iterable[Found], now: datetime) -> list[Priced]:
    """Each with its base and its meter (throughputs) or storage (models), the dearest first; of equals the oldest.

    Two queries, however many there are; one when none of them has a price by the hour or month.
    """
    strangers = list(strangers)
    bases = base_ids(strangers)
    rates = rates_by_base(bases[found.pk] for found in strangers if found.noun in _BILLED)
    rows = [_priced(found, bases[found.pk], rates, now) for found in strangers]
    return sorted(rows, key=lambda row: (-_rank(row), row.found.created_upstream_at or now, row.found.pk))


def _priced(found: Found, base_id: str, all_rates: Mapping[str, Rates], now: datetime) -> Priced:
    rates = all_rates.get(base_id, Rates())
    if found.noun == Found.Noun.THROUGHPUT:
        return Priced(found, base_id, _meter(found, rates.unit_hour), now)
    return Priced(found, base_id, monthly=rates.storage_per_month if found.noun == Found.Noun.MODEL else None)


def unknown_hourly(now: datetime) -> Burn:
    """What throughputs cost now that nobody has adopted or called somebody else's: dollars an hour, and how many."""
    new = Found.objects.filter(noun=Found.Noun.THROUGHPUT, state=Found.State.NEW)
    return burn_of([row.meter for row in priced(new, now) if row.meter], now)


def base_ids(strangers: Iterable[Found]) -> dict[int, str]:
    """The base model's id behind each stranger, as far as it can be known, by the stranger's key."""
    strangers = list(strangers)
    arns = {found.model_arn for found in strangers if found.model_arn}
    custom = Model.objects.filter(arn__in=arns, kind="custom") if arns else Model.objects.none()
    ours = dict(custom.values_list("arn", "base_external_id"))
    return {
        found.pk: ours.get(found.model_arn) or base_in(found.model_arn) or base_in(found.base_arn)
        for found in strangers
    }


def base_in(model_arn: str) -> str:
    """The base model's id that a model ARN names: ``…:foundation-model/ID`` or ``…:custom-model/ID/NAME``."""
    resource = model_arn.split(":", 5)[-1]
    kind, _, rest = resource.partition("/")
    if kind == "foundation-model":
        return rest
    return rest.rpartition("/")[0] if kind == "custom-model" else ""


def _meter(found: Found, unit_hour: Decimal | None) -> Meter:
    # The price we know is that without commitment. Without a number of units the cost is unknown too; it is billed
    # since it was made, or seen.
    known = unit_hour if found.units and not found.term else None
    return Meter(found.units or 0, known, found.created_upstream_at or found.first_seen_at)


def _rank(row: Priced) -> Decimal:
    return Decimal("Infinity") if row.meter and row.hourly is None else row.hourly or Decimal(0)
