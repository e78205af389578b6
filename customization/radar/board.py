"""What the page "Found on AWS" shows: strangers by kind, money first; what is lost; what is gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from catalog.models import Model
from customization.capacity.ledger import Burn
from customization.capacity.states import LIVE
from customization.models import TABLES, Found, ServingResource, Throughput
from customization.models.serving import END_NOT_KNOWN
from customization.pricing import money
from customization.radar.costs import Priced, priced
from customization.radar.lost import WHY as REMOVED_OUTSIDE

MOST_SHOWN = 100
_SERVING = ("throughput", "deployment")
LOST_SHOWN_FOR = timedelta(days=30)

_LEADS = {
    "throughput": "Billed by the hour until somebody deletes them. Whoever adopts one gives it an end, like one rented "
    "here: there modelhub removes it.",
    "deployment": "Paid by the token: nothing while nobody calls.",
    "model": "Storage is billed by the month.",
    "job": "Adopting a job takes its model in, too.",
}
_TITLES = {
    "throughput": "Provisioned throughputs",
    "deployment": "On-demand deployments",
    "model": "Custom models",
    "job": "Customization jobs",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One stranger: what it costs, what it belongs to, and why it can't be adopted ("" when it can)."""

    cost: Priced
    model: Model | None
    stranger: str  # the name of the model behind it when that is on this page too
    obstacle: str

    @property
    def found(self) -> Found:
        return self.cost.found

    @property
    def base_id(self) -> str:
        return self.cost.base_id


@dataclass(frozen=True, slots=True)
class Group:
    """Strangers of one kind; ``rest`` more are not shown."""

    noun: str
    title: str
    lead: str
    lines: list[Line]
    rest: int

    @property
    def count(self) -> int:
        return len(self.lines) + self.rest


@dataclass(frozen=True, slots=True)
class Board:
    """The whole page."""

    groups: list[Group]
    lost_models: list[Model]
    lost_serving: list[ServingResource]
    lost_count: int  # of all, also those that are not shown
    gone: list[Found]
    gone_count: int
    endless: list[Throughput]  # came home by themselves: nobody has said when they end

    @property
    def lost_rest(self) -> int:
        return self.lost_count - len(self.lost_models) - len(self.lost_serving)

    @property
    def gone_rest(self) -> int:
        return self.gone_count - len(self.gone)


def board(now: datetime) -> Board:
    """Everything on the platform that is nobody's here, and everything of ours that vanished from it."""
    there = Found.objects.filter(state__in=[Found.State.NEW, Found.State.FOREIGN])
    lost = Model.objects.filter(
        kind="custom", platform="bedrock", build="built", listed=False, archived_at=None
    )
    gone = Found.objects.filter(state=Found.State.GONE).order_by("-created_upstream_at", "-pk")
    removed = _removed_outside(now)
    return Board(
        groups=_groups(priced(there, now), now),
        lost_models=list(lost.order_by("-changed_at")[:MOST_SHOWN]),
        lost_serving=_newest(removed),
        lost_count=lost.count() + sum(rows.count() for rows in removed),
        gone=list(gone[:MOST_SHOWN]),
        gone_count=gone.count(),
        endless=_endless(),
    )


def _endless() -> list[Throughput]:
    live = Throughput.objects.filter(state__in=sorted(LIVE), ends_at=None, no_end_reason=END_NOT_KNOWN)
    return list(live.select_related("model").order_by("pk")[:MOST_SHOWN])


def _groups(rows: list[Priced], now: datetime) -> list[Group]:
    """By kind; what still waits for a decision goes before what is somebody else's, within both the dearest first."""
    rows.sort(key=lambda row: row.found.state == Found.State.FOREIGN)
    of_kind = {noun: [row for row in rows if row.found.noun == noun] for noun in _TITLES}
    shown = _lines([row for each in of_kind.values() for row in each[:MOST_SHOWN]], now)
    return [
        Group(
            noun,
            _TITLES[noun],
            _LEADS[noun],
            [line for line in shown if line.found.noun == noun],
            max(0, len(each) - MOST_SHOWN),
        )
        for noun, each in of_kind.items()
        if each
    ]


def _lines(rows: list[Priced], now: datetime) -> list[Line]:
    arns = {_behind(row.found) for row in rows} - {""}
    models = {model.arn: model for model in Model.objects.filter(arn__in=arns)}
    names = dict(Found.objects.filter(arn__in=arns).values_list("arn", "name"))
    lines = []
    for row in rows:
        arn = _behind(row.found)
        model = models.get(arn)
        obstacle = _obstacle(row.found, model, now)
        lines.append(Line(row, model, names.get(arn, ""), obstacle))
    return lines


def _behind(found: Found) -> str:
    """The ARN of the model that a throughput serves, or that a job or custom model is made from."""
    return found.model_arn if found.noun in _SERVING else found.base_arn


def _obstacle(found: Found, model: Model | None, now: datetime) -> str:
    """Why a click on Adopt would be refused, as far as that is known without asking the platform."""
    if found.noun not in _SERVING:
        return ""
    if ":foundation-model/" in found.model_arn:
        return "It serves a base model: modelhub rents for custom models only."
    if term := found.term.why_not_adopt(now):
        return term
    return "" if model else "Its model is not in the list: adopt that first."


def _removed_outside(now: datetime) -> list[QuerySet[Any]]:
    since = now - LOST_SHOWN_FOR
    return [
        table.objects.filter(ended_because=REMOVED_OUTSIDE, state="removed", changed_at__gte=since)
        for table in TABLES.values()
    ]


def _newest(removed: Iterable[QuerySet[Any]]) -> list[ServingResource]:
    lost: list[ServingResource] = []
    for rows in removed:
        lost += rows.select_related("model").order_by("-changed_at")[:MOST_SHOWN]
    return sorted(lost, key=lambda row: row.changed_at, reverse=True)


def in_words(burn: Burn) -> str:
    """ "2 unknown throughputs cost $121.00 an hour"; "" when there are none."""
    if not burn.running:
        return ""
    one = burn.running == 1
    what = "1 unknown throughput costs" if one else f"{burn.running} unknown throughputs cost"
    if not burn.is_known:
        return f"{what} money every hour; the price is unknown"
    if not burn.unpriced:
        return f"{what} {money(burn.hourly)} an hour"
    return f"{what} {money(burn.hourly)} an hour at least: the price of {burn.unpriced} is unknown"
