"""One pass over a file of training or validation data: hash, lines, rows, report. Pure; memory bounded at any size.

Blocks of 64 KiB go through the fast lane; a block it does not vouch for is looked at line by line.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace

from customization.datasets.families import Family
from customization.datasets.limits import Limits, Purpose, limits_of_family
from customization.datasets.lines import LineSplitter, pieces
from customization.datasets.report import Report
from customization.datasets.sniff import LOOK, UTF8_BOM, whole_file_problem
from customization.datasets.tally import Tally

PROGRESS_EVERY = 1 << 20  # bytes


def check(
    chunks: Iterable[bytes],
    family: Family,
    purpose: Purpose | str = Purpose.TRAINING,
    *,
    limits: Limits | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Report:
    """Check what ``chunks`` bring, in any sizes, against a family's rules and a model's limits.

    ``limits`` come from ``limits_of(base model id, purpose)``; without them the family's usual ones hold. Bad data of
    whatever kind ends up in the report; only what ``chunks`` and ``on_progress`` (bytes so far, once per MiB) raise
    comes through: who wants a check to stop raises there.
    """
    purpose = Purpose(purpose)
    limits = limits or limits_of_family(family, purpose)
    run = _Run(limits if limits.family == family else replace(limits, family=family), purpose)
    told = 0
    for piece in pieces(chunks):
        run.feed(piece)
        if on_progress and run.bytes - told >= PROGRESS_EVERY:
            told = run.bytes
            on_progress(told)
    report = run.finish()
    if on_progress:
        on_progress(report.size)
    return report


class _Run:
    """The state of one pass: first the beginning is collected and sniffed, then lines are tallied."""

    def __init__(self, limits: Limits, purpose: Purpose) -> None:
        self.bytes = 0
        self._sha = hashlib.sha256()
        self._head: bytes | None = b""
        self._hopeless = False
        self._splitter = LineSplitter(limits.line_bytes)
        self._tally = Tally(limits, purpose)

    def feed(self, piece: bytes) -> None:
        self._sha.update(piece)
        self.bytes += len(piece)
        if self._hopeless:
            return
        if self._head is None:
            self._split(piece)
            return
        self._head += piece
        if len(self._head) >= LOOK:
            self._begin()

    def finish(self) -> Report:
        if self._head is not None:
            self._begin()
        for block in self._splitter.rest():
            self._tally.block(block)
        return self._tally.report(self.bytes, self._sha.hexdigest())

    def _begin(self) -> None:
        """Look at the beginning, then go on with it as with any piece."""
        head, self._head = self._head or b"", None
        problem = whole_file_problem(head)
        if problem:
            self._hopeless = True
            self._tally.hopeless(problem)
            return
        if head.startswith(UTF8_BOM):
            self._tally.wrong(
                1,
                "bom",
                "The file begins with a byte order mark. Save it as UTF-8 without BOM (BOM: EF BB BF).",
            )
            head = head.removeprefix(UTF8_BOM)
        self._split(head)

    def _split(self, piece: bytes) -> None:
        for block in self._splitter.feed(piece):
            self._tally.block(block)
