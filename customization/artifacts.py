"""What a job that is over left in S3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from catalog.platforms.base import AuthError, PlatformError, TransientError
from customization.gateways import storage
from customization.gateways.places import Place, StoredObject, place_of
from customization.metrics import points, thinned
from customization.models import CustomizationJob
from customization.states import SETTLED, JobState

TRAINING = "training_artifacts/step_wise_training_metrics.csv"
VALIDATION = "validation_artifacts/post_fine_tuning_validation/validation_metrics.csv"
# The longest training within the limits of any base model writes some 45 MB; what is larger is damage.
MOST_BYTES = 64 * 1000**2
# When to look again for a file that is not there: the platform may write it after it has called the job over.
LATE = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))


def places(job: CustomizationJob) -> dict[str, Place]:
    """Where the two CSV files of a job are; empty while the job has no ARN, and when an adopted job writes to an
    address that is none: asking again would not make it one."""
    job_id = job.arn.rpartition("/")[2]
    if not job_id:
        return {}
    folder = f"{job.output_uri.rstrip('/')}/model-customization-job-{job_id}"
    try:
        return {
            "training": place_of(f"{folder}/{TRAINING}"),
            "validation": place_of(f"{folder}/{VALIDATION}"),
        }
    except ValueError:
        return {}


def collect(job: CustomizationJob, *, last_try: bool = False) -> dict[str, Any]:
    """Read the curves of a job that is over, however it ended. Missing files are no error.

    TransientError and AuthError are raised to try again; the latter not on the last try, for without s3:ListBucket
    S3 says "Access Denied" of a file that is just not there.
    """
    found: dict[str, Any] = {}
    for name, place in places(job).items():
        try:
            kept, steps = thinned(points(storage.text_lines(storage.read(find(place)))))
        except PlatformError as error:
            if isinstance(error, TransientError) or (isinstance(error, AuthError) and not last_try):
                raise
            is_missing = error.code == storage.NO_SUCH_OBJECT
            found[f"{name}_{'missing' if is_missing else 'unread'}"] = told(place, error)
        else:
            found |= {name: [asdict(point) for point in kept], f"{name}_steps": steps}
    return found


def look_again_at(job: CustomizationJob, metrics: Mapping[str, Any], now: datetime) -> datetime | None:
    """When to look once more for a file that should be there and is not; None: all is there, or it is late enough.

    A job that failed has rarely got as far as to leave one: what is there at its end counts.
    """
    if job.state == JobState.FAILED:
        return None
    awaited = ["training", "validation"] if job.validation_uri else ["training"]
    if job.ended_at is None or not any(f"{name}_missing" in metrics for name in awaited):
        return None
    return next((moment for wait in LATE if (moment := job.ended_at + wait) > now), None)


def without_curves(chosen: QuerySet[CustomizationJob]) -> QuerySet[CustomizationJob]:
    """Of some jobs those that are over and done with, and whose training file was not read: somebody may look again."""
    over = chosen.order_by().filter(state__in=sorted(SETTLED), next_check_at=None).exclude(arn="")
    return over.exclude(metrics__has_key="training")


def kept(before: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What was found, and what an earlier look had read and this one did not: a file that is deleted since cost what
    it cost."""
    old: dict[str, Any] = {}
    for name in ("training", "validation"):
        if name in before and name not in found:
            old |= {key: before[key] for key in (name, f"{name}_steps") if key in before}
            found = {key: said for key, said in found.items() if not key.startswith(f"{name}_")}
    return found | old


def find(place: Place, *, hurried: bool = False) -> StoredObject:
    """One of a job's CSV files; PermanentError when there is none, or none of a sane size."""
    return storage.find(place, MOST_BYTES, hurried=hurried)


def told(place: Place, error: PlatformError) -> str:
    """What went wrong with which file."""
    return error.message if place.uri in error.message else f"{place.uri}: {error.message}"
