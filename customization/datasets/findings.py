"""Collecting findings without growing: the first hundred are kept, all are counted. Pure."""

from collections import Counter

from customization.datasets.report import Finding

MOST = 100


class Findings:
    """Errors, or warnings. A kind that comes late still gets a place: it takes that of the most frequent kind."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: list[Finding] = []
        self.totals: Counter[str] = Counter()

    def add(self, line: int, code: str, message: str, count: int = 1) -> None:
        """Keep a finding; ``count`` says how many lines it stands for."""
        self.totals[code] += count
        if len(self._kept) < self._most:
            self._kept.append(Finding(line, code, message))
        elif self.totals[code] == count:
            self._make_room()
            self._kept.append(Finding(line, code, message))

    def count(self, code: str, count: int = 1) -> None:
        """Count without keeping another example."""
        self.totals[code] += count

    def all(self) -> tuple[Finding, ...]:
        """The kept findings by line; the file's own (line 0) first."""
        return tuple(sorted(self._kept, key=lambda finding: finding.line))

    def _make_room(self) -> None:
        kept = Counter(finding.code for finding in self._kept)
        code = kept.most_common(1)[0][0]
        last = max(index for index, finding in enumerate(self._kept) if finding.code == code)
        del self._kept[last]
