"""Do the files that were checked fit what is to be made of them?"""

from __future__ import annotations

from catalog.models import Model
from customization import datasets
from customization.models import Dataset


def why_not_data(dataset: Dataset, purpose: str, base: Model) -> str:
    """Say why a file can't be used so for this base model, or ""."""
    if dataset.purpose != purpose:
        return f"{dataset.filename} was checked as {dataset.purpose} data."
    if not dataset.is_usable:
        return _why_not_valid(dataset)
    if dataset.base_external_id != base.external_id:
        return f"{dataset.filename} was checked for {dataset.base_external_id}. Check it again for {base.external_id}."
    return ""


def _why_not_valid(dataset: Dataset) -> str:
    """With the first finding: in the shell nobody sees the file's report."""
    why = f"{dataset.filename}: {dataset.get_state_display().lower()}. Only a valid file can be used."
    errors = dataset.report.get("errors", [])
    if not errors:
        return f"{why} {dataset.trouble}".rstrip()
    line = errors[0].get("line")
    where = f"line {line:,}: " if line else ""
    count = sum(dataset.report.get("error_totals", {}).values()) or len(errors)
    called = "1 error" if count == 1 else f"{count:,} errors, the first"
    return f"{why} {called}: {where}{errors[0]['message']}"


def why_not_together(training: Dataset, validation: Dataset | None, base: Model) -> str:
    """Some bounds are on the rows of both files: AWS refuses such a job after minutes, and its name is used up."""
    limits = datasets.limits_of(base.external_id, input_modalities=base.input_modalities)
    return datasets.why_not_together(limits, training.rows or 0, validation.rows or 0 if validation else 0)
