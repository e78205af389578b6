"""Names S3 calls after its own operations, for faults and for the ledger.

Source: botocore 1.44.5, service model s3/2006-03-01. Only those modelhub's world can meet are
told apart; the rest are named by their level and verb.
"""

from sandbox.aws.cors import OPERATION
from sandbox.wire import Request

_OBJECT = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_BUCKET = {"GET": "ListObjects", "HEAD": "HeadBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}
_UPLOAD = {
    "GET": "ListParts",
    "PUT": "UploadPart",
    "POST": "CompleteMultipartUpload",
    "DELETE": "AbortMultipartUpload",
}
_SUBRESOURCES = {
    "cors": "Cors",
    "versioning": "Versioning",
    "tagging": "Tagging",
    "policy": "Policy",
    "acl": "Acl",
}


def s3_operation(request: Request) -> str:
    if request.method == "OPTIONS":
        return OPERATION
    bucket, _, key = request.path.lstrip("/").partition("/")
    if not bucket:
        return "ListBuckets"
    return _on_object(request) if key else _on_bucket(request)


def _on_object(request: Request) -> str:
    if "uploadId" in request.query:
        return _UPLOAD.get(request.method, "UploadPart")
    if "uploads" in request.query:
        return "CreateMultipartUpload"
    if request.method == "PUT" and request.headers.get("x-amz-copy-source"):
        return "CopyObject"
    return _sub(request, "Object") or _OBJECT.get(request.method, request.method.title() + "Object")


def _on_bucket(request: Request) -> str:
    if "uploads" in request.query:
        return "ListMultipartUploads"
    if request.method == "POST" and "delete" in request.query:
        return "DeleteObjects"
    if request.query.get("list-type") == "2":
        return "ListObjectsV2"
    if "location" in request.query:
        return "GetBucketLocation"
    return _sub(request, "Bucket") or _BUCKET.get(request.method, request.method.title() + "Bucket")


def _sub(request: Request, level: str) -> str | None:
    for parameter, name in _SUBRESOURCES.items():
        if parameter in request.query:
            return f"{request.method.title()}{level}{name}"
    return None
