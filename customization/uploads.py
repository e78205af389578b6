"""Files on their way into S3: the browser puts the parts there itself, we only sign and count."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User

from catalog.models import Model
from catalog.platforms.base import AuthError, PermanentError, PlatformError
from catalog.platforms.words import plain
from customization import parts
from customization.datasets import sizes
from customization.gateways import storage
from customization.gateways.places import Place, StoredObject, safe_name
from customization.models import Dataset

# S3 allows 10,000 parts of at least 5 MiB. 32 MiB keeps a dropped part cheap and a 10 GB file at 320 parts.
PART = 32 << 20
MAX_SIGNED = 50
ABANDONED_AFTER = timedelta(hours=24)
# A row whose upload has no id by then will never get one: whoever opened it is dead, or its answer was lost.
UNOPENED_AFTER = timedelta(minutes=10)


class Refused(Exception):
    """The upload can't go on; ``str()`` says why and what to do."""


def begin(
    *,
    filename: str,
    size: int,
    purpose: str,
    base: Model,
    actor: User | None,
    now: datetime,
    mark: str = "",
) -> Dataset:
    """Open a multipart upload under a key of our choosing. Raises Refused for an impossible size or name.

    ``mark`` is the browser's own of the file's bytes: another file of that name must not go on with this upload.
    """
    dataset = note(filename, size, purpose, base, actor, now)
    dataset.report = {"mark": plain(mark, 100)} if mark else {}
    dataset.next_check_at = now + UNOPENED_AFTER
    dataset.save()
    _open(dataset, now)
    return dataset


def note(filename: str, size: int, purpose: str, base: Model, actor: User | None, now: datetime) -> Dataset:
    """The row of a file that is about to go up; it is saved before S3 hears of it.

    Should we die before the upload's id is kept, its key still tells where to clear up.
    """
    if not settings.S3_BUCKET:
        raise Refused("S3_BUCKET is not set: there is nowhere to upload to. `manage.py doctor` tells more.")
    if size <= 0:
        raise Refused(f"{filename} is empty.")
    if purpose not in Dataset.Purpose.values:
        raise Refused(f"“{purpose}” is no purpose: choose training or validation.")
    must_fit(filename, size, purpose, base)
    place = new_place(filename)
    return Dataset(
        purpose=purpose,
        filename=plain(filename, 255) or safe_name(filename),
        base_external_id=base.external_id,
        bucket=place.bucket,
        key=place.key,
        size=size,
        part_size=PART,
        created_by=actor,
        created_at=now,
    )


def _open(dataset: Dataset, now: datetime) -> None:
    try:
        upload_id = storage.start_upload(dataset.place, hurried=True)
    except (AuthError, PermanentError) as error:
        # Surely not opened. After any other error it may be: abort_abandoned looks under the key.
        Dataset.objects.filter(pk=dataset.pk).update(
            state=Dataset.State.ABORTED, next_check_at=None, trouble=error.message
        )
        raise
    kept = Dataset.objects.filter(pk=dataset.pk, state=Dataset.State.UPLOADING, upload_id="").update(
        upload_id=upload_id, next_check_at=now + ABANDONED_AFTER
    )
    if not kept:  # S3 took so long that the row was given up meanwhile
        storage.abort_upload(dataset.place, upload_id, hurried=True)
        raise Refused(f"S3 took too long to begin the upload of {dataset.filename}. Try again.")
    dataset.refresh_from_db()


def new_place(filename: str) -> Place:
    """A key of our choosing, so that no file ever overwrites another."""
    return Place(settings.S3_BUCKET, f"datasets/{uuid.uuid4()}/{safe_name(filename)}")


def must_fit(called: str, size: int, purpose: str, base: Model) -> None:
    """Raise Refused for a file that the base model surely does not take."""
    most = sizes.most_bytes(base.external_id, purpose, base.input_modalities)
    if not most:
        raise Refused(f"{base.name} takes no {purpose} data.")
    if size > most:
        raise Refused(
            f"{called} has {sizes.in_words(size)}; {sizes.in_words(most)} is the most {base.name} takes as "
            f"{purpose} data."
        )


