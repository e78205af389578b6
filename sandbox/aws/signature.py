"""Who signed a request, and for which service. The signature itself is not checked: any secret will do.

The forms are those that botocore 1.44.5 writes (``botocore.auth``); the two of version 2 are what boto3 still
puts into presigned S3 URLs unless told otherwise.
"""

import re
from dataclasses import dataclass

from sandbox.wire import Request

_V4 = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
_V2 = re.compile(r"^AWS ([^:]+):")


@dataclass(frozen=True)
class Signature:
    access_key: str
    region: str
    service: str


def read(request: Request) -> Signature | None:
    """From the Authorization header or, for presigned URLs, from the query; None when unsigned."""
    header = request.headers.get("Authorization") or ""
    if header.startswith("AWS4-") and (found := _V4.search(header)):
        return Signature(found[1], found[2], found[3].lower())
    if found := _V2.match(header):
        return Signature(found[1], "us-east-1", "s3")
    if found := _V4.search("Credential=" + request.query.get("X-Amz-Credential", "")):
        return Signature(found[1], found[2], found[3].lower())
    if access_key := request.query.get("AWSAccessKeyId"):
        return Signature(access_key, "us-east-1", "s3")
    return None
