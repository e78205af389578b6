"""What a check found: immutable, ready to be stored or shown. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from customization.datasets.families import Family
from customization.datasets.limits import Limits, Purpose

ESTIMATE_METHOD = (
    "Estimate from the texts alone: 4 ASCII characters (as JSON writes them) to a token; other letters count 2/3, 1 or "
    "1 1/2 tokens by their length in UTF-8. A rule of thumb, not checked against the models' own tokenizers, which are "
    "not public: allow a quarter for English prose, half for code and other languages. Media is not counted."
)

DUPLICATE = "duplicate_row"


class Problem(NamedTuple):
    """Something about one row: a stable code, and a sentence that says what to change."""

    code: str
    message: str
    warning: bool = False


class Finding(NamedTuple):
    """A problem with its place. Lines count from 1; line 0 means the file as a whole."""

    line: int
    code: str
    message: str


class Bucket(NamedTuple):
    """How many rows have ``least`` to ``most`` tokens."""

    least: int
    most: int
    rows: int


@dataclass(frozen=True, slots=True)
class Report:
    """The answer of ``check``. ``errors`` and ``warnings`` hold at most 100 findings each, the totals all.

    ``size`` is what was read, in bytes. ``sha256`` is of the raw bytes, in hexadecimal. ``shortest`` and ``longest``
    are rows in tokens. ``fingerprint`` is for ``overlap``. ``duplicates_estimated``: the file has more different rows
    than are remembered, so the total of duplicates is an estimate. ``detected`` is the other family that most rows
    look like.
    """

    family: Family
    purpose: Purpose
    limits: Limits
    size: int
    sha256: str
    rows: int
    tokens: int
    shortest: int
    longest: int
    histogram: tuple[Bucket, ...]
    fingerprint: bytes
    errors: tuple[Finding, ...] = ()
    error_totals: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Finding, ...] = ()
    warning_totals: Mapping[str, int] = field(default_factory=dict)
    duplicates_estimated: bool = False
    detected: Family | None = None
    token_method: str = ESTIMATE_METHOD

    @property
    def valid(self) -> bool:
        return not self.error_totals

    @property
    def estimates(self) -> tuple[str, ...]:
        """The codes of what is not counted one by one."""
        return (DUPLICATE,) if self.duplicates_estimated else ()

    def as_json(self) -> dict[str, Any]:
        """For ``--json`` and for storing; without the fingerprint, which is bytes of its own."""
        limits = {name: _plain(value) for name, value in asdict(self.limits).items()}
        return {
            "valid": self.valid,
            "family": self.family.value,
            "purpose": self.purpose.value,
            "rows": self.rows,
            "tokens": self.tokens,
            "token_method": self.token_method,
            "bytes": self.size,
            "sha256": self.sha256,
            "errors": [finding._asdict() for finding in self.errors],
            "error_totals": dict(self.error_totals),
            "warnings": [finding._asdict() for finding in self.warnings],
            "warning_totals": dict(self.warning_totals),
            "duplicates_estimated": self.duplicates_estimated,
            "shortest": self.shortest,
            "longest": self.longest,
            "histogram": [{"from": least, "to": most, "rows": rows} for least, most, rows in self.histogram],
            "detected_family": self.detected.value if self.detected else None,
            "limits": limits,
        }


def _plain(value: object) -> object:
    if isinstance(value, frozenset | tuple):
        return sorted(value)
    return value if value is None or isinstance(value, int | str) else str(value)
