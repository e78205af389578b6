"""Training and validation data seen together: rows in both, and bounds on their sum. Pure."""

from customization.datasets.fingerprint import Fingerprint
from customization.datasets.limits import Limits


def shared_rows(training: bytes, validation: bytes) -> tuple[int, bool]:
    """How many different rows two stored fingerprints have in common, and whether that is an estimate."""
    ours, theirs = Fingerprint.from_bytes(training), Fingerprint.from_bytes(validation)
    shift = max(ours.shift, theirs.shift)
    return len(ours.sampled(shift) & theirs.sampled(shift)) << shift, bool(shift)


def why_not_apart(training: bytes, validation: bytes) -> str:
    """Say how many rows of the validation data are in the training data too, by stored fingerprints, or ""."""
    rows, estimated = shared_rows(training, validation)
    if not rows:
        return ""
    return (
        f"{'About ' if estimated else ''}{rows:,} rows of the validation data are in the training data too: the "
        "validation loss will look better than it is. Remove them from one of the two files."
    )


def why_not_together(limits: Limits, training_rows: int, validation_rows: int) -> str:
    """Say that a model takes more, or fewer, rows than both files have in sum, or "".

    ``limits`` are those for training; without validation data its rows are 0.
    """
    rows, least, most = training_rows + validation_rows, limits.min_rows_together, limits.max_rows_together
    if least is not None and rows < least:
        return _sum_message(rows, f"at least {least:,}", "Add rows.")
    if most is not None and rows > most:
        return _sum_message(rows, f"at most {most:,}", "Remove rows.")
    return ""


def _sum_message(rows: int, bound: str, advice: str) -> str:
    return f"Training and validation data have {rows:,} rows together; this model takes {bound}. {advice}"
