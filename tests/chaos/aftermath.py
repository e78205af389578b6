"""After the harm: is every wish kept, was each bought once, does the beat beat, and what are the figures?"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.chaos import feeding, probing
from tests.chaos.feeding import Feeder
from tests.chaos.harm import MOST, Harm

SETTLES = 150.0  # a look that was killed holds its rows for 90 seconds
SPARSE = 4.0  # one wish is asked for each 0.7 s; at least one in so many seconds must be kept
BOUGHT = ("job", "throughput", "deployment")
Births = Counter[tuple[str, str]]


def verdict(
    feeder: Feeder, harm: Harm, before: Births, disturbed: float, *, hurry: bool
) -> tuple[list[str], float]:
    """What is broken, in words, and how long it took to settle. ``before``: what was born before anybody wished.
    ``disturbed``: for how many seconds people wished. ``hurry``: what a killed look holds is made due."""
    from django.db import connection

    control, crew = harm.control, harm.crew
    began, left = time.monotonic(), ["?"]
    while left and time.monotonic() - began < SETTLES:
        if hurry and int(time.monotonic() - began) % 10 == 0:
            probing.make_due()
        time.sleep(1)
        left = [*feeding.lost(feeder.kept, control), *_beats()]
    settled = time.monotonic() - began
    left += [*_bought_otherwise(feeder, control, before), *harm.late, *crew.surprises]
    left += [f"an admin met {said}" for said in feeder.met]
    if len(feeder.kept) < disturbed / SPARSE:
        left.append(f"only {len(feeder.kept)} wishes were kept in {disturbed:.0f} s: that proves little")
    if left:
        left.append(f"the worker's last words:\n{crew.log('worker')[-6000:]}")
    connection.close()
    return left, settled


def _bought_otherwise(feeder: Feeder, control: Any, before: Births) -> Iterator[str]:
    """Each wish that was kept was born once on the platform, nothing twice, and nothing that nobody wished."""
    from customization.models import CustomizationJob, Deployment, Throughput

    born = births(control)
    for token, (kind, pk) in feeder.kept.items():
        if kind in BOUGHT and not born[kind, token]:
            yield f"{kind} {pk} was never bought"
    yield from (f"made {count} times: {birth}" for birth, count in born.items() if count > 1)
    # An admin may have been told of a lost database though the commit was carried out: the row counts, not the answer.
    tables = (CustomizationJob, Deployment, Throughput)
    known = {
        str(token) for table in tables for token in table.objects.values_list("request_token", flat=True)
    }
    yield from (f"bought for nobody: {birth}" for birth in born.keys() - before if birth[1] not in known)


def births(control: Any) -> Births:
    """How often each thing was made on the platform, by kind and by the request's token."""
    return Counter((birth["kind"], birth["token"]) for birth in control.created() if birth["token"])


def _beats() -> list[str]:
    """Is the beat heard again, after all that?"""
    from django.utils import timezone

    age = (timezone.now() - probing.heard("beat")).total_seconds()
    return [] if age < MOST else [f"the beat was last heard {age:.0f} s ago"]


def report(
    wish: argparse.Namespace, harm: Harm, feeder: Feeder, broken: list[str], disturbed: float, settled: float
) -> int:
    print(f"{'what happened':32}{'times':>6}{'median, s':>11}{'worst, s':>10}   until all worked again")
    every = [seconds for took in harm.took.values() for seconds in took]
    for kind, took in [*sorted(harm.took.items()), ("all", every)]:
        print(f"{kind:32}{len(took):6}{statistics.median(took):11.2f}{max(took):10.2f}")
    kinds = Counter(kind for kind, _ in feeder.kept.values())
    print(f"\n{len(feeder.kept)} wishes were kept ({dict(kinds)}); asked: {dict(feeder.asked)}; "
          f"a nudge kept somebody waiting for {feeder.slowest:.2f} s at most.")  # fmt: skip
    print(f"{harm.again} tasks whose process was killed before they were acknowledged were delivered again.")
    print(
        f"Pool {wish.pool}, seed {wish.seed}: {disturbed:.0f} s of harm, settled {settled:.0f} s later"
        f"{', claims made due' if wish.quick else ''}."
    )
    print(f"{len(broken)} violations")
    for said in broken[:20] + broken[20:][-1:]:
        print(f"  {said}")
    return 1 if broken else 0
