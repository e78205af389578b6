"""S3: presigned multipart uploads, and reading what is there. The only place that speaks to S3.

Shapes: Amazon S3 API reference, the operations named below, read 2026-11-22. Raises ``catalog.platforms.base`` errors.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from catalog.platforms.base import AuthError, PermanentError, PlatformError, TransientError
from customization.datasets.sizes import in_words
from customization.gateways.door import aws
from customization.gateways.places import Place, StoredObject

CHUNK = 1 << 20
URL_SECONDS = 900
REOPENED = 3  # times in a row, for a stream that breaks
NO_SUCH_OBJECT = "NoSuchKey"


def _s3(hurried: bool) -> Any:
    """``hurried``: for what a page waits for, one try of two seconds. Not for what S3 may take long over."""
    return aws.client("s3", hurried=hurried)


def look(place: Place, *, hurried: bool = False) -> StoredObject | None:
    """The object at a place; None when there is none."""
    try:
        with aws.translated():
            head = _s3(hurried).head_object(Bucket=place.bucket, Key=place.key)
    except PlatformError as error:
        if error.code in ("404", "NoSuchKey", "NoSuchBucket"):
            return None
        raise _in_words(error, place) from error
    if not head.get("ETag"):
        raise TransientError("HeadObject answered without an ETag.", code="BrokenAnswer")
    return StoredObject(place, int(head["ContentLength"]), str(head["ETag"]), str(head.get("VersionId", "")))


def region_of(bucket: str, *, hurried: bool = False) -> str:
    """The region a bucket is in; "" when S3 does not say or we may not know. botocore follows a bucket anywhere."""
    try:
        with aws.translated():
            return str(_s3(hurried).head_bucket(Bucket=bucket).get("BucketRegion") or "")
    except AuthError:
        return ""


def _in_words(error: PlatformError, place: Place) -> PlatformError:
    """HeadObject's refusals have no body: the status is all it says."""
    if error.code == "301":
        return PermanentError(f"The bucket {place.bucket} is in another region.", code=error.code)
    if error.code == "403":
        return AuthError(f"modelhub may not read {place.uri} (s3:GetObject, s3:ListBucket).", code=error.code)
    return error


def find(place: Place, most: int, *, hurried: bool = False) -> StoredObject:
    """The object at a place; PermanentError when there is none, or one of more than ``most`` bytes."""
    found = look(place, hurried=hurried)
    if found is None:
        raise PermanentError(f"There is no {place.uri}.", code=NO_SUCH_OBJECT)
    if found.size > most:
        words = (
            f"{place.uri} has {in_words(found.size)}; modelhub reads at most {in_words(most)} of such a file."
        )
        raise PermanentError(words, code="TooLarge")
    return found


def read(stored: StoredObject) -> Iterator[bytes]:
    """The object's bytes in chunks; the very version that was looked at, or an error if it has changed.

    A stream that breaks is taken up where it broke: ten gigabytes are not begun anew for one lost connection.
    """
    done = breaks = 0
    while True:
        opened_at = done
        try:
            for chunk in _read_from(stored, done):
                done += len(chunk)
                yield chunk
            if done >= stored.size:
                return
            raise TransientError(
                f"{stored.place.uri} broke off after {done:,} of {stored.size:,} bytes.", code="CutAnswer"
            )
        except TransientError:
            breaks = 1 if done - opened_at >= CHUNK else breaks + 1
            if not done or done >= stored.size or breaks > REOPENED:
                raise


def _read_from(stored: StoredObject, start: int) -> Iterator[bytes]:
    wanted: dict[str, Any] = {"Bucket": stored.place.bucket, "Key": stored.place.key, "IfMatch": stored.etag}
    if stored.version_id and stored.version_id != "null":
        wanted["VersionId"] = stored.version_id
    if start:
        wanted["Range"] = f"bytes={start}-"
    try:
        with aws.translated():
            answer = aws.client("s3").get_object(**wanted)
            _must_be(answer, stored, start)
            with closing(answer["Body"]) as body:
                yield from body.iter_chunks(CHUNK)
    except PlatformError as error:
        if error.code == "PreconditionFailed":
            raise PermanentError(
                f"{stored.place.uri} was replaced since it arrived.", code=error.code
            ) from error
        raise


