"""What can only be said of a row's length or of the whole file: counts against limits, and what the file is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from customization.datasets.families import Family
from customization.datasets.limits import Limits, Purpose, Validation
from customization.datasets.report import Problem
from customization.datasets.tokens import tokens

if TYPE_CHECKING:
    from customization.datasets.tally import Tally


def length_problems(limits: Limits, texts: Sequence[str]) -> list[Problem]:
    """Surely too long by AWS's own rule (6 characters to a token) is an error; perhaps too long a warning."""
    if limits.row_tokens is None or limits.row_characters is None:
        return []
    characters = sum(map(len, texts))
    if characters > limits.row_characters:
        return [
            Problem(
                "row_too_long",
                f"The row has {characters:,} characters; at most {limits.row_characters:,} ({limits.row_tokens:,} "
                "tokens) fit. Shorten or split it.",
            )
        ]
    estimate = tokens(texts)
    if estimate > limits.row_tokens:
        return [
            Problem(
                "row_may_be_too_long",
                f"The row has about {estimate:,} tokens; at most {limits.row_tokens:,} fit. Shorten it to be safe.",
                warning=True,
            )
        ]
    return []


def close(tally: Tally, size: int) -> None:
    """Add what the numbers say. Line 0 is the file as a whole."""
    if size == 0:
        tally.wrong(0, "empty_file", "The file is empty. Write one JSON object per line into it.")
        return
    _size(tally, size)
    _validation(tally)
    if not tally.is_hopeless:
        _rows(tally)


def detected(tally: Tally) -> Family | None:
    """The other format of more than half of the rows."""
    if not tally.others:
        return None
    other, count = tally.others.most_common(1)[0]
    return other if count * 2 > tally.rows - tally.only_counted else None


def _size(tally: Tally, size: int) -> None:
    most = tally.limits.file_bytes
    if most is not None and size > most:
        tally.wrong(
            0,
            "file_too_large",
            f"The file has {size:,} bytes; this model takes {most:,}. Remove rows or shorten them.",
        )


def _rows(tally: Tally) -> None:
    limits, rows = tally.limits, tally.rows
    if rows < limits.min_rows:
        tally.wrong(
            0,
            "too_few_rows",
            f"The file has {rows} rows; this model needs {limits.min_rows} or more. Add some.",
        )
    if limits.max_rows is not None and rows > limits.max_rows:
        tally.wrong(
            0,
            "too_many_rows",
            f"The file has {rows:,} rows; this model takes {limits.max_rows:,}. Remove some.",
        )
    least = limits.min_rows_together
    if tally.purpose == Purpose.TRAINING and least is not None and rows < least:
        tally.warnings.add(
            0,
            "few_rows",
            f"This model needs {least} rows of training and validation data together; this file has {rows}.",
        )


def _validation(tally: Tally) -> None:
    if tally.purpose != Purpose.VALIDATION:
        return
    if tally.limits.validation == Validation.REFUSED:
        tally.wrong(0, "no_validation_data", "This model takes no validation data. Leave the file out.")
    elif tally.limits.validation == Validation.IGNORED:
        tally.warnings.add(
            0, "validation_ignored", "This model takes validation data, but ignores it in training."
        )
