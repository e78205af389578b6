"""What a model has cost, what it costs to keep, and what its deletion would take away: the figures in the dialog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from catalog.models import Model
from customization.gateways.places import Place
from customization.models import CustomizationJob, Throughput
from customization.prices import rates_for
from customization.pricing import money
from customization.results import results_of


@dataclass(frozen=True)
class Consequences:
    """Amounts in words; "unknown" where a price is. ``rented`` is "" for a model that never had a throughput."""

    training: str
    storage: str
    rented: str
    folder: Place | None


def consequences_of(model: Model, job: CustomizationJob | None, now: datetime) -> Consequences:
    """The figures of one model; ``job`` is the one that made it, None when it was not made here."""
    return Consequences(
        training=_training(job),
        storage=money(rates_for(model.base_external_id).storage_per_month),
        rented=_rented(model, now),
        folder=results_of(model),
    )


def _training(job: CustomizationJob | None) -> str:
    if job is None:
        return "unknown"
    if job.actual_cost is None and job.estimated_cost is not None:
        return f"about {money(job.estimated_cost)} (estimate)"
    return money(job.actual_cost)


def _rented(model: Model, now: datetime) -> str:
    costs = [row.cost(now) for row in Throughput.objects.filter(model=model).exclude(billed_from=None)]
    known = sum((cost for cost in costs if cost is not None), Decimal(0))
    if None not in costs:
        return money(known) if costs else ""
    unpriced = costs.count(None)
    return f"{money(known)}, and {unpriced} without a known price" if unpriced < len(costs) else "unknown"