def _must_be(answer: dict[str, Any], stored: StoredObject, start: int) -> None:
    """Raise an error unless S3 answers with this very object, from the byte that was asked for."""
    if not answer.get("ETag"):
        raise TransientError("GetObject answered without the object.", code="BrokenAnswer")
    if answer["ETag"] != stored.etag:  # a store that knows no IfMatch
        raise PermanentError("another object", code="PreconditionFailed")
    if start and not str(answer.get("ContentRange", "")).startswith(f"bytes {start}-"):
        raise TransientError(
            "GetObject answered with other bytes than it was asked for.", code="BrokenAnswer"
        )


def text_lines(chunks: Iterator[bytes]) -> Iterator[str]:
    """The lines of a text that comes in chunks, each with its end; what is no UTF-8 is replaced."""
    rest = ""
    for text in codecs.iterdecode(chunks, "utf-8", "replace"):
        *whole, rest = (rest + text).split("\n")
        yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest


def start_upload(place: Place, *, hurried: bool = False) -> str:
    """Begin a multipart upload and return its id."""
    with aws.translated():
        answer = _s3(hurried).create_multipart_upload(
            Bucket=place.bucket, Key=place.key, ContentType="application/x-ndjson"
        )
    if not answer.get("UploadId"):
        raise TransientError("CreateMultipartUpload answered without an id.", code="BrokenAnswer")
    return str(answer["UploadId"])


def open_uploads(place: Place, *, hurried: bool = False) -> list[str]:
    """Ids of the multipart uploads under way at exactly this key."""
    with aws.translated():
        pages = _s3(hurried).get_paginator("list_multipart_uploads")
        return [
            str(upload["UploadId"])
            for page in pages.paginate(Bucket=place.bucket, Prefix=place.key)
            for upload in page.get("Uploads", ())
            if upload["Key"] == place.key
        ]


def part_urls(place: Place, upload_id: str, numbers: list[int]) -> dict[int, str]:
    """Addresses to which a browser may put these parts, for 15 minutes. Signing makes no call."""
    with aws.translated():
        s3 = aws.client("s3")
        return {
            number: s3.generate_presigned_url(
                "upload_part",
                Params={
                    "Bucket": place.bucket,
                    "Key": place.key,
                    "UploadId": upload_id,
                    "PartNumber": number,
                },
                ExpiresIn=URL_SECONDS,
            )
            for number in numbers
        }


def parts(place: Place, upload_id: str, *, hurried: bool = False) -> dict[int, tuple[str, int]]:
    """Part number -> (ETag, size) of what S3 really holds of an upload."""
    with aws.translated():
        pages = _s3(hurried).get_paginator("list_parts")
        return {
            int(part["PartNumber"]): (str(part["ETag"]), int(part["Size"]))
            for page in pages.paginate(Bucket=place.bucket, Key=place.key, UploadId=upload_id)
            for part in page.get("Parts", ())
        }


def finish_upload(place: Place, upload_id: str, held: dict[int, tuple[str, int]]) -> None:
    """Make the object from its parts. S3 may take minutes over a large one, keeping the connection alive."""
    listed = [{"PartNumber": number, "ETag": etag} for number, (etag, _) in sorted(held.items())]
    with aws.translated():
        aws.client("s3").complete_multipart_upload(
            Bucket=place.bucket, Key=place.key, UploadId=upload_id, MultipartUpload={"Parts": listed}
        )


def abort_upload(place: Place, upload_id: str, *, hurried: bool = False) -> None:
    """Throw the parts of an upload away; one that is gone already is no error."""
    try:
        with aws.translated():
            _s3(hurried).abort_multipart_upload(Bucket=place.bucket, Key=place.key, UploadId=upload_id)
    except PlatformError as error:
        if error.code != "NoSuchUpload":
            raise


def put_file(place: Place, path: str) -> None:
    """Upload a local file from this process (shell and commands; browsers upload by themselves)."""
    # Not upload_file: it hides the platform's error in an exception of its own.
    with aws.translated(), Path(path).open("rb") as file:
        aws.client("s3").upload_fileobj(file, place.bucket, place.key)
