"""From a request to a call: which platform, which operation, by whom, and whether they may come in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sandbox.aws import cors, dialects, signature
from sandbox.aws.s3_names import s3_operation
from sandbox.bedrock import operations as bedrock_operations
from sandbox.cloudwatch import operations as cloudwatch
from sandbox.errors import PlatformError
from sandbox.openai_api import dialect as openai_dialect
from sandbox.openai_api import operations as openai_operations
from sandbox.pricing import operations as price_list
from sandbox.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.world import World

Run = Callable[["World"], Response]
_UNKNOWN_CALLER = "The security token included in the request is invalid."

# By the name a service signs with.
_NUMBERS = {"monitoring": cloudwatch.SERVICE, "pricing": price_list.SERVICE}
RENDER = {
    "bedrock": dialects.rest_json,
    "openai": openai_dialect.render,
    "s3": dialects.s3_xml,
    "sts": dialects.query_xml,
    "iam": dialects.query_xml,
    "cloudwatch": dialects.json_of_query,
    "pricing": dialects.json_type,
}
REQUEST_ID_HEADERS = {
    "bedrock": "x-amzn-RequestId",
    "openai": "x-request-id",
    "s3": "x-amz-request-id",
    "sts": "x-amzn-RequestId",
    "iam": "x-amzn-RequestId",
    "cloudwatch": "x-amzn-RequestId",
    "pricing": "x-amzn-RequestId",
}


@dataclass(frozen=True)
class Call:
    platform: str
    operation: str
    caller: str  # access key id, or the API key's tail: never a whole secret
    run: Run
    refusal: PlatformError | None = None


def identify(request: Request) -> Call:
    if request.method == "OPTIONS":  # browsers sign no preflight, and S3 checks none
        return Call(
            "s3", cors.OPERATION, "anonymous", lambda w: cors.preflight(w.aws.cors_rules(request), request)
        )
    signed = signature.read(request)
    if signed is not None:
        return _aws(request, signed)
    if request.segments[:1] == ["v1"]:
        return _openai(request)
    if bedrock_operations.find(request) is not None:
        return _bedrock(request, *_bedrock_key(request))
    return _moto("s3", request, "anonymous", None)


def _aws(request: Request, signed: signature.Signature) -> Call:
    invalid = signed.access_key.startswith("invalid")
    if signed.service == "bedrock":
        refusal = PlatformError(403, "UnrecognizedClientException", _UNKNOWN_CALLER) if invalid else None
        return _bedrock(request, signed.access_key, refusal)
    if signed.service == "s3":
        words = "The AWS Access Key Id you provided does not exist in our records."
        refusal = PlatformError(403, "InvalidAccessKeyId", words) if invalid else None
        return _moto("s3", request, signed.access_key, refusal)
    if signed.service in ("sts", "iam"):
        refusal = PlatformError(403, "InvalidClientTokenId", _UNKNOWN_CALLER) if invalid else None
        return _moto(signed.service, request, signed.access_key, refusal)
    if signed.service in _NUMBERS:
        return _number_service(request, signed, invalid)
    refusal = _unknown(request, f"The sandbox does not play the service '{signed.service}'.")
    return Call("bedrock", "Unknown", signed.access_key, _nothing, refusal)


def _number_service(request: Request, signed: signature.Signature, invalid: bool) -> Call:
    """CloudWatch and the price list."""
    service = _NUMBERS[signed.service]
    name = service.find(request)
    refusal = PlatformError(403, "UnrecognizedClientException", _UNKNOWN_CALLER) if invalid else None
    if name is None:
        unknown = _unknown(request, "Unknown operation.")
        return Call(service.platform, "Unknown", signed.access_key, _nothing, refusal or unknown)
    return Call(
        service.platform, name, signed.access_key, lambda world: service.run(world, request, name), refusal
    )


def _bedrock_key(request: Request) -> tuple[str, PlatformError | None]:
    """Bedrock takes API keys as bearer tokens too (botocore's model bedrock/2023-04-20 lists httpBearerAuth)."""
    key = openai_dialect.api_key(request)
    if not key:
        return "anonymous", PlatformError(
            403, "MissingAuthenticationTokenException", "Missing Authentication Token"
        )
    invalid = key.startswith("invalid")
    refusal = PlatformError(403, "UnrecognizedClientException", _UNKNOWN_CALLER) if invalid else None
    return _tail(key), refusal


def _bedrock(request: Request, caller: str, refusal: PlatformError | None) -> Call:
    found = bedrock_operations.find(request)
    if found is None:
        return Call(
            "bedrock", "Unknown", caller, _nothing, refusal or _unknown(request, "Unknown operation.")
        )
    operation, identifier = found

    def run(world: "World") -> Response:
        answer = operation.handler(world, replace(request, caller=caller), identifier)
        return answer if isinstance(answer, Response) else json_response(answer, operation.status)

    return Call("bedrock", operation.name, caller, run, refusal)


def _openai(request: Request) -> Call:
    key = openai_dialect.api_key(request)
    name, handler, model_id = openai_operations.find(request)

    def run(world: "World") -> Response:
        return json_response(handler(world, request, model_id))

    return Call("openai", name, _tail(key), run, openai_dialect.refusal(key))


def _moto(service: str, request: Request, caller: str, refusal: PlatformError | None) -> Call:
    if service == "s3":
        operation = s3_operation(request)
    else:
        form = Request("GET", "/", request.body.decode("latin-1")).query
        operation = form.get("Action") or request.query.get("Action") or "Unknown"
    return Call(service, operation, caller, lambda world: world.aws.call(service, request), refusal)


def _unknown(request: Request, why: str) -> PlatformError:
    return PlatformError(404, "UnknownOperationException", f"{why} ({request.method} {request.path})")


def _nothing(world: "World") -> Response:
    raise AssertionError("a refused call is never carried out")


def _tail(key: str) -> str:
    return f"…{key[-4:]}" if key else "anonymous"
