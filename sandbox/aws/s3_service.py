"""S3 calls that moto alone would answer wrongly or with a whole object in memory; all others go straight to it."""

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sandbox.aws.lean_moto import read_blocks
from sandbox.aws.s3_names import s3_operation
from sandbox.clock import iso
from sandbox.errors import PlatformError
from sandbox.wire import Request, Response

LARGE = 8 * 1024 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_SHA256 = "x-amz-checksum-sha256"
_CHUNKED = ("x-amz-decoded-content-length", "content-encoding", "x-amz-trailer", "transfer-encoding")
_NO_UPLOAD = (
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
    "completed."
)
Moto = Callable[[Request], Response]


class S3Service:
    """``sunk`` counts the bytes that uploads threw into the null sink."""

    def __init__(self, moto: Moto, backend: Callable[[], Any], now: Callable[[], datetime]) -> None:
        self._moto, self._backend, self._now = moto, backend, now
        self.null_sink: Callable[[], bool] = lambda: False
        self.sunk = 0

    def answer(self, request: Request) -> Response:
        operation = s3_operation(request)
        if operation in ("UploadPart", "CompleteMultipartUpload"):
            self._check_upload(request)
        match operation:
            case "GetObject":
                return self._get(request)
            case "PutObject" | "UploadPart" if self.null_sink():
                self.sunk += len(request.body)
                return self._moto(_emptied(request))
            case "PutObject" | "UploadPart":
                return self._moto(_checked(request))
            case "HeadObject":
                return self._whole_checksum(request, self._moto(request))
            case "CreateMultipartUpload":
                answer = self._moto(request)
                self._date_uploads(request)
                return answer
            case "ListMultipartUploads":
                return self._dated(request, self._moto(request))
        return self._moto(request)

    def _get(self, request: Request) -> Response:
        """Large objects leave in blocks; whether and which, moto says by a HEAD."""
        probe = self._moto(replace(request, method="HEAD", headers=_without(request, "range")))
        key = self._object(request, probe.headers.get("x-amz-version-id"))
        if probe.status != 200 or key is None or key.contentsize <= LARGE:
            return self._moto(request)
        size = int(key.contentsize)
        start, end = _span(request.headers.get("Range") or "", size)
        if start >= end:
            raise PlatformError(416, "InvalidRange", "The requested range is not satisfiable")
        headers = {name: value for name, value in probe.headers.items() if name.lower() != "content-length"}
        status = 200
        if request.headers.get("Range"):
            status, headers["Content-Range"] = 206, f"bytes {start}-{end - 1}/{size}"
        length = end - start
        return Response(status, b"", headers, lambda: read_blocks(key, start, length), length)

    def _check_upload(self, request: Request) -> None:
        """moto breaks down over an unknown upload. One that is complete may be completed again."""
        bucket = self._backend().buckets.get(request.path.lstrip("/").partition("/")[0])
        upload_id = request.query.get("uploadId")
        whole = getattr(self._object(request, None), "multipart", None)
        if bucket and upload_id not in bucket.multiparts and (whole is None or whole.id != upload_id):
            raise PlatformError(404, "NoSuchUpload", _NO_UPLOAD)

    def _whole_checksum(self, request: Request, answer: Response) -> Response:
        """S3 ends a composite checksum with the number of parts and names its kind; moto does so for GET only."""
        headers = dict(answer.headers)
        key = self._object(request, headers.get("x-amz-version-id"))
        if key is not None and key.checksum_type == "COMPOSITE":
            for name in [name for name in headers if name.startswith("x-amz-checksum-")]:
                headers |= {name: f"{headers[name]}-{key.checksum_parts}", "x-amz-checksum-type": "COMPOSITE"}
        return replace(answer, headers=headers)

    def _object(self, request: Request, version: str | None) -> Any:
        name, _, path = request.path.lstrip("/").partition("/")
        bucket = self._backend().buckets.get(name)
        if bucket is None:
            return None
        wanted = request.query.get("versionId") or version
        versions = [key for key in bucket.keys.getlist(path, []) if hasattr(key, "_value_buffer")]
        return next((key for key in reversed(versions) if wanted in (None, key.version_id)), None)

    def _date_uploads(self, request: Request) -> None:
        bucket = self._backend().buckets.get(request.path.lstrip("/").partition("/")[0])
        for upload in bucket.multiparts.values() if bucket else ():
            upload.__dict__.setdefault("initiated", iso(self._now()))

    def _dated(self, request: Request, answer: Response) -> Response:
        """moto says 2010 for every upload; whoever clears old ones away must see their real age."""
        bucket = self._backend().buckets.get(request.path.strip("/"))
        if answer.status != 200 or bucket is None:
            return answer

        def date(found: re.Match[str]) -> str:
            upload_id = re.search(r"<UploadId>(.*?)</UploadId>", found[0])
            upload = bucket.multiparts.get(upload_id[1]) if upload_id else None
            day = getattr(upload, "initiated", iso(self._now()))
            return re.sub(r"<Initiated>.*?</Initiated>", f"<Initiated>{day}</Initiated>", found[0])

        text = re.sub(r"<Upload>.*?</Upload>", date, answer.body.decode(), flags=re.DOTALL)
        return replace(answer, body=text.encode())


def _span(text: str, size: int) -> tuple[int, int]:
    found = _RANGE.fullmatch(text)
    if not found or (not found[1] and not found[2]):
        return 0, size
    if not found[1]:
        return max(0, size - int(found[2])), size
    return int(found[1]), min(size, int(found[2]) + 1) if found[2] else size


def _emptied(request: Request) -> Request:
    return replace(request, body=b"", headers=_without(request, *_CHUNKED))


def _checked(request: Request) -> Request:
    """A SHA-256 the caller sent is compared, as S3 does, and kept; moto keeps it only when told the algorithm."""
    said = request.headers.get(_SHA256)
    if not said:
        return request
    if not request.headers.get("x-amz-trailer") and said != b64encode(sha256(request.body).digest()).decode():
        raise PlatformError(
            400, "BadDigest", "The SHA256 you specified did not match the calculated checksum."
        )
    named = {"x-amz-sdk-checksum-algorithm": "SHA256"}
    return replace(request, headers=_AnyCase(dict(request.headers.items()) | named))


def _without(request: Request, *names: str) -> "_AnyCase":
    return _AnyCase({name: value for name, value in request.headers.items() if name.lower() not in names})


class _AnyCase(dict[str, str]):
    def get(self, name: str, default: Any = None, /) -> Any:
        return next((value for key, value in self.items() if key.lower() == name.lower()), default)