def is_theirs(dataset: Dataset, user: User) -> bool:
    """Whether this person may go on with an upload, or end it: it is theirs, nobody's, or they are superuser."""
    return dataset.created_by_id in (None, user.pk) or user.is_superuser


def parts_there(dataset: Dataset) -> list[int]:
    """Which parts need not be sent again. Raises Refused when the upload is gone.

    All of them when S3 has put the file together and only its answer was lost: then finish() is what remains.
    """
    _must_be_uploading(dataset)
    try:
        return sorted(parts.held(dataset, hurried=True))
    except PlatformError as error:
        if error.code != "NoSuchUpload":
            raise
    if parts.whole(dataset, hurried=True) is None:
        raise _gone(dataset)
    return parts.missing(dataset, held=())


def sign(dataset: Dataset, numbers: list[int], *, now: datetime) -> dict[int, str]:
    """Addresses for some parts, for 15 minutes. Raises Refused for parts the file does not have.

    Whoever asks goes on with the upload: it is not abandoned for another day.
    """
    _must_be_uploading(dataset)
    last = parts.count(dataset)
    if not numbers or len(numbers) > MAX_SIGNED or any(not 1 <= number <= last for number in numbers):
        raise Refused(f"Ask for 1 to {MAX_SIGNED} of the parts 1 to {last}.")
    urls = storage.part_urls(dataset.place, dataset.upload_id, numbers)
    Dataset.objects.filter(pk=dataset.pk, state=Dataset.State.UPLOADING).update(
        next_check_at=now + ABANDONED_AFTER
    )
    return urls


def finish(dataset: Dataset, *, now: datetime) -> None:
    """Make the object from the parts S3 really holds, and have it checked; safe to call twice. Raises Refused.

    The only call to S3 that a page waits for with patience: putting ten gigabytes together may take S3 a minute, and to
    give up sooner would tell of a failure that is none. Should the answer be lost all the same, the parts or the object
    that are there say how to go on.
    """
    if dataset.state != Dataset.State.UPLOADING:
        return
    try:
        _put_together(dataset)
    except PlatformError as error:
        if error.code != "NoSuchUpload":
            raise
        # Finished, by another tab or with its answer lost, or aborted: the object tells which.
    if not heal(dataset, now):
        raise _gone(dataset)


def _put_together(dataset: Dataset) -> None:
    _must_be_uploading(dataset)
    held = parts.held(dataset)
    if missing := parts.missing(dataset, held):
        raise Refused(
            f"{len(missing)} of {parts.count(dataset)} parts have not arrived: {missing[:10]}. Resume the upload."
        )
    storage.finish_upload(dataset.place, dataset.upload_id, held)


def heal(dataset: Dataset, now: datetime) -> bool:
    """Take a file that S3 has put together, whether we know of it or not; False when it is not there."""
    there = parts.whole(dataset)
    if there:
        arrived(dataset, there, now)
    return there is not None


def _gone(dataset: Dataset) -> Refused:
    return Refused(f"The upload of {dataset.filename} is gone from S3. Upload the file again.")


def cancel(dataset: Dataset, *, hurried: bool = False) -> None:
    """Throw away what has been uploaded; a finished file stays, and checking it stops. ``hurried``: a page waits."""
    if dataset.state == Dataset.State.UPLOADING:
        _throw_away(dataset, hurried)
    Dataset.objects.filter(
        pk=dataset.pk, state__in=[Dataset.State.UPLOADING, Dataset.State.UPLOADED, Dataset.State.CHECKING]
    ).update(state=Dataset.State.ABORTED, next_check_at=None)


def _throw_away(dataset: Dataset, hurried: bool) -> None:
    """Abort the row's upload; without an id, every upload at its key, which no other row has."""
    own = [dataset.upload_id] if dataset.upload_id else None
    known = own or storage.open_uploads(dataset.place, hurried=hurried)
    for upload_id in known:
        storage.abort_upload(dataset.place, upload_id, hurried=hurried)


def arrived(dataset: Dataset, there: StoredObject, now: datetime) -> None:
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
    if not dataset.upload_id:
        raise Refused(f"The upload of {dataset.filename} never began. Upload the file again.")
