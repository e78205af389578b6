"""Are the two files of a job apart? Told from their stored fingerprints, which nothing else need load."""

from __future__ import annotations

from customization.datasets import why_not_apart
from customization.models import Dataset


def rows_in_both(training_id: int | None, validation_id: int | None) -> str:
    """Say how many rows of the validation data are in the training data too, or ""."""
    if not (training_id and validation_id):
        return ""
    wanted = Dataset.objects.filter(pk__in=(training_id, validation_id))
    prints = {pk: bytes(stored) for pk, stored in wanted.values_list("pk", "fingerprint")}
    return why_not_apart(prints.get(training_id, b""), prints.get(validation_id, b""))
