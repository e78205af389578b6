"""Files on their way into S3: the browser puts the parts there itself, we only sign and count."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.contrib.auth.models import User

from catalog.models import Model
from catalog.platforms.base import PlatformError
from catalog.platforms.words import plain
from customization.datasets.limits import Validation, limits_of
from customization.gateways import storage
from customization.gateways.places import Place, StoredObject, place_of
from customization.models import Dataset

log = structlog.get_logger(__name__)

MB = 1 << 20
# S3 allows 10,000 parts of at least 5 MiB. 32 MiB keeps a dropped part cheap and a 10 GB file at 320 parts.
PART = 32 * MB
MAX_PARTS = 10_000
MAX_SIGNED = 50
ABANDONED_AFTER = timedelta(hours=24)
# The largest training file any family takes; the families' own limits are checked by customization.datasets.
MAX_BYTES = 10 * 1024 * MB


class Refused(Exception):
    """The upload can't go on; ``str()`` says why and what to do."""


def begin(
    *, filename: str, size: int, purpose: str, base: Model, actor: User | None, now: datetime
) -> Dataset:
    """Open a multipart upload under a key of our choosing. Raises Refused for an impossible size or name."""
    if not settings.S3_BUCKET:
        raise Refused("S3_BUCKET is not set: there is nowhere to upload to. `manage.py doctor` tells more.")
    if size <= 0:
        raise Refused(f"{filename} is empty.")
    if purpose not in Dataset.Purpose.values:
        raise Refused(f"“{purpose}” is no purpose: choose training or validation.")
    _must_fit(filename, size, purpose, base)
    place = new_place(filename)
    return Dataset.objects.create(
        purpose=purpose,
        filename=plain(filename, 255) or safe_name(filename),
        base_external_id=base.external_id,
        bucket=place.bucket,
        key=place.key,
        size=size,
        part_size=PART,
        upload_id=storage.start_upload(place),
        created_by=actor,
        created_at=now,
        next_check_at=now + ABANDONED_AFTER,
    )


def new_place(filename: str) -> Place:
    """A key of our choosing, so that no file ever overwrites another."""
    return Place(settings.S3_BUCKET, f"datasets/{uuid.uuid4()}/{safe_name(filename)}")


def safe_name(filename: str) -> str:
    """A key's last part: the file's own name without anything that could mislead a tool; always ends in .jsonl.

    Amazon Bedrock refuses input that does not end so (its message, "Input data must be in .jsonl format").
    """
    stem = re.sub(r"\.jsonl?$", "", filename.replace("\\", "/").rpartition("/")[2], flags=re.IGNORECASE)
    return (re.sub(r"[^0-9A-Za-z._-]+", "-", stem).strip(".-")[:100] or "data") + ".jsonl"


def _must_fit(called: str, size: int, purpose: str, base: Model) -> None:
    limits = limits_of(base.external_id, purpose, base.input_modalities)
    most = min(limits.file_bytes or MAX_BYTES, MAX_BYTES)
    if size > most:
        raise Refused(
            f"{called} has {_size(size)}; {_size(most)} is the most {base.name} takes as {purpose} data."
        )
    if purpose == Dataset.Purpose.VALIDATION and limits.validation == Validation.REFUSED:
        raise Refused(f"{base.name} takes no validation data.")


def _size(size: int) -> str:
    return f"{size / 1024 / MB:.1f} GB" if size >= 1024 * MB else f"{size / MB:.1f} MB"


