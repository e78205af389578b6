"""OpenAI's error body and its key check.

The 401 and 429 bodies follow recorded answers; those without a key, for an unknown model or address are from
memory of the API (2026-11), not recorded.
"""

from sandbox.errors import PlatformError
from sandbox.wire import Request, Response, json_response

_NO_KEY = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer "
    "auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're "
    "accessing the API from your browser and are prompted for a username and password. You can obtain an API "
    "key from https://platform.openai.com/account/api-keys."
)


def render(error: PlatformError, request_id: str) -> Response:
    body = {"message": error.message, "type": error.type, "param": error.param, "code": error.code}
    return json_response({"error": body}, error.status, error.headers)


def api_key(request: Request) -> str:
    scheme, _, key = (request.headers.get("Authorization") or "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def refusal(key: str) -> PlatformError | None:
    """Any key will do, except none and those starting with ``invalid``."""
    if not key:
        return PlatformError(401, None, _NO_KEY)
    return bad_key(key) if key.startswith("invalid") else None


def bad_key(key: str) -> PlatformError:
    message = (
        f"Incorrect API key provided: {masked(key)}. You can find your API key at "
        "https://platform.openai.com/account/api-keys."
    )
    return PlatformError(401, "invalid_api_key", message)


def masked(key: str) -> str:
    """As OpenAI echoes keys; short ones (``invalid-key``) come back whole, as real answers show."""
    return key if len(key) <= 12 else f"{key[:3]}{'*' * 8}{key[-4:]}"
