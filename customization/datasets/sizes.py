"""How large a file may be, as a number and in words. Pure."""

from collections.abc import Iterable

from customization.datasets.limits import GB, Purpose, Validation, limits_of

# The largest training file any family takes, and ours for those whose bound is not known.
MAX_BYTES = 10 * GB


def most_bytes(base_external_id: str, purpose: Purpose | str, input_modalities: Iterable[str] = ()) -> int:
    """How many bytes a base model takes in one file; 0: it takes no such data at all."""
    limits = limits_of(base_external_id, purpose, input_modalities)
    if Purpose(purpose) == Purpose.VALIDATION and limits.validation == Validation.REFUSED:
        return 0
    return min(limits.file_bytes or MAX_BYTES, MAX_BYTES)


def in_words(size: int) -> str:
    """A size as the models' documents tell it: 1 GB is 1,000 MB."""
    many, unit = (size / GB, "GB") if size >= GB else (size / 1000**2, "MB")
    return f"{round(many, 2):g} {unit}"
