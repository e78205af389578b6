"""Spend: every throughput that ever was, what training and storing cost, and what runs now."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.access import UserRequest, needs
from catalog.models import Model
from catalog.views.export import formula_safe
from customization import spending
from customization.access import VIEW_SPEND
from customization.capacity.spend import month_start
from customization.models import CustomizationJob, Throughput
from customization.pricing import money, rate_in_words
from customization.spending import Wish

PER_PAGE = 50
COLUMNS = ("model", "name", "units", "state", "from (UTC)", "until (UTC)", "hours", "of which after it failed",
           "USD per unit-hour", "price source", "USD so far", "provisioned by", "why it ended",
           "ended by", "ARN")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One throughput as a row shows it at one moment."""

    throughput: Throughput
    now: datetime

    @property
    def hours(self) -> Decimal:
        return self.throughput.hours(self.now)

    @property
    def doubtful_hours(self) -> Decimal:
        return self.throughput.meter.doubtful_hours(self.now)

    @property
    def rate(self) -> str:
        return rate_in_words(self.throughput.unit_hour)

    @property
    def cost(self) -> str:
        """ "—" before the platform accepted it: then nothing is billed, whatever the price."""
        return money(self.throughput.cost(self.now)) if self.throughput.billed_from else "—"


@require_safe
@needs(VIEW_SPEND)
def listing(request: UserRequest) -> HttpResponse:
    now, wish = timezone.now(), Wish.from_query(request.GET.dict())
    page = Paginator(spending.throughputs(wish), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "wish": wish,
        "now": now,
        "page": page,
        "lines": [Line(row, now) for row in page.object_list],
        "chosen": Model.objects.filter(pk=wish.model).only("name").first() if wish.model else None,
        "tabs": _tabs(wish, paid := spending.paid(wish, now)),
        "paid": paid,
        **_stored(),
        "month": month_start(now),
    }
    return render(request, "customization/spend.html", context)


@require_safe
@needs(VIEW_SPEND)
def training(request: UserRequest) -> HttpResponse:
    page = Paginator(spending.trainings(), PER_PAGE).get_page(request.GET.get("page"))
    total = spending.training_estimate()
    lines = [_trained(job) for job in page.object_list]
    return render(
        request, "customization/spend_training.html", {"page": page, "lines": lines, "total": total}
    )


@require_safe
@needs(VIEW_SPEND)
def export(request: UserRequest) -> StreamingHttpResponse:
    """Stream every throughput that matches the address, all pages of it."""
    now, found = timezone.now(), spending.throughputs(Wish.from_query(request.GET.dict()))
    response = StreamingHttpResponse(
        _csv(found.iterator(chunk_size=500), now), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="spend-{now:%Y-%m-%d}.csv"'
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _csv(rows: Iterator[Throughput], now: datetime) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for row in rows:
        yield writer.writerow([formula_safe(value) for value in _cells(Line(row, now))])


def _cells(line: Line) -> tuple[Any, ...]:
    row = line.throughput
    cost = row.cost(line.now) if row.billed_from else Decimal(0)
    return (
        row.model.name,
        row.remote_name or row.name,
        row.units,
        row.state,
        _utc(row.billed_from),
        _utc(row.billed_until),
        f"{line.hours:.2f}",
        f"{line.doubtful_hours:.2f}",
        "unknown" if row.unit_hour is None else row.unit_hour,
        row.price_source,
        "unknown" if cost is None else cost,
        line.throughput.provisioned_by,
        row.ended_because,
        row.ended_by_name,
        row.arn,
    )


def _utc(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if moment else ""


def _tabs(wish: Wish, paid: spending.Paid) -> list[tuple[str, str, int, bool]]:
    counts = (("", "All", paid.all), ("running", "Running", paid.running), ("ended", "Ended", paid.ended))
    return [(label, wish.url_for(show), count, show == wish.show) for show, label, count in counts]


def _stored() -> dict[str, Any]:
    count, monthly = spending.storage()
    return {"stored": count, "storage": monthly}


def _trained(job: CustomizationJob) -> dict[str, Any]:
    return {
        "job": job,
        "tokens": job.training.tokens if job.training else None,
        "epochs": job.epochs_run if job.is_settled else job.epochs,
        "rate": rate_in_words(job.training_price),
        "estimated": money(job.estimated_cost),
        "actual": money(job.actual_cost) if job.is_settled else "",
    }