def part_count(dataset: Dataset) -> int:
    return -(-dataset.size // dataset.part_size)


def held_parts(dataset: Dataset) -> dict[int, tuple[str, int]]:
    """What S3 has of an upload, to go on after a reload: part number -> (ETag, bytes)."""
    return storage.parts(dataset.place, dataset.upload_id)


def sign(dataset: Dataset, numbers: list[int], *, now: datetime) -> dict[int, str]:
    """Addresses for some parts, for 15 minutes. Raises Refused for parts the file does not have.

    Whoever asks goes on with the upload: it is not abandoned for another day.
    """
    _must_be_uploading(dataset)
    last = part_count(dataset)
    if not numbers or len(numbers) > MAX_SIGNED or any(not 1 <= number <= last for number in numbers):
        raise Refused(f"Ask for 1 to {MAX_SIGNED} of the parts 1 to {last}.")
    urls = storage.part_urls(dataset.place, dataset.upload_id, numbers)
    Dataset.objects.filter(pk=dataset.pk, state=Dataset.State.UPLOADING).update(
        next_check_at=now + ABANDONED_AFTER
    )
    return urls


def finish(dataset: Dataset, *, now: datetime) -> None:
    """Make the object from the parts that S3 really holds, and have it checked. Safe to call twice.

    Raises Refused while parts are missing or have another size than they should.
    """
    if dataset.state != Dataset.State.UPLOADING:
        return
    try:
        held = held_parts(dataset)
    except PlatformError as error:
        if error.code != "NoSuchUpload":
            raise
        _heal(dataset, now)
        return
    last = part_count(dataset)
    wrong = [
        number
        for number in range(1, last + 1)
        if held.get(number, ("", -1))[1]
        != min(dataset.part_size, dataset.size - (number - 1) * dataset.part_size)
    ]
    if wrong or len(held) != last:
        raise Refused(f"{len(wrong)} of {last} parts have not arrived: {wrong[:10]}. Resume the upload.")
    storage.finish_upload(dataset.place, dataset.upload_id, held)
    _arrived(dataset, _there(dataset), now)


def _heal(dataset: Dataset, now: datetime) -> None:
    """The upload is gone: S3 finished it and the answer was lost, or it was aborted. The object tells."""
    there = storage.look(dataset.place)
    if there is None or there.size != dataset.size:
        raise Refused(f"The upload of {dataset.filename} is gone from S3. Upload the file again.")
    _arrived(dataset, there, now)


def cancel(dataset: Dataset) -> None:
    """Throw away what has been uploaded; a finished file stays, and checking it stops."""
    if dataset.state == Dataset.State.UPLOADING:
        storage.abort_upload(dataset.place, dataset.upload_id)
    Dataset.objects.filter(
        pk=dataset.pk, state__in=[Dataset.State.UPLOADING, Dataset.State.UPLOADED, Dataset.State.CHECKING]
    ).update(state=Dataset.State.ABORTED, next_check_at=None)


def refer(*, uri: str, purpose: str, base: Model, actor: User | None, now: datetime) -> Dataset:
    """Use a file that is in S3 already. Raises Refused when it is not there, ValueError when the address is none."""
    place = place_of(uri)
    there = storage.look(place)
    if there is None:
        raise Refused(f"There is no object at {place.uri}.")
    if not there.size:
        raise Refused(f"{place.uri} is empty.")
    if not place.key.endswith(".jsonl"):
        raise Refused(f"{place.uri} must be in .jsonl format: Amazon Bedrock takes no other name.")
    _must_fit(place.uri, there.size, purpose, base)
    region = storage.region_of(place.bucket)
    if region not in ("", settings.AWS_REGION):
        raise Refused(f"The bucket {place.bucket} is in {region}; the data must be in {settings.AWS_REGION}.")
    return Dataset.objects.create(
        purpose=purpose,
        state=Dataset.State.UPLOADED,
        filename=place.key.rpartition("/")[2][:255],
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


def abort_abandoned(now: datetime) -> int:
    """Throw away uploads that nobody went on with for a day: parts in S3 cost money. Return how many."""
    abandoned = Dataset.objects.filter(state=Dataset.State.UPLOADING, next_check_at__lte=now)
    done = 0
    for dataset in abandoned:
        try:
            cancel(dataset)
        except PlatformError as error:
            # One that can't be aborted must not hold up the tick: it is tried again in an hour.
            Dataset.objects.filter(pk=dataset.pk, state=Dataset.State.UPLOADING).update(
                next_check_at=now + timedelta(hours=1), trouble=error.message
            )
            log.warning("abort_postponed", dataset=dataset.pk, error=error.message, code=error.code)
        else:
            done += 1
    return done


def _there(dataset: Dataset) -> StoredObject:
    there = storage.look(dataset.place)
    if there is None:
        raise Refused(f"{dataset.place.uri} is not there although the upload ended. Upload it again.")
    return there


def _arrived(dataset: Dataset, there: StoredObject, now: datetime) -> None:
    """Note which bytes are there, and put the file on the list of those to be checked.

    Only while it is still uploading: a second finish must not take a file back that is checked or cancelled by now.
    """
    Dataset.objects.filter(pk=dataset.pk, state=Dataset.State.UPLOADING).update(
        size=there.size,
        etag=there.etag,
        version_id=there.version_id,
        state=Dataset.State.UPLOADED,
        next_check_at=now,
    )
    dataset.refresh_from_db()


def _must_be_uploading(dataset: Dataset) -> None:
    if dataset.state != Dataset.State.UPLOADING:
        raise Refused(
            f"{dataset.filename} is not being uploaded any more: {dataset.get_state_display().lower()}."
        )
