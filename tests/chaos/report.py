"""What a run shows: how far it is, what broke, and the figures at its end."""

from __future__ import annotations

import sys
import time
from collections import Counter

from tests.chaos.invariants import INVARIANTS
from tests.chaos.meeting import FAULT, HARM, MET, STRUCK
from tests.chaos.playing import Verdict
from tests.chaos.steps import Schedule

EVERY = 10.0
NAMED, FEW = 20, 5
_PARTS = {STRUCK: HARM, MET: FAULT}
# Below these a whole run proves too little: somebody has changed what the schedules wait for.
FLOORS = {STRUCK: 0.94, MET: 0.98}
_FIGURES = (
    ("schedules", "schedules played"),
    ("actions", "actions of admins"),
    ("refused", "… refused with a reason"),
    ("looks", "looks of workers"),
    ("kills", "workers killed (SIGKILL)"),
    ("connections cut", "database connections cut"),
    ("pauses", "workers overtaken while they paused"),
    ("faults met", "faults met on the wire"),
    ("calls", "calls to the platform"),
    ("births", "things made on the platform"),
)


class Progress:
    """One line that changes on a terminal; elsewhere a line every ten seconds."""

    def __init__(self, total: int) -> None:
        self.total, self.figures, self.broken = total, Counter[str](), Counter[str]()
        self.failed: list[Verdict] = []
        self.missed: dict[str, list[str]] = {STRUCK: [], MET: []}  # names of pairs
        self._started = self._said = time.monotonic()
        self._tty = sys.stdout.isatty()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def take(self, verdict: Verdict) -> None:
        self.figures += verdict.figures
        for key, whole in _PARTS.items():
            if verdict.figures[key] < verdict.figures[whole]:
                self.missed[key].append(verdict.name)
        if verdict.broken:
            self.failed.append(verdict)
            self.broken.update(verdict.broken.keys())
            self._tell(f"BROKEN  {verdict.name}: {', '.join(verdict.broken)}")
        self._show()

    def _show(self) -> None:
        now = time.monotonic()
        if now - self._said < (0.2 if self._tty else EVERY):
            return
        self._said = now
        done = self.figures["schedules"]
        left = (self.total - done) * self.seconds / max(1, done)
        line = (
            f"{done}/{self.total} schedules, {self.figures['kills']} kills, {self.figures['faults met']} faults, "
            f"{len(self.failed)} broken, {self.seconds:.0f} s, about {left:.0f} s left"
        )
        if self._tty:
            sys.stdout.write(f"\r\x1b[K{line}")
            sys.stdout.flush()
        else:
            print(line, flush=True)

    def _tell(self, line: str) -> None:
        print(f"\r\x1b[K{line}" if self._tty else line, flush=True)

    def end(self) -> None:
        if self._tty:
            sys.stdout.write("\r\x1b[K")
        for key, label in _FIGURES:
            print(f"{self.figures[key]:>9,}  {label}")
        for key, whole in _PARTS.items():
            print(f"{self.figures[key]:>9,}  {key}, of {self.figures[whole]:,}")
            for name in sorted(self.missed[key])[:: max(1, len(self.missed[key]) // FEW)][:FEW]:
                print(f"             not: {name}")
        print(
            f"{self.seconds:>9,.0f}  seconds ({self.seconds / max(1, self.figures['schedules']):.3f} a schedule)"
        )
        print("\n   broken  promise")
        for name in INVARIANTS:
            print(f"{self.broken[name]:>9}  {name}")
        # Last, for it is the end of a log that people are shown.
        for verdict in self.failed[:NAMED]:
            print(f"  make chaos SEED='{verdict.name}'  # {', '.join(verdict.broken)}")

    def empty(self) -> list[str]:
        """Of what too little came about for the run to prove anything."""
        shares = {key: self.figures[key] / max(1, self.figures[whole]) for key, whole in _PARTS.items()}
        return [
            f"{key}: {share:.1%}, at least {FLOORS[key]:.0%} are needed"
            for key, share in shares.items()
            if share < FLOORS[key]
        ]


def failure(verdict: Verdict, schedule: Schedule, short: Schedule | None) -> str:
    """A failing seed, with everything needed to see why and to play it again."""
    lines = [f"\n=== {verdict.name} broke {', '.join(verdict.broken)}"]
    lines += [f"  {name}: {violation}" for name, found in verdict.broken.items() for violation in found[:3]]
    lines += ["  what happened:", *(f"    {line}" for line in verdict.story)]
    lines += [
        "  shrunk to:" if short else "  as it is:",
        *(f"    {line}" for line in str(short or schedule).split("\n")),
    ]
    return "\n".join([*lines, f"  again: make chaos SEED='{verdict.name}'"])
