"""``python -m tests.chaos races``: eight admins at once on one model, again and again, on PostgreSQL."""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chaos import boot, doing, snapshots, stage
from tests.chaos.contests import CONTESTS, DONE, REFUSED, Contest, Round, violations
from tests.chaos.racers import Racers

# Looks after a race, in seconds from its beginning: long enough for everything that was asked for to be carried out.
LOOKS = (10, 20, 40, 60, 200)


@dataclass
class Tally:
    """Figures of all rounds."""

    rounds: Counter[str] = field(default_factory=Counter)
    won: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    refused_by_page: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, contest: Contest, name: str, round_: Round, label: str) -> None:
        self.rounds[contest.name] += 1
        for result in round_.results:
            self.pages += bool(result.status)
            if result.end == DONE and result.action != "look":
                self.won[contest.name] += 1
            if result.end == REFUSED:
                self.lost[contest.name] += 1
                self.refused_by_page += result.status == 409
                self.reasons[_plain(result.said, name)] += 1
        self.broken += [f"{label}: {said}" for said in violations(contest, round_)]


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos races", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--admins", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--pages-every", type=int, default=3, help="every so many rounds go through the pages"
    )
    wish = parser.parse_args(arguments)
    with boot.databases(1) as (database,), boot.sandbox() as sandbox:
        boot.django(database, sandbox)
        stage.build(_control(sandbox))
        tally, began = Tally(), time.monotonic()
        racers = _racers(wish.admins)
        try:
            for number in range(wish.rounds):
                _round(number, wish, sandbox, racers, tally)
        finally:
            racers.stop()
        took = time.monotonic() - began
        return _report(wish, tally, took, _deadlocks())


def _racers(count: int) -> Racers:
    from django.db import connection

    connection.close()  # nothing of ours is shared with a fork
    return Racers(count)


def _round(number: int, wish: argparse.Namespace, sandbox: str, racers: Racers, tally: Tally) -> None:
    contest = CONTESTS[number % len(CONTESTS)]
    pages = (number // len(CONTESTS)) % wish.pages_every == wish.pages_every - 1
    control, name, now = _control(sandbox), f"m{number}", datetime.now(UTC)
    _begin(control, contest.start, name, now)
    before = snapshots.take()
    actions = [contest.sides[turn % len(contest.sides)] for turn in range(wish.admins)]
    random.Random(f"{wish.seed}/{number}").shuffle(actions)
    results = racers.race(name, actions, now + timedelta(seconds=1), pages)
    after = snapshots.take()
    for seconds in LOOKS:
        _look(control, now + timedelta(seconds=seconds))
    there = control._call("GET", "evidence")
    round_ = Round(results, before, after, snapshots.take(), there)
    tally.add(contest, name, round_, f"round {number} ({contest.name}{', pages' if pages else ''})")


def _control(sandbox: str) -> Any:
    from sandbox.client import SandboxControl

    return SandboxControl(sandbox)


def _begin(control: Any, start: str, name: str, now: datetime) -> None:
    """A model that has come as far as ``start``, and nothing else."""
    from tests.chaos.steps import act

    snapshots.clear()
    switches = {"throughput_creating_seconds": 0, "deployment_creating_seconds": 0}
    control._call("POST", "begin", {"now": (now - timedelta(hours=1)).isoformat(), "switches": switches})
    stage.train(control, name, now - timedelta(hours=1))
    if start == "built":
        control.set_clock(now)
        return
    for minutes in (50, 40, 30):
        earlier = now - timedelta(minutes=minutes)
        if minutes == 50:
            doing.perform(act("provision", name), earlier)
        _look(control, earlier)
    if start == "enabled":
        doing.perform(act("enable", name), now)
    control.set_clock(now)


def _look(control: Any, now: datetime) -> None:
    control.set_clock(now)
    doing.look(now)


def _deadlocks() -> int:
    from django.db import connection

    time.sleep(1.2)  # the server's figures are a second late
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        found: int = cursor.fetchone()[0]
    connection.close()
    return found


def _plain(said: str, name: str) -> str:
    return said.replace(name, "the model")


def _report(wish: argparse.Namespace, tally: Tally, took: float, deadlocks: int) -> int:
    print(f"{'contest':28} {'rounds':>6} {'won':>6} {'lost':>6}")
    for contest in CONTESTS:
        name = contest.name
        print(f"{name:28} {tally.rounds[name]:6} {tally.won[name]:6} {tally.lost[name]:6}")
    total = sum(tally.won.values()), sum(tally.lost.values())
    print(f"{'all':28} {sum(tally.rounds.values()):6} {total[0]:6} {total[1]:6}")
    print("\nLosers by what they were told:")
    for said, count in tally.reasons.most_common():
        print(f"{count:6}  {said}")
    if deadlocks:
        tally.broken.append(f"PostgreSQL counted {deadlocks} deadlocks")
    print(f"\n{wish.admins} admins, seed {wish.seed}, {tally.pages} answers of pages ({tally.refused_by_page} × 409), "
          f"{deadlocks} deadlocks, {took:.1f} s, {len(tally.broken)} violations")  # fmt: skip
    for said in tally.broken[:40]:
        print(f"  {said}")
    return 1 if tally.broken else 0
