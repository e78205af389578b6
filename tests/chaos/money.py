"""``python -m tests.chaos money``: 90 simulated days, every tenth call fails; our ledger against theirs."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.chaos import boot, clients, hearing, stage
from tests.chaos.plans import BASES, Plan, plans
from tests.chaos.quarter import BEAT, Quarter, furnish
from tests.chaos.weather import Weather

CENT = Decimal("0.01")  # our dollars are rounded to it
LATEST = timedelta(minutes=10)  # after a lease's end or a removal, with every tenth call failing


@dataclass(frozen=True)
class Line:
    """One throughput in both books."""

    plan: Plan
    ours: Decimal
    theirs: Decimal
    dollars: Decimal | None
    their_dollars: Decimal
    units: tuple[int, int] = (0, 0)  # ours, and theirs
    late: timedelta = timedelta()  # how long after the end that people wanted it was gone

    @property
    def minutes(self) -> float:
        """How long our meter ran too long (or, below 0, too short)."""
        return float(self.ours - self.theirs) * 60 / self.plan.units

    def wrong(self, tolerance: float) -> list[str]:
        """What is wrong with it when ``tolerance`` minutes are allowed: in hours, and in dollars for themselves."""
        who, found = f"{self.plan.name} ({self.plan.kind})", []
        if set(self.units) != {self.plan.units}:
            found.append(f"{who} has {self.units} units, {self.plan.units} were asked for")
        if not -BEAT <= self.late <= LATEST:
            found.append(f"{who} ended {self.late} after the end that was asked for")
        if abs(self.minutes) > tolerance:
            found.append(f"{who} is {self.minutes:.1f} minutes off")
        if self.dollars is None:
            return [*found, f"{who} has no price"]
        price = Decimal(BASES[self.plan.base])
        allowed = self.plan.units * price * Decimal(str(tolerance)) / 60 + CENT
        off = self.dollars - self.their_dollars
        if abs(off) > allowed:
            found.append(f"{who} is {off:+,.2f} $ off, {allowed:,.2f} are allowed")
        return found


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos money", description=__doc__)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--throughputs", type=int, default=30)
    parser.add_argument(
        "--faults", type=float, default=0.1, help="the share of the platform's calls that fail"
    )
    parser.add_argument(
        "--poll", type=int, default=600, help="seconds between looks at what is in service (60 in production)"
    )
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args(arguments)
    from sandbox.server import start

    with boot.databases(1) as (database,), start() as sandbox:
        boot.django(database, sandbox.url, patience=clients.SOON)
        return _run(wish, sandbox)


def _run(wish: argparse.Namespace, sandbox: Any) -> int:
    from django.db import connection

    from customization.capacity import states

    # To pass 90 days in minutes; that rows are due within so long is then judged by our own clock (``Quarter.late``).
    states.POLL = timedelta(seconds=wish.poll)
    defects, wanted = hearing.listen(), plans(wish.throughputs, wish.days, wish.seed)
    sandbox.control.freeze()
    sandbox.control.set_clock(stage.START)
    quarter = Quarter(sandbox.control, wanted, wish.days, wish.poll)
    furnish(sandbox.control, wanted)
    weather, began = Weather(sandbox.world, wish.faults, wish.seed), time.monotonic()
    last = began
    for now in quarter.run():
        if time.monotonic() - last > 10:
            last = time.monotonic()
            print(f"  day {(now - quarter.end).days + wish.days:3}, {weather.calls} calls", flush=True)
    weather.share = 0.0
    took = time.monotonic() - began
    lines, broken = _compare(sandbox.control, wanted, quarter)
    broken += [f"logged as an error: {said}" for said in defects]
    broken += list(dict.fromkeys(quarter.late))
    connection.close()
    return _report(wish, quarter, weather, lines, broken, took)


def _compare(control: Any, wanted: list[Plan], quarter: Quarter) -> tuple[list[Line], list[str]]:
    from customization.models import Throughput

    now = quarter.now
    rows = {row.arn: row for row in Throughput.objects.select_related("model") if row.arn}
    by_name = {plan.name: plan for plan in wanted}
    lines, broken = [], []
    for line in control.billing():
        row = rows.pop(line["arn"], None)
        if row is None:
            broken.append(
                f"{line['name']} is on the bill for {line['unit_hours']:.1f} unit-hours and not in our books"
            )
            continue
        plan, theirs = by_name[row.model.name], Decimal(str(line["unit_hours"]))
        if line["ended_at"] is None:
            broken.append(f"{plan.name} is billed after the end")
            continue
        late = datetime.fromisoformat(line["ended_at"]) - quarter.ends[plan.name]
        lines.append(Line(plan, row.hours(now) * row.units, theirs, row.cost(now),
                          theirs * Decimal(BASES[plan.base]), (row.units, line["units"]), late))  # fmt: skip
    missing = by_name.keys() - {line.plan.name for line in lines}
    broken += [f"{name} is not on both sides" for name in sorted(missing)]
    broken += [f"{row} is in our books and not on the bill" for row in rows.values()]
    for row in Throughput.objects.filter(state="refused").select_related("model"):
        print(f"  {row.model.name} was never bought: {row.failure}")
    live = Throughput.objects.exclude(state__in=["removed", "refused"])
    return lines, broken + [f"{row} is {row.state} after the end" for row in live]


def _report(
    wish: argparse.Namespace,
    quarter: Quarter,
    weather: Weather,
    lines: list[Line],
    broken: list[str],
    took: float,
) -> int:
    tolerance = (wish.poll + BEAT.total_seconds()) / 60
    lines.sort(key=lambda line: -abs(line.minutes))
    print(
        f"{'':6}{'how it ended':24}{'units':>6}{'ours, h':>12}{'bill, h':>12}{'min.':>8}{'ours, $':>14}{'bill, $':>14}"
    )
    for line in lines:
        print(f"{line.plan.name:6}{line.plan.kind:24}{line.plan.units:6}{line.ours:12.4f}{line.theirs:12.4f}"
              f"{line.minutes:8.2f}{line.dollars or 0:14,.2f}{line.their_dollars:14,.2f}")  # fmt: skip
        broken += line.wrong(tolerance)
    ours, theirs = sum(line.ours for line in lines), sum(line.theirs for line in lines)
    paid, billed = sum(line.dollars or 0 for line in lines), sum(line.their_dollars for line in lines)
    units = sum(line.plan.units for line in lines)
    print(f"{'all':30}{units:6}{ours:12.4f}{theirs:12.4f}{'':8}{paid:14,.2f}{billed:14,.2f}")
    print(f"\n{len(lines)} throughputs on the bill, {ours - theirs:+.4f} unit-hours and {paid - billed:+,.2f} $ "
          f"({(paid - billed) / billed:+.3%}); the worst is {lines[0].minutes:+.2f} minutes off, "
          f"{tolerance:.2f} are allowed.")  # fmt: skip
    print(f"{wish.days} days, seed {wish.seed}: {dict(quarter.figures)}; {weather.calls} calls, "
          f"{weather.faults.total()} failed ({weather.faults.total() / weather.calls:.1%}); {took:.0f} s.")  # fmt: skip
    print(f"  {dict(weather.faults.most_common())}")
    print(f"{len(broken)} violations")
    for said in broken[:40]:
        print(f"  {said}")
    return 1 if broken else 0
