"""Ninety days in minutes: people's deeds at their second, ticks at the beat's pace whenever something is due."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.chaos import doing, stage
from tests.chaos.plans import BASES, Deed, Plan
from tests.chaos.verdicts.timing import TROUBLED

BEAT = timedelta(seconds=5)
DISCOVERY = timedelta(hours=6)  # every five minutes in production
WARNINGS = (timedelta(hours=1), timedelta(minutes=10), timedelta())


class Quarter:
    """``control``: the sandbox's strings. ``poll``: how often what is in service is looked at, in seconds.
    ``figures``: what was done. ``late``: what was not to be looked at in time."""

    def __init__(self, control: Any, plans: list[Plan], days: int, poll: int) -> None:
        self.control, self.now = control, stage.START
        self.late: list[str] = []
        self.ends: dict[str, datetime] = {}  # when each shall end, by what people did
        self._longest = timedelta(seconds=max(poll, TROUBLED)) + BEAT
        self.end = stage.START + timedelta(days=days)
        self.figures: Counter[str] = Counter()
        deeds = ((stage.START + deed.after, number, deed, plan)
                 for number, (plan, deed) in enumerate((p, d) for p in plans for d in p.deeds))  # fmt: skip
        self._deeds: list[tuple[datetime, int, Deed, Plan]] = list(deeds)
        heapq.heapify(self._deeds)
        self._discovery = stage.START + DISCOVERY

    def run(self) -> Iterator[datetime]:
        """To the end, and on until nothing is under way; yields the time now and then."""
        while (due := self._next_due()) and due < self.end + timedelta(days=2):
            self._pass_to(due)
            while self._deeds and self._deeds[0][0] <= self.now:
                _, _, deed, plan = heapq.heappop(self._deeds)
                self._do(deed, plan)
            self._pass_to(self._on_beat(self.now))
            doing.look(self.now)
            self.figures["ticks"] += 1
            self._note_late()
            if self.now >= self._discovery:
                doing.discover(self.now)
                self._discovery = self.now + DISCOVERY
            yield self.now
        self._pass_to(max(self.now, self.end))

    def _note_late(self) -> None:
        """The ticks come when the product asks for them: so that it asks soon enough is judged here."""
        from customization.models import Throughput

        rows = Throughput.objects.exclude(state__in=["removed", "refused"])
        for name, due in rows.values_list("model__name", "next_check_at"):
            if due is None or due > self.now + self._longest:
                self.late.append(f"{name} is to be looked at {due or 'never'} again, at {self.now}")

    def _pass_to(self, moment: datetime) -> None:
        self.now = max(self.now, moment)
        self.control.set_clock(self.now)

    def _on_beat(self, moment: datetime) -> datetime:
        beats = -(-(moment - stage.START) // BEAT)
        return stage.START + beats * BEAT

    def _next_due(self) -> datetime | None:
        """When the next tick has anything to do. Between these moments ticks would find nothing, and are left out."""
        from customization.models import Throughput

        rows = Throughput.objects.exclude(state__in=["removed", "refused"]).values_list(
            "next_check_at", "ends_at", "state"
        )
        due = [at for at, _, _ in rows if at]
        ends = [end for _, end, state in rows if end and state != "removing"]
        due += [end - early for end in ends for early in WARNINGS if end - early > self.now]
        due += [at for at, *_ in self._deeds[:1]]
        if due and self._discovery < self.end:
            due.append(self._discovery)
        return min(due, default=None)

    def _do(self, deed: Deed, plan: Plan) -> None:
        from customization.refusal import Refused

        self.figures[deed.what] += 1
        try:
            getattr(self, f"_{deed.what.replace(' ', '_')}")(deed, plan)
        except Refused as refusal:
            print(f"  {plan.name}: {deed.what}: {refusal}", flush=True)
            self.figures[f"{deed.what}: refused"] += 1

    def _provision(self, deed: Deed, plan: Plan) -> None:
        from catalog.models import Model
        from customization.serving import renting

        reason = "nobody knows yet how long" if deed.hours is None else ""
        model = Model.objects.get(kind="custom", name=plan.name)
        renting.provision(
            model, units=plan.units, hours=deed.hours, no_end_reason=reason, actor=None, now=self.now
        )
        if deed.hours is not None:
            self.ends[plan.name] = self.now + timedelta(hours=deed.hours)

    def _extend(self, deed: Deed, plan: Plan) -> None:
        from customization.serving import renting

        renting.extend(self._row(plan), hours=deed.hours or 1, actor=None, now=self.now)
        self.ends[plan.name] += timedelta(hours=deed.hours or 1)

    def _remove(self, deed: Deed, plan: Plan) -> None:
        from customization.serving import renting

        renting.remove(self._row(plan), actor=None, now=self.now)
        self.ends[plan.name] = self.now

    def _remove_in_the_console(self, deed: Deed, plan: Plan) -> None:
        self.control.remove_throughput(self._row(plan).remote_name)
        self.ends[plan.name] = self.now

    def _script_a_failure(self, deed: Deed, plan: Plan) -> None:
        self.control.script_serving("fail", noun="throughput", times=1)

    def _row(self, plan: Plan) -> Any:
        from customization.models import Throughput

        return Throughput.objects.select_related("model").get(model__name=plan.name)


def furnish(control: Any, plans: list[Plan]) -> None:
    """Bases with prices, and one trained model for each plan."""
    from decimal import Decimal

    from django.db import transaction

    from catalog.customs import add_custom_model, change_custom_model
    from catalog.models import Model
    from customization.models.price import Price

    bases = {}
    for external_id, usd in BASES.items():
        bases[external_id] = Model.objects.create(
            platform="bedrock", external_id=external_id, name=external_id
        )
        Price.objects.update_or_create(
            base_prefix=external_id, region="us-east-1", origin="admin",
            defaults={"unit_hour": Decimal(usd), "source": "chaos", "as_of": stage.START.date()},
        )  # fmt: skip
    for plan in plans:
        there = control.make_custom_model(plan.name, baseModelId=stage.BASE)
        with transaction.atomic():
            model = add_custom_model(plan.name, bases[plan.base], description="", actor=None, now=stage.START)
            change_custom_model(model, "adopted", now=stage.START, build="built", serving="nothing",
                                external_id=there["modelArn"], arn=there["modelArn"])  # fmt: skip
