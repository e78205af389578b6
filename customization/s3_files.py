"""Files that are in S3 already: taken as they are, and checked again for another base model."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User

from catalog.models import Model
from customization.gateways import storage
from customization.gateways.places import place_of
from customization.models import Dataset
from customization.uploads import Refused, must_fit


def refer(
    *, uri: str, purpose: str, base: Model, actor: User | None, now: datetime, filename: str = ""
) -> Dataset:
    """Use a file that is in S3 already. Raises Refused when it is not there, ValueError when the address is none."""
    place = place_of(uri)
    there = storage.look(place)
    if there is None:
        raise Refused(f"There is no object at {place.uri}.")
    if not there.size:
        raise Refused(f"{place.uri} is empty.")
    if not place.key.endswith(".jsonl"):
        raise Refused(f"{place.uri} must be in .jsonl format: Amazon Bedrock takes no other name.")
    must_fit(place.uri, there.size, purpose, base)
    region = storage.region_of(place.bucket)
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
    )
