"""What the Throughput tab shows of one model: what serves it now, what could, and what did. Reads; changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2s

from django.conf import settings

from catalog.facts import BuildState
from catalog.models import Model
from customization.capacity.offer import BreakEven, OnDemand, Terms, break_even, callable_id, on_demand
from customization.capacity.states import LIVE, Noun, ServeState
from customization.models import TABLES, Deployment, Found, ServingResource, Throughput
from customization.prices import rates_for
from customization.serving.card import Card, card_among, live_rows
from customization.serving.renting import why_not_serve

MOST_PAST = 50
REFUSAL_SHOWN = timedelta(days=1)


@dataclass(frozen=True)
class Offer:
    """What could be had, and why not. ``price_source`` is "" when the price is unknown."""

    terms: Terms
    price_source: str
    on_demand: OnDemand
    why_no_throughput: str
    why_no_deployment: str
    break_even: BreakEven | None


class Board:
    """The tab of one model. Its parts are read when they are asked for: a poll that finds nothing new reads little."""

    def __init__(self, model: Model, now: datetime) -> None:
        self.model, self.now = model, now
        live = live_rows(model)
        self.cards = [card_among(row, live, now) for row in live]
        self.is_moving = any(card.is_moving for card in self.cards) or not model.explained.settled

    @property
    def version(self) -> str:
        """Changes whenever something the page shows changes; money ticks in the page itself, but from an anchor."""
        shown: list[object] = [self.model.rev, [(found.pk, found.state) for found in self.strangers]]
        for card in self.cards:
            row = card.row
            shown += [
                row.noun,
                row.pk,
                row.state,
                row.trouble,
                row.alarm,
                row.failure,
                row.remote_word,
                card.left_in_words,
            ]
            if isinstance(row, Throughput):
                shown += [
                    row.unit_hour,
                    row.units,
                    row.billed_from,
                    row.ends_at,
                    row.last_invoked_at,
                    row.usage_read_at,
                    card.usage,
                ]
        return blake2s(repr(shown).encode(), digest_size=8).hexdigest()

    @property
    def refused(self) -> list[Card]:
        """By kind the newest wish, if the platform refused it; no old news while something else serves the model."""
        live = {card.noun for card in self.cards}
        newest = [
            table.objects.filter(model=self.model).first()
            for noun, table in TABLES.items()
            if noun not in live
        ]
        since = self.now - REFUSAL_SHOWN if self.cards else None
        return [
            Card(row, self.now)
            for row in newest
            if row and row.state == ServeState.REFUSED and (since is None or row.changed_at > since)
        ]

    @cached_property
    def strangers(self) -> list[Found]:
        """What serves this model on the platform, made outside modelhub."""
        return list(Found.serving(self.model.arn))

    @property
    def past(self) -> Sequence[Card]:
        """What has ended, the newest first."""
        rows: list[ServingResource] = []
        for table in (Throughput, Deployment):
            ended = table.objects.filter(model=self.model).exclude(state__in=sorted(LIVE))
            rows += ended[:MOST_PAST]
        rows.sort(key=lambda row: row.created_at, reverse=True)
        return [Card(row, self.now) for row in rows[:MOST_PAST]]

    @property
    def offered(self) -> list[str]:
        """The kinds that can be asked for here, or will be, once the platform has removed the old one."""
        kept = {card.noun for card in self.cards if card.row.state != ServeState.REMOVING}
        return [noun.value for noun in Noun if noun not in kept]

    def offer(self, units: int = 1, hours: int | None = None) -> Offer:
        return offer_of(self.model, units, hours)

    @property
    def is_built(self) -> bool:
        return self.model.build == BuildState.BUILT


def offer_of(model: Model, units: int, hours: int | None) -> Offer:
    """What serving this model would cost, and why it can't be served now."""
    terms, source = terms_of(model, units, hours)
    wanted = {model.base_external_id, callable_id(model.base_external_id)}
    bases = Model.objects.filter(platform=model.platform, kind="base", external_id__in=wanted)
    prices = next(
        (
            (base.shown_input_price, base.shown_output_price)
            for base in bases
            if base.shown_input_price is not None
        ),
        (None, None),
    )
    return Offer(
        terms=terms,
        price_source=source,
        on_demand=on_demand(model.base_external_id, settings.AWS_REGION),
        why_no_throughput=why_not_serve(model, Noun.THROUGHPUT),
        why_no_deployment=why_not_serve(model, Noun.DEPLOYMENT),
        break_even=break_even(terms.rate, *prices),
    )


def terms_of(model: Model, units: int, hours: int | None) -> tuple[Terms, str]:
    """The terms at today's price, and where the price is from."""
    rates = rates_for(model.base_external_id)
    return Terms(units, rates.unit_hour, hours), rates.unit_hour_source
