"""AWS's JSON 1.0 and 1.1 protocols: POST to ``/``, the operation named by the header X-Amz-Target.

CloudWatch and the price list speak them. CloudWatch's own first choice is CBOR, but botocore 1.44.5 prefers JSON
(``PRIORITY_ORDERED_SUPPORTED_PROTOCOLS``), so nothing else is played.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.errors import PlatformError
from sandbox.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.world import World

Handler = Callable[["World", dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Service:
    platform: str
    target: str
    content_type: str
    operations: dict[str, Handler]

    def find(self, request: Request) -> str | None:
        prefix, _, name = (request.headers.get("X-Amz-Target") or "").partition(".")
        return name if prefix == self.target and name in self.operations else None

    def run(self, world: "World", request: Request, operation: str) -> Response:
        answer = self.operations[operation](world, _body(request))
        return json_response(answer, 200, {"Content-Type": self.content_type})


def _body(request: Request) -> dict[str, Any]:
    try:
        body = request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise PlatformError(400, "SerializationException", "The request body is not a JSON object.")
    return body
