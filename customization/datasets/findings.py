"""Collecting findings without growing: the first hundred are kept, all are counted. Pure."""

from collections import Counter

from customization.datasets.report import Finding

MOST = 100


def shown(text: str) -> str:
    """A message that quotes a file, without what can't be shown or stored: NUL, control characters, half characters.

    They are written as escapes. PostgreSQL takes neither NUL nor a lone surrogate, and no page can send the latter.
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _escape(ord(sign)) for sign in text)


def _escape(number: int) -> str:
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


class Findings:
    """Errors, or warnings. A kind that comes late still gets a place: it takes that of the most frequent kind."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: list[Finding] = []
        self.totals: Counter[str] = Counter()

    @property
    def is_full(self) -> bool:
        return len(self._kept) >= self._most

    def add(self, line: int, code: str, message: str, count: int = 1) -> None:
        """Keep a finding; ``count`` says how many lines it stands for."""
        self.totals[code] += count
        if len(self._kept) < self._most:
            self._kept.append(Finding(line, code, shown(message)))
        elif self.totals[code] == count:
            self._make_room()
            self._kept.append(Finding(line, code, shown(message)))

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
