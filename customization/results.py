"""The folder in S3 into which a custom model's job wrote, and what in it must not be deleted."""

from __future__ import annotations

import re

from catalog.models import Model
from customization.gateways.places import Place, place_of
from customization.models import CustomizationJob, Dataset

# The last part of a job's ARN. An ARN of another shape must not name a folder to delete.
_JOB_ID = re.compile(r"[0-9A-Za-z-]+")


def results_of(model: Model) -> Place | None:
    """The job's own folder; None when modelhub does not know of one. Other jobs may write beside it, never into it."""
    job = CustomizationJob.objects.filter(model=model).only("arn", "output_uri").first()
    _, slash, job_id = job.arn.rpartition("/") if job else ("", "", "")
    if job is None or not slash or not _JOB_ID.fullmatch(job_id):
        return None
    try:
        return place_of(f"{job.output_uri.rstrip('/')}/model-customization-job-{job_id}")
    except ValueError:
        return None


def why_keep(folder: Place) -> str:
    """Say why nothing may be deleted in this folder, or "": somebody's data may have been put there."""
    data = Dataset.objects.filter(bucket=folder.bucket, key__startswith=f"{folder.key}/").first()
    if data:
        return f"The data file {data.filename} is in {folder.uri}."
    under = f"{folder.uri}/"
    for column in ("training_uri", "validation_uri", "output_uri"):
        if job := CustomizationJob.objects.filter(**{f"{column}__startswith": under}).first():
            return f"The job {job.remote_name} uses {folder.uri} for data or results of its own."
    return ""
