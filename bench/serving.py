"""One reconcile tick over 10,000 throughputs in service against the naive way; the Models page with the money clock.

The naive way (a Get and a ``save()`` for every row) is measured on a sample and scaled up: all of it takes minutes.
CPU is that of our own thread: the sandbox answers from another thread of the process and is not counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.list_page import OURS, STOCK, World
from bench.pairs import Comparison, Pair, Sample, alternate, cpu
from bench.size import Size
from bench.world import Database
from catalog.models import Model
from catalog.platforms import aws
from customization.capacity.states import Noun
from customization.gateways import serving as platform
from customization.models import Throughput
from customization.models.resource import new_token
from customization.serving.reconcile import reconcile_serving
from modelhub import endpoints
from sandbox import server
from sandbox.client import SandboxControl

SAMPLE = 200
RUNNING = 3


def compare(size: Size) -> Iterator[Comparison]:
    yield from _ticks(size)
    yield from _pages(size)


def _ticks(size: Size) -> Iterator[Comparison]:
    Database("sync")
    with server.start() as sandbox:
        settings.PLATFORM_ENDPOINTS = endpoints.resolve({}, sandbox.url)
        aws.forget_clients()
        sandbox.control.generate_throughputs(size.many, status="InService")
        _rent(sandbox.control.throughputs(), timezone.now())
        sample = min(SAMPLE, size.many)
        scale = size.many / sample
        what = f"tick over {size.many:,} throughputs, {connection.vendor}"
        sides = ("one look", f"Get and save each, {sample} measured × {scale:g}")
        _tick()
        _naively(sample)
        for unit, clock in (("ms CPU", time.thread_time), ("ms", time.perf_counter)):
            naive = cpu(lambda: _naively(sample), clock=clock)
            ours = _with_all_due(cpu(_tick, clock=clock))
            pairs = [(mine, theirs * scale) for mine, theirs in alternate(ours, naive, size.slow_pairs)]
            yield Comparison(what + (", by the clock" if unit == "ms" else ""), *sides, pairs, unit)
        yield from _counts(what, sides, sandbox.control, sample, scale)


def _counts(
    what: str, sides: tuple[str, str], control: SandboxControl, sample: int, scale: float
) -> Iterator[Comparison]:
    Throughput.objects.update(next_check_at=timezone.now())
    mine, theirs = _counted(control, _tick), _counted(control, lambda: _naively(sample))
    yield Comparison(f"{what}: calls", *sides, [(mine[0], theirs[0] * scale)], "calls")
    yield Comparison(f"{what}: statements", *sides, [(mine[1], theirs[1] * scale)], "statements")


def _counted(control: SandboxControl, work: Callable[[], object]) -> Pair:
    """How many calls and how many statements."""
    control.clear_ledger()
    with CaptureQueriesContext(connection) as asked:
        work()
    return len(control.ledger()), len(asked)


def _rent(seen: list[dict[str, Any]], now: datetime) -> None:
    """A row for each throughput of the sandbox, quietly in service."""
    _throughputs(
        [(one["provisionedModelName"], one["provisionedModelArn"], one["modelArn"]) for one in seen], now
    )


def _throughputs(wanted: list[tuple[str, str, str]], now: datetime) -> None:
    models = Model.objects.bulk_create(
        Model(
            platform="bedrock",
            external_id=f"custom/{name}",
            arn=model_arn,
            name=name,
            kind="custom",
            build="built",
            serving="ready",
            serving_arn=arn,
        )
        for name, arn, model_arn in wanted
    )
    Throughput.objects.bulk_create(
        Throughput(
            model=model,
            name=model.name,
            remote_name=model.name,
            arn=model.serving_arn,
            request_token=new_token(),
            state="in service",
            units=1,
            unit_hour=Decimal("60.50"),
            sent_at=now,
            seen_at=now,
            billed_from=now,
            ends_at=now + timedelta(hours=8),
            created_at=now,
            changed_at=now,
            next_check_at=now,
        )
        for model in models
    )


def _with_all_due(sample: Sample) -> Sample:
    def prepared() -> float:
        Throughput.objects.update(next_check_at=timezone.now())
        return sample()

    return prepared


def _tick() -> None:
    if reconcile_serving(timezone.now()) != Throughput.objects.count():
        raise RuntimeError("not every row was looked at")
    if Throughput.objects.exclude(state="in service", trouble="").exists():
        raise RuntimeError("a look went wrong")


def _naively(count: int) -> None:
    """What comes to mind first: ask for each, write each."""
    for row in Throughput.objects.select_related("model").order_by("pk")[:count]:
        seen = platform.get(Noun.THROUGHPUT, row.arn)
        if seen is None:
            raise RuntimeError("the sandbox has lost a throughput")
        row.remote_word, row.seen_at = seen.word, timezone.now()
        row.next_check_at = row.seen_at + timedelta(seconds=60)
        row.save()


def _pages(size: Size) -> Iterator[Comparison]:
    """The list page while some throughputs run, against the stock list, against nothing running, and against many."""
    world = World("large", size.many)
    now = timezone.now()
    _throughputs([(f"rented-{n}", f"arn:rented-{n}", "arn:base") for n in range(size.many)], now)
    page = cpu(lambda: world.page(OURS), size.calls)
    where = f"list, {size.many:,} rows, with the money clock"

    def running(count: int, sample: Sample) -> Sample:
        def prepared() -> float:
            _run(count, now)
            world.page(OURS)
            return sample()

        return prepared

    some = running(RUNNING, page)
    stock = cpu(lambda: world.page(STOCK), size.calls)
    world.page(STOCK)
    yield Comparison(
        f"{where}, {RUNNING} running", "list page", "stock admin", alternate(some, stock, size.pairs)
    )
    pairs = alternate(some, running(0, page), size.pairs)
    yield Comparison(f"{where}: what it adds", f"{RUNNING} running", "nothing running", pairs)
    pairs = alternate(some, running(size.many, page), size.pairs)
    yield Comparison(f"{where}: growth", f"{RUNNING} running", f"{size.many:,} running", pairs)
    counted = [_statements(world, OURS, count, now) for count in (RUNNING, size.many)]
    yield Comparison(
        f"{where}: statements", f"{RUNNING} running", f"{size.many:,} running", [tuple(counted)], "statements"
    )


def _run(count: int, now: datetime) -> None:
    """Have so many of them billed, the others ended."""
    Throughput.objects.update(billed_until=now, state="removed")
    keys = list(Throughput.objects.order_by("pk").values_list("pk", flat=True)[:count])
    for start in range(0, len(keys), 5000):
        Throughput.objects.filter(pk__in=keys[start : start + 5000]).update(
            billed_until=None, state="in service"
        )
    cache.clear()


def _statements(world: World, address: str, count: int, now: datetime) -> float:
    _run(count, now)
    world.page(address)
    with CaptureQueriesContext(connection) as asked:
        world.page(address)
    return float(len(asked))
