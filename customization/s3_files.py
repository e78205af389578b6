"""Files that no browser sends: those in S3 already, taken as they are or checked again, and those of the shell."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User

from catalog.models import Model
from catalog.platforms.base import PlatformError
from customization.gateways import storage
from customization.gateways.places import StoredObject, place_of
from customization.models import Dataset
from customization.uploads import ABANDONED_AFTER, UNOPENED_AFTER, Refused, arrived, must_fit, note


def refer(
    *,
    uri: str,
    purpose: str,
    base: Model,
    actor: User | None,
    now: datetime,
    filename: str = "",
    hurried: bool = False,
) -> Dataset:
    """Use a file that is in S3 already. Raises Refused when it is not there, ValueError when the address is none.

    ``hurried``: a page waits for it.
    """
    place = place_of(uri)
    there = storage.look(place, hurried=hurried)
    if there is None:
        raise Refused(f"There is no object at {place.uri}.")
    if not there.size:
        raise Refused(f"{place.uri} is empty.")
    if not place.key.endswith(".jsonl"):
        raise Refused(f"{place.uri} must be in .jsonl format: Amazon Bedrock takes no other name.")
    must_fit(place.uri, there.size, purpose, base)
    region = storage.region_of(place.bucket, hurried=hurried)
    if region not in ("", settings.AWS_REGION):
        raise Refused(f"The bucket {place.bucket} is in {region}; the data must be in {settings.AWS_REGION}.")
    return Dataset.objects.create(
        purpose=purpose,
        state=Dataset.State.UPLOADED,
        filename=filename or place.key.rpartition("/")[2][:255],
        base_external_id=base.external_id,
        bucket=place.bucket,
        key=place.key,
        size=there.size,
        etag=there.etag,
        version_id=there.version_id,
        created_by=actor,
        created_at=now,
        next_check_at=now,
    )


def check_again(dataset: Dataset, *, base: Model, actor: User | None, now: datetime) -> Dataset:
    """Have the same object checked for another base model: a row of its own, for jobs keep what they were made with.

    Both rows name one object; nothing here ever deletes a finished object. Raises Refused.
    """
    if dataset.state in (Dataset.State.UPLOADING, Dataset.State.ABORTED):
        raise Refused(f"{dataset.filename} has not arrived in S3. Upload it again.")
    return refer(
        uri=dataset.place.uri,
        purpose=dataset.purpose,
        base=base,
        actor=actor,
        now=now,
        filename=dataset.filename,
        hurried=True,
    )


def send(path: Path, *, purpose: str, base: Model, actor: User | None, now: datetime) -> Dataset:
    """Upload a local file from this process (the shell): it waits for its check then. Raises Refused, PlatformError."""
    dataset = note(path.name, path.stat().st_size, purpose, base, actor, now)
    dataset.next_check_at = now + ABANDONED_AFTER
    dataset.save()
    try:
        storage.put_file(dataset.place, str(path))
        arrived(dataset, _there(dataset), now)
    except (PlatformError, Refused) as error:
        # Parts may have stayed behind: abort_abandoned looks under the key soon.
        Dataset.objects.filter(pk=dataset.pk).update(next_check_at=now + UNOPENED_AFTER, trouble=str(error))
        raise
    return dataset


def _there(dataset: Dataset) -> StoredObject:
    there = storage.look(dataset.place)
    if there is None:
        raise Refused(f"{dataset.place.uri} is not there although the upload ended. Upload it again.")
    return there
