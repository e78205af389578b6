"""``python -m tests.chaos awake``: break the product on purpose, and see which promise is seen broken, and how soon."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from tests.chaos.bugs import BUGS, Bug
from tests.chaos.fleet import fleet
from tests.chaos.steps import Schedule


@dataclass
class Catch:
    bug: str
    broken: list[str] = field(default_factory=list)
    schedule: str = ""
    violation: str = ""
    played: int = 0
    seconds: float = 0.0


def main(arguments: Sequence[str] = ()) -> int:
    options = _options(arguments)
    bugs = [bug for bug in BUGS[-options.last :] if options.only.lower() in bug.name.lower()]
    jobs = [(bug.name, options.most, options.seconds) for bug in bugs]
    started, caught = time.monotonic(), {}
    with fleet(options.processes, player) as ships:
        for catch in ships.play(jobs):
            caught[catch.bug] = catch
            if options.verbose or not catch.broken:
                print(f"{catch.bug}: {catch.schedule}: {catch.violation}" if catch.broken else f"SLIPPED: {catch.bug}",
                      flush=True)  # fmt: skip
            else:
                print(".", end="", flush=True)
    print()
    _table([caught[bug.name] for bug in bugs])
    slipped = [bug.name for bug in bugs if not caught[bug.name].broken]
    print(
        f"\n{len(bugs) - len(slipped)} of {len(bugs)} seeded bugs caught in {time.monotonic() - started:.0f} seconds"
    )
    return 1 if slipped else 0


def player(control: Any, job: Any) -> Catch:
    from tests.chaos.patching import broken
    from tests.chaos.playing import play

    name, most, seconds = job
    bug = next(bug for bug in BUGS if bug.name == name)
    schedules = _schedules(control, bug)
    started, catch = time.monotonic(), Catch(name)
    for schedule in islice(schedules, most):
        if time.monotonic() - started > seconds:
            break
        catch.played += 1
        with broken(bug.patches):
            verdict = play(control, schedule)
        # A promise that the whole product does not keep either proves nothing.
        if verdict.broken and not play(control, schedule).broken:
            catch.broken, catch.schedule = list(verdict.broken), schedule.name
            catch.violation = next(iter(verdict.broken.values()))[0]
            break
    catch.seconds = time.monotonic() - started
    return catch


def _schedules(control: Any, bug: Bug) -> Iterator[Schedule]:
    """Those that come near to it first, spread over points and faults; then histories."""
    from tests.chaos import histories, pairs

    near = [pair for pair in pairs.pairs(_places(control)) if pair.name.split(" / ")[0] in bug.where]
    spread = sorted(
        enumerate(near), key=lambda each: (bug.hint not in each[1].name, each[0] * 37 % len(near))
    )
    return chain(bug.stories, (pair for _, pair in spread), (histories.history(n) for n in range(1, 10_000)))


_known: dict[str, Any] = {}


def _places(control: Any) -> dict[str, Any]:
    """Found once a process, in the product as it is."""
    from tests.chaos import pairs

    if not _known:
        _known.update(pairs.places(control))
    return _known


def _table(catches: list[Catch]) -> None:
    width = max(len(catch.bug) for catch in catches)
    print(f"{'seeded bug':<{width}}  schedules  seconds  seen by")
    for catch in catches:
        seen = ", ".join(catch.broken) or "nothing"
        print(f"{catch.bug:<{width}}  {catch.played:>9}  {catch.seconds:>7.1f}  {seen}")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos awake", description=__doc__)
    parser.add_argument("--only", default="", help="bugs whose name contains this")
    parser.add_argument("--last", type=int, default=0, help="only so many at the end of the list")
    parser.add_argument("--most", type=int, default=120, help="schedules to play against one bug")
    parser.add_argument("--seconds", type=float, default=60.0, help="… and for how long")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args(arguments)
