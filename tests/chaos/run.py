"""``python -m tests.chaos run``: every (operation × kill point × fault) pair, and seeded random histories.

A seed is the number of a history, or the name of a pair as it is printed; ``--seed`` plays that one and tells of it.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from typing import Any

from tests.chaos.fleet import Fleet, fleet
from tests.chaos.report import Progress, failure
from tests.chaos.steps import Schedule

SHOWN = 8


def main(arguments: Sequence[str] = ()) -> int:
    options = _options(arguments)
    with fleet(1 if options.seed else options.processes, player) as ships:
        schedules = _schedules(ships, options)
        if not schedules:
            print(f"There is no pair and no history called {options.seed!r}.")
            return 2
        progress = Progress(len(schedules))
        print(f"{len(schedules)} schedules in {options.processes} processes", flush=True)
        for verdict in ships.play(_in_time(schedules, options.time_limit)):
            progress.take(verdict)
        told = {schedule.name: schedule for schedule in schedules}
        for verdict in progress.failed[:SHOWN]:
            schedule = told[verdict.name]
            short = next(ships.play([("shrink", schedule, sorted(verdict.broken))]))
            print(failure(verdict, schedule, short))
    print()
    progress.end()
    left = len(schedules) - progress.figures["schedules"]
    if left:
        print(f"\nThe time limit left {left} schedules unplayed.")
    whole = options.pairs and options.every == 1 and not options.seed and not left
    empty = progress.empty() if whole else []
    for said in empty:
        print(f"\nToo little came about. {said}.")
    return 1 if progress.failed or left or empty else 0


def player(control: Any, job: Any) -> Any:
    """What a process of the fleet does with a job."""
    from tests.chaos import pairs
    from tests.chaos.playing import play
    from tests.chaos.shrinking import shrink

    if job == "places":
        return pairs.places(control)
    if isinstance(job, tuple) and job[0] == "shrink":
        _, schedule, names = job
        return shrink(schedule, lambda shorter: bool(set(play(control, shorter).broken) & set(names)))
    return play(control, job)


def _schedules(ships: Fleet, options: argparse.Namespace) -> list[Schedule]:
    from tests.chaos import histories, pairs

    seed = options.seed
    if seed and seed.isdigit():
        return [histories.history(int(seed))]
    chosen = []
    if options.pairs or seed:
        chosen = list(pairs.pairs(next(ships.play(["places"]))))
    if seed:
        return [pair for pair in chosen if pair.name == seed]
    # Histories first: they are longer. Pairs in a mixed order: a time limit leaves out some of each operation.
    random.Random("order").shuffle(chosen)
    return [*(histories.history(number) for number in range(1, options.n + 1)), *chosen[:: options.every]]


def _in_time(schedules: list[Schedule], seconds: float) -> Iterator[Schedule]:
    deadline = time.monotonic() + seconds
    for schedule in schedules:
        if time.monotonic() > deadline:
            return
        yield schedule


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos run", description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="how many random histories (seeds 1 to N)")
    parser.add_argument("--seed", default="", help="play only this one: a history's number or a pair's name")
    parser.add_argument("--pairs", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth pair, for a quick look")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--time-limit", type=float, default=3600.0, help="seconds after which no schedule is begun"
    )
    return parser.parse_args(arguments)
