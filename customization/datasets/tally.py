"""Lines into counts and findings: the rows of a file judged one block at a time. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count

from customization.datasets import closing
from customization.datasets.families import Family
from customization.datasets.findings import Findings
from customization.datasets.fingerprint import Rows
from customization.datasets.lanes import Lanes
from customization.datasets.limits import Limits, Purpose
from customization.datasets.lines import Block
from customization.datasets.parse import parse
from customization.datasets.report import DUPLICATE, Bucket, Problem, Report
from customization.datasets.rows import check_row
from customization.datasets.rules import RowCheck
from customization.datasets.skeleton import Row
from customization.datasets.tokens import PER_TOKEN, twelfths, whole

# Beyond so many errors nobody reads on, and each wrong line costs a tenth of a millisecond: hours in 10 GB.
ENOUGH_ERRORS = 10_000
_SPACE = b" \t\r"
_BLANK = "The line is empty. Every line must be a row: delete it."
_CRLF = "Lines end with CR LF (Windows). Save the file with LF line ends (dos2unix file.jsonl)."
_LONE_CR = (
    "A CR stands where no line ends. Save the file with LF line ends, and write line breaks in text as \\n."
)


class Tally:
    """Grows while a file is read; ``report`` ends it."""

    def __init__(self, limits: Limits, purpose: Purpose) -> None:
        self.limits = limits
        self.purpose = purpose
        self.errors, self.warnings = Findings(), Findings()
        self.rows = 0
        self.is_hopeless = False
        self.others: Counter[Family] = Counter()
        self.only_counted = 0  # lines after the verdict was certain: not looked at
        self._judged_to = 0
        self._line = 1
        self._weight = 0
        self._shortest: int | None = None
        self._longest = 0
        self._sizes: Counter[int] = Counter()
        self._media_line: dict[str, int] = {}
        self._seen = Rows()
        self._lanes = Lanes(limits)

    def wrong(self, line: int, code: str, message: str, lines: int = 1) -> None:
        self.errors.add(line, code, message, lines)

    def hopeless(self, problem: Problem) -> None:
        """The file is something else altogether: its lines are not looked at."""
        self.is_hopeless = True
        self.wrong(1, problem.code, problem.message)

    def block(self, block: Block) -> None:
        if not block.ended:
            self.warnings.add(
                self._line, "no_final_newline", "The last line has no line feed at its end. Add one."
            )
        if block.too_long:
            self._too_long(self._line)
            self._line += 1
        elif not block.data.strip(b" \t\n"):
            lines = block.data.count(b"\n") + 1
            self.wrong(self._line, "blank_line", _BLANK, lines)
            self._line += lines
        elif self._is_certain:
            self._only_count(block.data.count(b"\n") + 1)
        elif b"\r" in block.data or not self._fast(block.data):
            broken = block.data.split(b"\n")
            for number, line in enumerate(broken, self._line):
                self._one(number, line)
            self._line += len(broken)

    @property
    def _is_certain(self) -> bool:
        """Whether more looking would tell nothing new: the errors' list is full, or the rows are too many anyway."""
        if self.limits.max_rows is not None and self.rows > self.limits.max_rows:
            return True
        return self.errors.is_full and self.errors.totals.total() >= ENOUGH_ERRORS

    def _only_count(self, lines: int) -> None:
        if not self.only_counted:
            self._judged_to = self._line - 1
        self.only_counted += lines
        self.rows += lines
        self._line += lines

    def report(self, size: int, sha256: str) -> Report:
        if self.only_counted:
            self.warnings.add(
                0,
                "only_counted",
                f"Lines 1 to {self._judged_to:,} were checked, and their tokens counted; the {self.only_counted:,} "
                "lines after them were only counted. Correct what is named here, then have the file checked again.",
            )
        closing.close(self, size)
        return Report(
            family=self.limits.family,
            purpose=self.purpose,
            limits=self.limits,
            size=size,
            sha256=sha256,
            rows=self.rows,
            tokens=whole(self._weight),
            shortest=whole(self._shortest or 0),
            longest=whole(self._longest),
            histogram=_histogram(self._sizes),
            fingerprint=self._seen.fingerprint().to_bytes(),
            errors=self.errors.all(),
            error_totals=dict(self.errors.totals),
            warnings=self.warnings.all(),
            warning_totals=dict(self.warnings.totals),
            duplicates_estimated=self._seen.shift > 0,
            detected=closing.detected(self),
        )

    def _fast(self, data: bytes) -> bool:
        """Whether the block is done: its rows are right, or those that may not be have been looked at."""
        found = self._lanes.weigh(data)
        if found is None or max(map(len, found[0])) > self.limits.line_bytes:
            return False
        rows, weights = found
        first = self._line
        self._line += len(rows)
        right = [weight for weight in weights if weight is not None]
        if right:
            self._count(right)
        if len(right) == len(weights):
            self._repeated(rows, first)
            return True
        for number, row, weight in zip(count(first), rows, weights, strict=False):
            if weight is None:
                self._one(number, bytes(row))
            else:
                self._repeated([row], number)
        return True

    def _one(self, number: int, line: bytes) -> None:
        """A line that the fast lane has not vouched for, or that stands beside such a line."""
        if len(line) > self.limits.line_bytes:
            self._too_long(number)
            return
        if line.endswith(b"\r"):
            if "crlf" in self.errors.totals:
                self.errors.count("crlf")
            else:
                self.wrong(number, "crlf", _CRLF)
            line = line[:-1]
        if not line.strip(_SPACE):
            self.wrong(number, "blank_line", _BLANK)
            return
        if b"\r" in line:
            self.rows += 1
            self.wrong(number, "lone_cr", _LONE_CR)
        elif (weight := self._lanes.weigh_one(line)) is not None:
            self._count([weight])
            self._repeated([line], number)
        else:
            self._slow(number, line)

    def _slow(self, number: int, line: bytes) -> None:
        row, problems = parse(line)
        if row is None:
            self.rows += 1
        else:
            check = self._row(row)
            problems = problems + check.problems
            self._count([sum(map(twelfths, check.texts))])
            problems += closing.length_problems(self.limits, check.texts)
            self._mixed_media(number, check)
        for problem in problems:
            (self.warnings if problem.warning else self.errors).add(number, problem.code, problem.message)
        self._repeated([line], number)

    def _row(self, row: Mapping[str, object]) -> RowCheck:
        check, other = check_row(row, self.limits)
        if other:
            self.others[other] += 1
        return check

    def _count(self, weights: list[int]) -> None:
        self.rows += len(weights)
        self._weight += sum(weights)
        self._longest = max(self._longest, max(weights))
        low = min(weights)
        self._shortest = low if self._shortest is None else min(self._shortest, low)
        # Twelfths to powers of two of tokens in one step; ``_histogram`` knows the way back.
        self._sizes.update([(weight // PER_TOKEN).bit_length() for weight in weights])

    def _repeated(self, lines: Sequence[Row], first: int) -> None:
        for number, before in self._seen.add(lines, first):
            # While only one row in some is remembered, one that is found again stands for as many.
            found = f"The same row as line {before}. Remove one of them."
            self.warnings.add(number, DUPLICATE, found, 1 << self._seen.shift)

    def _too_long(self, number: int) -> None:
        self.rows += 1
        mib = self.limits.line_bytes / (1 << 20)
        self.wrong(
            number, "line_too_long", f"The line is longer than {mib:g} MiB. Split the row into several."
        )

    def _mixed_media(self, number: int, check: RowCheck) -> None:
        """Text with images, or with videos, or with documents, but one kind in the whole dataset (Nova guide)."""
        for medium in sorted(check.media):
            self._media_line.setdefault(medium, number)
            other = next((name for name in self._media_line if name != medium), None)
            if other and next(iter(self._media_line)) != medium:
                where = self._media_line[other]
                self.wrong(
                    number,
                    "mixed_media",
                    f"This row has: {medium}, but line {where} has: {other}. Keep one kind of media in a dataset.",
                )


def _histogram(sizes: Mapping[int, int]) -> tuple[Bucket, ...]:
    """Buckets of powers of two in whole tokens, rounded down: 0, 1, 2-3, 4-7 … without gaps between."""
    if not sizes:
        return ()
    span = range(min(sizes), max(sizes) + 1)
    return tuple(
        Bucket((1 << bits) >> 1, (1 << bits) - 1 if bits else 0, sizes.get(bits, 0)) for bits in span
    )
