"""A sync of 10,000 models (first, no change, 1 % changed) against a raw upsert of the same columns."""

from __future__ import annotations

import gc
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

import psutil
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench import canned, floor
from bench.pairs import Comparison, Pair
from bench.size import Size
from bench.world import Database
from catalog.columns import columns_of
from catalog.models import Event, Model, SyncRun
from catalog.platforms import aws
from catalog.platforms.base import Listing
from catalog.sync import sync_platform
from modelhub import endpoints
from sandbox import server

STEPS = ("first", "no change", "1 % changed")
_WITH_DATABASE = "s CPU, with the database's"
Clock = Callable[[], float]


def compare(size: Size) -> Iterator[Comparison]:
    Database("sync")
    clock, unit = _clock()
    full = canned.listing("bedrock", size.many)
    answers = (full, full, canned.with_changes(full, 100))
    held: dict[str, list[Pair]] = defaultdict(list)
    seconds: dict[str, list[Pair]] = defaultdict(list)
    for number in range(size.slow_pairs):
        if number % 2:
            theirs = _floor(answers, clock)
            ours = _ours(answers, clock)
        else:
            ours = _ours(answers, clock)
            theirs = _floor(answers, clock)
        for step, mine, raw in zip(STEPS, ours, theirs, strict=True):
            held[step].append((mine[0], raw[0]))
            seconds[step].append((mine[1], raw[1]))
    where = f"sync of {size.many:,}, {connection.vendor}"
    for step in STEPS:
        yield Comparison(f"{where}, {step}", "sync", "raw upsert", held[step], unit)
        yield Comparison(f"{where}, {step}, by the clock", "sync", "raw upsert", seconds[step], "s")
    yield from _over_http(where, unit, clock, size, answers[:2])


def _ours(answers: tuple[Listing, ...], clock: Clock) -> list[Pair]:
    _empty()
    with canned.platforms(bedrock=0):
        return [_timed(lambda answer=answer: _sync(answer), clock) for answer in answers]


def _floor(answers: tuple[Listing, ...], clock: Clock) -> list[Pair]:
    _empty()
    now = timezone.now()
    batches = [
        floor.rows_of({info.external_id: columns_of(info, now) for info in answer.models}, now)
        for answer in answers
    ]
    return [_timed(lambda batch=batch: floor.upsert(batch), clock) for batch in batches]


def _sync(answer: Listing | None) -> None:
    if answer:
        canned.hold("bedrock", answer)
    run = sync_platform("bedrock")
    if run.state != SyncRun.State.SUCCEEDED:
        raise RuntimeError(run.error_message)


def _over_http(
    where: str, unit: str, clock: Clock, size: Size, answers: tuple[Listing, ...]
) -> Iterator[Comparison]:
    """The same with the answer fetched by boto3 from a sandbox (a thread here: its CPU time counts with ours)."""
    pairs: dict[str, list[Pair]] = defaultdict(list)
    with server.start() as sandbox:
        settings.PLATFORM_ENDPOINTS = endpoints.resolve({}, sandbox.url)
        aws.forget_clients()
        sandbox.control.generate_models("bedrock", size.many)
        for number in range(size.slow_pairs):
            if number % 2:
                canned_ones = _ours(answers, clock)
                fetched = _fetched(len(answers), clock)
            else:
                fetched = _fetched(len(answers), clock)
                canned_ones = _ours(answers, clock)
            for step, mine, other in zip(STEPS, fetched, canned_ones, strict=False):
                pairs[step].append((mine[0], other[0]))
    for step, found in pairs.items():
        yield Comparison(f"{where}, {step}, over HTTP", "sync over HTTP", "sync", found, unit)


def _fetched(times: int, clock: Clock) -> list[Pair]:
    _empty()
    return [_timed(lambda: _sync(None), clock) for _ in range(times)]


def _timed(call: Callable[[], None], clock: Clock) -> Pair:
    """CPU seconds and seconds of one call."""
    gc.collect()
    cpu, wall = clock(), time.perf_counter()
    call()
    return clock() - cpu, time.perf_counter() - wall


def _empty() -> None:
    for table in (Event, Model, SyncRun):
        table.objects.all()._raw_delete("default")
    if connection.vendor == "postgresql":
        connection.cursor().execute("VACUUM ANALYZE")


def _clock() -> tuple[Clock, str]:
    """This process's CPU time; with a PostgreSQL on this machine, that of its process for us as well."""
    connection.ensure_connection()
    if connection.vendor != "postgresql":
        return time.process_time, "s CPU"
    try:
        backend = psutil.Process(connection.connection.info.backend_pid)
        if "postgres" not in backend.name():
            return time.process_time, "s CPU, without the database's"
    except psutil.Error:
        return time.process_time, "s CPU, without the database's"
    return lambda: time.process_time() + sum(backend.cpu_times()[:2]), _WITH_DATABASE
