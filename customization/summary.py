"""A dataset's report as a page shows it. Pure but for reading the row it is given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from customization.datasets.report import DUPLICATE
from customization.models import Dataset

_TONE = {"valid": "succeeded", "invalid": "failed", "unreadable": "failed"}
BAR, GAP, HEIGHT = 26, 4, 64


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram, in SVG units."""

    x: int
    y: float
    width: int
    height: float
    title: str


class Summary:
    """What the panel of a file shows beyond the row itself."""

    def __init__(self, dataset: Dataset) -> None:
        report: dict[str, Any] = dataset.report
        self.is_moving = dataset.state in (Dataset.State.UPLOADED, Dataset.State.CHECKING)
        self.tone = _TONE.get(dataset.state, "waiting")
        self.method: str = report.get("token_method", "estimated")
        self.errors: list[dict[str, Any]] = report.get("errors", [])
        self.warnings: list[dict[str, Any]] = report.get("warnings", [])
        self.error_kinds = kinds(report.get("error_totals", {}))
        about = (DUPLICATE,) if report.get("duplicates_estimated") else ()
        self.warning_kinds = kinds(report.get("warning_totals", {}), about)
        self.error_count: int = sum(report.get("error_totals", {}).values()) or len(self.errors)
        self.bars = bars(report.get("histogram", []))
        self.width = max(1, len(self.bars)) * (BAR + GAP)
        self.shortest = report.get("shortest", "?")
        self.longest = report.get("longest", "?")


# Codes are words with lines between, but for these.
_WORDS = {
    "bad_json": "no valid JSON",
    "bad_uri": "no S3 address",
    "crlf": "CR LF line end",
    "csv_file": "CSV file",
    "json_array": "JSON array",
    "lone_cr": "CR inside a line",
    "may_fail": "may make the job fail",
    "role": "unknown role",
    "role_order": "roles out of order",
    "too_deep": "nested too deeply",
}


def kinds(totals: dict[str, int], about: Collection[str] = ()) -> str:
    """How many of which kind, the most frequent first: "120 × roles out of order, 3 × missing key".

    ``about`` holds the codes whose number is an estimate.
    """
    most_first = sorted(totals.items(), key=lambda found: (-found[1], found[0]))
    return ", ".join(
        f"{'about ' if code in about else ''}{count:,} × {_WORDS.get(code) or code.replace('_', ' ')}"
        for code, count in most_first
    )


def bars(buckets: list[dict[str, Any]]) -> list[Bar]:
    """Bars for buckets of {"from", "to", "rows"}; the highest fills the height."""
    most = max((bucket["rows"] for bucket in buckets), default=0) or 1
    return [
        Bar(
            x=place * (BAR + GAP),
            y=HEIGHT - bucket["rows"] / most * HEIGHT,
            width=BAR,
            height=bucket["rows"] / most * HEIGHT,
            title=f"{bucket['rows']:,} rows of {bucket['from']:,} to {bucket['to']:,} tokens",
        )
        for place, bucket in enumerate(buckets)
    ]
