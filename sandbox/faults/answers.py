"""How each kind of fault looks on the wire. The only place that decides so, for every platform.

Codes and statuses of Bedrock: botocore 1.44.5, service model bedrock/2023-04-20. Recorded from real accounts: the
words of OpenAI's insufficient_quota and of Bedrock's AccessDeniedException. The other words are plausible, not
recorded: rely on codes and statuses, not on them.
"""

import json
from collections.abc import Callable
from typing import Any

from sandbox.errors import PlatformError
from sandbox.store import Record
from sandbox.wire import Answer, Hangup, Response

_QUOTA_OPENAI = (
    "You exceeded your current quota, please check your plan and billing details. For more information on "
    "this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."
)
_EXPIRED = "The security token included in the request is expired"
_RATE = "Rate limit reached for requests"
_DENIED = "Your account is not authorized to invoke this API operation."
_OOPS = "The server had an error while processing your request. Sorry about that!"

Refusals = dict[str, tuple[int, str | None, str, str]]  # kind -> status, code, message, OpenAI's type

BEDROCK: Refusals = {
    "throttle": (429, "ThrottlingException", "Too many requests, please wait before trying again.", ""),
    "quota": (
        400,
        "ServiceQuotaExceededException",
        "Your request exceeds the service quota for your account.",
        "",
    ),
    "error500": (500, "InternalServerException", "An internal server error occurred. Try again later.", ""),
    "expired": (403, "ExpiredTokenException", _EXPIRED, ""),
    "denied": (403, "AccessDeniedException", _DENIED, ""),
}
OPENAI: Refusals = {
    "throttle": (429, "rate_limit_exceeded", _RATE, "requests"),
    "quota": (429, "insufficient_quota", _QUOTA_OPENAI, "insufficient_quota"),
    "error500": (500, None, _OOPS, "server_error"),
    "expired": (401, "invalid_api_key", "Incorrect API key provided: expired.", "invalid_request_error"),
    "denied": (403, None, "You have insufficient permissions for this operation.", "invalid_request_error"),
}
S3: Refusals = {
    "throttle": (503, "SlowDown", "Please reduce your request rate.", ""),
    "quota": (400, "TooManyBuckets", "You have attempted to create more buckets than allowed.", ""),
    "error500": (500, "InternalError", "We encountered an internal error. Please try again.", ""),
    "expired": (400, "ExpiredToken", "The provided token has expired.", ""),
    "denied": (403, "AccessDenied", "Access Denied", ""),
}
QUERY: Refusals = {
    "throttle": (400, "Throttling", "Rate exceeded", ""),
    "quota": (409, "LimitExceeded", "Cannot exceed quota.", ""),
    "error500": (500, "InternalFailure", "An internal failure occurred.", ""),
    "expired": (403, "ExpiredToken", _EXPIRED, ""),
    "denied": (403, "AccessDenied", "User is not authorized to perform this operation.", ""),
}
CLOUDWATCH: Refusals = {  # CommonErrors of its API reference
    "throttle": (400, "Throttling", "Rate exceeded", ""),
    "quota": (400, "LimitExceeded", "The quota for your account has been reached.", ""),
    "error500": (500, "InternalServiceError", "An internal failure occurred.", ""),
    "expired": (403, "ExpiredToken", _EXPIRED, ""),
    "denied": (403, "AccessDenied", "User is not authorized to perform this operation.", ""),
}
PRICING: Refusals = {
    "throttle": (400, "ThrottlingException", "Rate exceeded", ""),
    "quota": (400, "ThrottlingException", "The quota for your account has been reached.", ""),
    "error500": (500, "InternalErrorException", "An internal error occurred.", ""),
    "expired": (400, "ExpiredTokenException", _EXPIRED, ""),
    "denied": (400, "AccessDeniedException", "User is not authorized to perform: pricing:GetProducts", ""),
}
REFUSALS = {
    "bedrock": BEDROCK,
    "openai": OPENAI,
    "s3": S3,
    "sts": QUERY,
    "iam": QUERY,
    "cloudwatch": CLOUDWATCH,
    "pricing": PRICING,
}

_HTML_503 = (
    b"<html><head><title>503 Service Temporarily Unavailable</title></head><body>503</body></html>\r\n"
)
_HTML_200 = b"<!doctype html><html><body><h1>We'll be back soon</h1></body></html>\n"
_HTML = {"Content-Type": "text/html"}
_JSON = {"Content-Type": "application/json"}

KINDS = (
    *BEDROCK,
    *("html503", "timeout", "closed", "html200", "empty200", "cut200", "lacking_key"),
    *("empty_list", "short_list"),
)


def answer(fault: Record, platform: str, run: Callable[[], Response]) -> Answer:
    """The answer a faulty call gets; raises PlatformError for refusals. ``run`` carries the call out."""
    kind = fault["kind"]
    reply = run() if fault["applied"] or kind in ("cut200", "empty_list", "short_list") else None
    if kind in REFUSALS[platform]:
        raise _refusal(fault, platform)
    if reply is not None and kind in ("cut200", "empty_list", "short_list"):
        return _spoilt(kind, reply)
    return _bare(fault)


def _refusal(fault: Record, platform: str) -> PlatformError:
    status, code, message, type_ = REFUSALS[platform][fault["kind"]]
    wait = fault["retry_after"]
    headers = {"Retry-After": str(wait)} if fault["kind"] == "throttle" and wait is not None else {}
    return PlatformError(status, code, fault["message"] or message, type=type_, headers=headers)


def _bare(fault: Record) -> Answer:
    match fault["kind"]:
        case "timeout":
            return Hangup(float(fault["seconds"]))
        case "html503":
            return Response(503, _HTML_503, dict(_HTML))
        case "html200":
            return Response(200, _HTML_200, dict(_HTML))
        case "empty200":
            return Response(200, b"", dict(_JSON))
        case "lacking_key":
            return Response(200, b"{}", dict(_JSON))
    return Hangup()


def _spoilt(kind: str, reply: Response) -> Response:
    if kind == "cut200":  # Content-Length is that of the cut body: nothing on the wire gives it away
        return Response(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
    if "json" not in reply.headers.get("Content-Type", ""):
        return reply  # S3 and STS speak XML: only whole JSON lists can be shortened
    document = json.loads(reply.body)
    body = json.dumps({key: _shorter(kind, value) for key, value in document.items()}).encode()
    return Response(reply.status, body, reply.headers)


def _shorter(kind: str, value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [] if kind == "empty_list" else value[: len(value) // 2]
