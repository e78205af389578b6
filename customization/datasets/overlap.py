"""Training and validation data seen together: rows in both, and bounds on their sum. Pure."""

from dataclasses import dataclass

from customization.datasets.fingerprint import Fingerprint
from customization.datasets.report import Problem, Report


@dataclass(frozen=True, slots=True)
class Overlap:
    """``rows`` of the validation data that are also in the training data; an estimate when files were sampled."""

    rows: int
    estimated: bool
    problems: tuple[Problem, ...]

    @property
    def valid(self) -> bool:
        return all(problem.warning for problem in self.problems)


def overlap(training: Report, validation: Report) -> Overlap:
    """Compare two checked files by their fingerprints; equal means equal bytes."""
    rows, estimated = shared_rows(training.fingerprint, validation.fingerprint)
    problems = [*_shared(rows, estimated=estimated), *_together(training, validation)]
    return Overlap(rows, estimated, tuple(problems))


def shared_rows(training: bytes, validation: bytes) -> tuple[int, bool]:
    """How many different rows two stored fingerprints have in common, and whether that is an estimate."""
    ours, theirs = Fingerprint.from_bytes(training), Fingerprint.from_bytes(validation)
    shift = max(ours.shift, theirs.shift)
    return len(ours.sampled(shift) & theirs.sampled(shift)) << shift, bool(shift)


def _shared(rows: int, *, estimated: bool) -> list[Problem]:
    if not rows:
        return []
    about = "About " if estimated else ""
    return [
        Problem(
            "rows_in_both",
            f"{about}{rows} rows of the validation data are also in the training data: the validation loss will look "
            "better than it is. Remove them from one of the two files.",
            warning=True,
        )
    ]


def _together(training: Report, validation: Report) -> list[Problem]:
    rows, limits = training.rows + validation.rows, training.limits
    least, most = limits.min_rows_together, limits.max_rows_together
    if least is not None and rows < least:
        return [Problem("too_few_rows_together", _sum_message(rows, f"at least {least}", "Add rows."))]
    if most is not None and rows > most:
        return [Problem("too_many_rows_together", _sum_message(rows, f"at most {most}", "Remove rows."))]
    return []


def _sum_message(rows: int, bound: str, advice: str) -> str:
    return f"Training and validation data have {rows} rows together; this model takes {bound}. {advice}"
