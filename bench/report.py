"""The table for the terminal, and the file that keeps every pair."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from bench.pairs import GC_STATE, Comparison

_HEAD = ("what", "unit", "ours", "other", "other ÷ ours", "spread", "pairs", "aim", "verdict")


def machine() -> dict[str, str]:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return {
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "django": version("django"),
        "system": platform.platform(),
        "load": load,
        "garbage collector": GC_STATE,
    }


def table(comparisons: Iterable[Comparison]) -> str:
    """Columns in line; also valid Markdown, so that a page of the documents can take it over as it is."""
    rows = [_HEAD, *(_cells(comparison) for comparison in comparisons)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [_line(row, widths) for row in rows]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def save(folder: Path, comparisons: Sequence[Comparison], now: datetime) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{now:%Y-%m-%d-%H%M%S}.json"
    content = {
        "at": now.isoformat(timespec="seconds"),
        "command": " ".join(sys.orig_argv),
        "machine": machine(),
        "comparisons": [comparison.as_json() for comparison in comparisons],
    }
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def _cells(found: Comparison) -> tuple[str, ...]:
    low, high = found.spread
    aim = f"{found.aim}{' ' + found.unit if found.aim.of == 'ours' else ''}" if found.aim else ""
    return (
        found.what,
        found.unit,
        f"{found.our_median:.3g} ({found.ours})",
        f"{found.their_median:.3g} ({found.theirs})",
        f"{found.ratio:.3g}",
        f"{low:.3g}–{high:.3g}",
        str(len(found.pairs)),
        aim,
        found.verdict,
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"
