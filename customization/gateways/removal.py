"""Deleting a custom model, and the folder its job left in S3.

Shapes: Amazon Bedrock API reference, DeleteCustomModel; Amazon S3 API reference, ListObjectsV2 and DeleteObjects (up to
1,000 keys a call), read 2026-11-22. Every function raises one of the ``catalog.platforms.base`` errors.
"""

from __future__ import annotations

from collections.abc import Iterator

from catalog.platforms.base import PermanentError, PlatformError, TransientError
from customization.gateways.calls import NOT_FOUND, request_id
from customization.gateways.door import aws
from customization.gateways.places import Place


def delete_model(arn: str) -> str:
    """Ask for a custom model's deletion; the request id. That there is none (any more) is success too."""
    try:
        with aws.translated():
            answer = aws.client("bedrock").delete_custom_model(modelIdentifier=arn)
    except PlatformError as error:
        if error.code == NOT_FOUND:
            return error.request_id
        raise
    return request_id(answer)


def delete_folder(folder: Place) -> int:
    """Delete every object under ``folder.key`` + "/" and look again; how many there were. Safe to repeat.

    Raises PermanentError for what S3 kept, and for a folder that is a whole bucket; TransientError when objects are
    there still, or an answer was broken: boto3 takes HTTP 200 without a body for an empty list.
    """
    prefix = folder.key.rstrip("/") + "/"
    if not prefix.strip("/"):
        raise PermanentError(f"Refusing to empty the whole bucket {folder.bucket}.")
    deleted = 0
    try:
        with aws.translated():
            for keys in _keys(folder.bucket, prefix):
                _delete(folder.bucket, keys)
                deleted += len(keys)
            if any(_keys(folder.bucket, prefix)):
                raise TransientError(f"S3 still shows objects under {folder.uri}.")
    except PlatformError as error:
        if error.code != "NoSuchBucket":  # there is nothing left of it
            raise
    return deleted


def _keys(bucket: str, prefix: str) -> Iterator[list[str]]:
    """The keys of a folder, a page at a time."""
    for page in aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        if "KeyCount" not in page:
            raise TransientError("ListObjectsV2 answered without “KeyCount”.", code="BrokenAnswer")
        keys = [entry["Key"] for entry in page.get("Contents", ())]
        if strays := [key for key in keys if not key.startswith(prefix)]:
            raise TransientError(f"S3 listed {strays[0]}, which is not under {prefix}.", code="BrokenAnswer")
        if keys:
            yield keys


def _delete(bucket: str, keys: list[str]) -> None:
    objects = [{"Key": key} for key in keys]
    answer = aws.client("s3").delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    for error in answer.get("Errors", ()):
        raise PermanentError(
            f"S3 kept {error.get('Key')}: {error.get('Message')}", code=error.get("Code", "")
        )
