"""``clientRequestToken``: the same wish twice is carried out once.

AWS says only "If this token matches a previous request, Amazon Bedrock ignores the request, but does not return an
error" (botocore's model). What such a call answers, and what happens when the rest of the request differs, are
switches. Tokens are kept for good and belong to the account, not to a caller.
"""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from sandbox.errors import PlatformError, validation
from sandbox.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.world import World

_MISMATCH = "The client request token was already used with different request parameters."


def repeat(
    world: "World", request: Request, operation: str, given: dict[str, Any], key: str
) -> Response | None:
    """The answer to a wish that was carried out before; None when it is new."""
    token = given.get("clientRequestToken")
    earlier = world.owned.tokens.get(f"{operation}/{token}") if token else None
    if earlier is None:
        return None
    if earlier["fingerprint"] != _fingerprint(given):
        _refuse(str(world.switches["token_mismatch"]))
    request.notes["repeat_of"] = earlier["arn"]
    answered: str = world.switches["token_repeat"]
    if answered == "empty":
        return json_response({}, 200)
    return json_response({key: earlier["arn"]}, earlier["status"])


def remember(world: "World", operation: str, given: dict[str, Any], arn: str, status: int = 201) -> None:
    if token := given.get("clientRequestToken"):
        record = {"arn": arn, "fingerprint": _fingerprint(given), "status": status}
        world.owned.tokens.put(f"{operation}/{token}", record)


def _refuse(choice: str) -> None:
    if choice == "conflict":
        raise PlatformError(400, "ConflictException", _MISMATCH)
    if choice == "validation":
        raise validation(_MISMATCH)


def _fingerprint(given: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
