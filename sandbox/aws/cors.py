"""Cross-origin rules of a bucket, as browsers ask for them and as S3 answers.

Source: Amazon S3 User Guide, "Using cross-origin resource sharing", and "CORS configuration": the first rule that
matches origin, method and every requested header decides. Errors carry the headers too, or a browser could not tell
a refusal from a broken line. The 403 text is moto's.
"""

import re
from typing import Any

from sandbox.errors import PlatformError
from sandbox.wire import Request, Response

OPERATION = "PreflightRequest"
START_RULE: dict[str, Any] = {
    "AllowedOrigin": ["*"],
    "AllowedMethod": ["GET", "PUT", "POST", "HEAD", "DELETE"],
    "AllowedHeader": ["*"],
    "ExposeHeader": ["ETag", "x-amz-version-id", "x-amz-checksum-sha256", "x-amz-request-id"],
    "MaxAgeSeconds": "3000",
}
_FORBIDDEN = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / "
    "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
)


def preflight(rules: list[Any], request: Request) -> Response:
    origin = request.headers.get("Origin") or ""
    method = request.headers.get("Access-Control-Request-Method") or ""
    asked = request.headers.get("Access-Control-Request-Headers") or ""
    names = [name.strip() for name in asked.split(",") if name.strip()]
    rule = next((rule for rule in rules if _matches(rule, origin, method, names)), None)
    if rule is None:
        raise PlatformError(403, "AccessForbidden", _FORBIDDEN)
    headers = _headers(rule, origin) | {"Access-Control-Allow-Methods": ", ".join(rule.allowed_methods)}
    if names:
        headers["Access-Control-Allow-Headers"] = ", ".join(name.lower() for name in names)
    if rule.max_age_seconds:
        headers["Access-Control-Max-Age"] = str(rule.max_age_seconds)
    return Response(200, b"", headers)


def headers_for(rules: list[Any], request: Request) -> dict[str, str]:
    """What is added to the answer of a real call, also to a refusal."""
    origin = request.headers.get("Origin")
    rule = next((rule for rule in rules if origin and _matches(rule, origin, request.method, [])), None)
    return _headers(rule, origin or "") if rule else {}


def _headers(rule: Any, origin: str) -> dict[str, str]:
    anyone = rule.allowed_origins == ["*"]
    headers = {"Access-Control-Allow-Origin": "*" if anyone else origin}
    headers["Vary"] = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
    if not anyone:
        headers["Access-Control-Allow-Credentials"] = "true"
    if rule.exposed_headers:
        headers["Access-Control-Expose-Headers"] = ", ".join(rule.exposed_headers)
    return headers


def _matches(rule: Any, origin: str, method: str, names: list[str]) -> bool:
    return (
        any(_like(pattern, origin) for pattern in rule.allowed_origins)
        and method in rule.allowed_methods
        and all(any(_like(p.lower(), name.lower()) for p in rule.allowed_headers or []) for name in names)
    )


def _like(pattern: str, text: str) -> bool:
    return bool(re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), text))
