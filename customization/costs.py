"""The three costs of one custom model, and of every base model that can be fine-tuned: for pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from catalog.facts import Capability, Kind, Platform
from catalog.models import Model
from catalog.querysets import has_capability
from customization.models import CustomizationJob, Price
from customization.prices import Quotes, quotes_among
from customization.pricing import Part, Quote, money, rate_in_words


@dataclass(frozen=True, slots=True)
class Cost:
    """One figure as a page shows it."""

    title: str
    amount: str
    per: str
    source: str = ""
    by_admin: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class PriceLine:
    """What one base model's customs cost in one region; ``base`` is its id, or how the ids of several start."""

    name: str
    base: str
    region: str
    quotes: Quotes
    model_id: int | None = None
    own_price_id: int | None = None

    @property
    def figures(self) -> list[Cost]:
        return [_cost(part, self.quotes.get(part)) for part in Part]

    @property
    def sources(self) -> list[tuple[str, str]]:
        """(for which of the three, who says so); one line when one source says it all."""
        parts: dict[str, list[str]] = {}
        for part, quote in self.quotes.items():
            parts.setdefault(quote.source, []).append(part.label)
        return [("" if len(parts) == 1 else ", ".join(labels), source) for source, labels in parts.items()]


_TITLES = {
    Part.TRAINING: ("Training", "per 1,000 tokens"),
    Part.STORAGE: ("Storage", "per month"),
    Part.UNIT_HOUR: ("Inference", "per unit-hour"),
}


def costs_of(model: Model) -> list[Cost]:
    """The three costs of one custom model: training with what it came to, storing it, and renting a unit for it."""
    quotes = quotes_among(Price.objects.filter(region=settings.AWS_REGION), model.base_external_id)
    training = getattr(model, "job", None)  # pages have read it already
    return [
        _cost(part, quotes.get(part), _came_to(training) if part == Part.TRAINING else "") for part in Part
    ]


def price_lines(text: str = "") -> list[PriceLine]:
    """Every base model that can be fine-tuned, and every price that is about none of them; two queries."""
    bases = Model.objects.filter(
        has_capability(Capability.FINE_TUNABLE), platform=Platform.BEDROCK, kind=Kind.BASE, listed=True
    ).order_by("name", "external_id")
    prices = list(Price.objects.order_by("base_prefix", "region", "pk"))
    here = [price for price in prices if price.region == settings.AWS_REGION]
    models = list(bases.only("name", "external_id"))
    lines = [_line(model.name, model.external_id, here, model.pk) for model in models]
    used = {
        price.pk for price in here if any(model.external_id.startswith(price.base_prefix) for model in models)
    }
    lines += _lines_without_model([price for price in prices if price.pk not in used], prices)
    words = text.casefold().split()
    return [line for line in lines if all(word in _searched(line) for word in words)]


def _lines_without_model(left: Iterable[Price], prices: list[Price]) -> list[PriceLine]:
    places = dict.fromkeys((price.region, price.base_prefix) for price in left)
    ours_first = sorted(places, key=lambda place: (place[0] != settings.AWS_REGION, place))
    return [
        _line("", prefix, [price for price in prices if price.region == region], None, region)
        for region, prefix in ours_first
    ]


def _line(name: str, base: str, rows: list[Price], model_id: int | None, region: str = "") -> PriceLine:
    own = [row for row in rows if row.origin == Price.Source.ADMIN and base.startswith(row.base_prefix)]
    nearest = max(own, key=lambda row: len(row.base_prefix), default=None)
    return PriceLine(
        name,
        base,
        region or settings.AWS_REGION,
        quotes_among(rows, base),
        model_id,
        nearest.pk if nearest else None,
    )


def _searched(line: PriceLine) -> str:
    return f"{line.name} {line.base} {line.region}".casefold()


def _cost(part: Part, quote: Quote | None, note: str = "") -> Cost:
    title, per = _TITLES[part]
    if quote is None:
        return Cost(title, rate_in_words(None), per, note=note)
    return Cost(title, rate_in_words(quote.usd), per, quote.source, quote.by_admin, note)


def _came_to(job: CustomizationJob | None) -> str:
    if job is None:
        return ""
    if job.actual_cost is not None:
        return f"came to {money(job.actual_cost)}"
    return f"estimated {money(job.estimated_cost)}"
