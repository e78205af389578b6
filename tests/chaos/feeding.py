"""Admins at work while services die: jobs, throughputs and removals through the use cases, with a nudge each."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.chaos.stage import BASE

WISHES = ("create", "provision", "remove", "deploy", "enable")


class Feeder:
    """A thread. ``kept``: tokens of wishes that were committed as far as the admin was told. ``met``: errors that
    nobody expects. ``slowest``: the longest that a nudge kept somebody waiting."""

    def __init__(self, control: Any, seed: int, pause: float) -> None:
        self._control, self._chance, self._pause = control, random.Random(seed), pause
        self.kept: dict[str, tuple[str, int]] = {}
        self.asked: Counter[str] = Counter()
        self.met: list[str] = []
        self.slowest = 0.0
        self._number, self._over = 0, threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(60)

    def _live(self) -> None:
        from django.db import Error, close_old_connections, connection

        while not self._over.wait(self._pause * self._chance.uniform(0.5, 1.5)):
            wish = self._chance.choice(WISHES)
            try:
                close_old_connections()  # as at the beginning of every request
                if getattr(self, f"_{wish}")():
                    self.asked[wish] += 1
                    self._nudge()
            except Error:
                self.asked[f"{wish}: database away"] += 1  # an error page; nothing was promised
            except Exception as error:  # whatever it is, the wishes go on
                if type(error).__name__ != "Refused":
                    self.met.append(f"{wish}: {type(error).__name__}: {error}"[:120])
        connection.close()

    def _nudge(self) -> None:
        from customization.tasks import nudge

        began = time.monotonic()
        nudge()
        self.slowest = max(self.slowest, time.monotonic() - began)

    def _create(self) -> bool:
        from django.utils import timezone

        from catalog.models import Model
        from customization import jobs
        from customization.models import CustomizationJob, Dataset

        self._number += 1
        if CustomizationJob.objects.filter(state__in=["requested", "running"]).count() > 5:
            return False
        base = Model.objects.get(external_id=BASE)
        job = jobs.create(
            name=f"j{self._number}", base=base, training=Dataset.objects.get(), actor=None, now=timezone.now()
        )
        self.kept[job.request_token] = ("job", job.pk)
        return True

    def _provision(self) -> bool:
        from django.utils import timezone

        from customization.serving import renting

        model = self._any("throughputs")
        if model:
            row = renting.provision(model, units=1, hours=8, actor=None, now=timezone.now())
            self.kept[row.request_token] = ("throughput", row.pk)
        return model is not None

    def _deploy(self) -> bool:
        from django.utils import timezone

        from customization.serving import renting

        model = self._any("deployments")
        if model:
            row = renting.deploy(model, actor=None, now=timezone.now())
            self.kept[row.request_token] = ("deployment", row.pk)
        return model is not None

    def _remove(self) -> bool:
        from django.utils import timezone

        from customization.models import Throughput
        from customization.serving import renting

        row = Throughput.objects.filter(state="in service").order_by("?").select_related("model").first()
        if row:
            renting.remove(row, actor=None, now=timezone.now())
            self.kept[f"removal of {row.request_token}"] = ("removal", row.pk)
        return row is not None

    def _enable(self) -> bool:
        from catalog.enablement import enable
        from catalog.models import Model

        model = Model.objects.filter(kind="custom", status="yellow").order_by("?").first()
        if model:
            self.kept[f"event {enable(model).pk}"] = ("event", model.pk)
        return model is not None

    def _any(self, noun: str) -> Any:
        """A built model that has none of these alive."""
        from catalog.models import Model

        live = {f"{noun[:-1]}s__state__in": ["requested", "creating", "in service", "removing"]}
        built = Model.objects.filter(kind="custom", build="built").exclude(**live)
        return built.order_by("?").first()


def lost(kept: dict[str, tuple[str, int]], control: Any) -> Iterator[str]:
    """Every promise that was not kept, and everything that is billed and not ours, in words."""
    from catalog.models import Event
    from customization.models import CustomizationJob, Deployment, Throughput

    tables = {
        "job": CustomizationJob,
        "throughput": Throughput,
        "deployment": Deployment,
        "removal": Throughput,
    }
    ends = {"job": ("completed",), "throughput": ("in service", "removed"), "deployment": ("in service",),
            "removal": ("removed",)}  # fmt: skip
    for token, (kind, pk) in kept.items():
        if kind == "event":
            if not Event.objects.filter(pk=int(token.split()[1]), model=pk).exists():
                yield f"lost: {token}"
            continue
        row = tables[kind].objects.filter(pk=pk).first()
        if row is None or row.state not in ends[kind]:
            yield f"lost: {kind} {pk} is {row.state if row else 'gone'}: {row and (row.trouble or row.failure)}"
    yield from _strange(control)


def _strange(control: Any) -> Iterator[str]:
    from customization.models import Throughput

    live = set(Throughput.objects.exclude(state__in=["removed", "refused"]).values_list("arn", flat=True))
    for line in control.billing():
        if line["ended_at"] is None and line["arn"] not in live:
            yield f"billed and not ours: {line['name']}"
