"""A price that becomes known while something runs: from then on it is counted, for all its hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction

from catalog.history import next_revision
from customization.capacity.states import LIVE
from customization.models import Price, Throughput
from customization.prices import quotes_among
from customization.pricing import Part, Quote
from customization.serving.telling import tell_model

log = structlog.get_logger(__name__)

_LIVE = sorted(LIVE)


def fill_in(bases: Mapping[int, str], now: datetime) -> int:
    """Write the price known now into throughputs without one, by key with their base model's id; return how many got
    one. No question when there are none, one while their price is still unknown."""
    if not bases:
        return 0
    try:
        prices = list(Price.objects.filter(region=settings.AWS_REGION).exclude(unit_hour=None))
        known = {base: quotes_among(prices, base).get(Part.UNIT_HOUR) for base in set(bases.values())}
        return sum(_write(pk, quote, now) for pk, base in bases.items() if (quote := known[base]))
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # what is wrong with a price must not keep anything from being looked at
        log.exception("late_price_defect", throughputs=len(bases))
        return 0


def _write(pk: int, quote: Quote, now: datetime) -> bool:
    """Compare-and-swap: whoever has written a price since is not overruled, and what has ended stays as it was."""
    with transaction.atomic():
        next_revision()
        mine = Throughput.objects.filter(pk=pk, unit_hour=None, state__in=_LIVE)
        if not mine.update(unit_hour=quote.usd, price_source=quote.source[:300]):
            transaction.set_rollback(True)
            return False
        row = Throughput.objects.select_related("model").get(pk=pk)
        changes = {"USD per unit-hour": ["unknown", str(row.unit_hour)]}
        why = f"{row.remote_name}: {quote.source}. It counts for all hours since the platform accepted it."
        tell_model(row.model, "throughput price known", now=now, why=why, detail={"changes": changes})
    log.info("late_price", throughput=pk, unit_hour=str(quote.usd), source=quote.source)
    return True
