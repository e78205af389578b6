"""The one way in: identify, refuse or misbehave or carry out, and write it down."""

import sys
import traceback
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.aws import cors
from sandbox.control import routes
from sandbox.errors import PlatformError
from sandbox.faults import answers
from sandbox.routing import RENDER, REQUEST_ID_HEADERS, Call, identify
from sandbox.store import Record
from sandbox.wire import Answer, Request, Response

if TYPE_CHECKING:
    from sandbox.world import World


def handle(world: "World", request: Request) -> Answer:
    if request.segments[:1] == ["_sandbox"]:
        return routes.answer(world, request)
    call = identify(request)
    request_id = _new_id(call.platform)
    # A caller who is turned away at the door uses up no fault, nor does a browser's preflight.
    spared = call.refusal or call.operation == cors.OPERATION
    fault = None if spared else world.faults.take(call.platform, call.operation)
    answer = _named(_perform(world, call, fault, request_id), call.platform, request_id)
    if call.platform == "s3" and request.headers.get("Origin") and call.operation != cors.OPERATION:
        answer = _shared(world, request, answer)
    world.ledger.note(
        request,
        platform=call.platform,
        operation=call.operation,
        caller=call.caller,
        request_id=request_id,
        answer=answer,
        fault=fault["kind"] if fault else None,
    )
    return answer


def _perform(world: "World", call: Call, fault: Record | None, request_id: str) -> Answer:
    try:
        if call.refusal is not None:
            raise call.refusal
        if fault is not None:
            return answers.answer(fault, call.platform, lambda: call.run(world))
        return call.run(world)
    except PlatformError as error:
        return RENDER[call.platform](error, request_id)
    except Exception:  # a bug of ours must look like the platform's own failure, and be seen here
        traceback.print_exc(file=sys.stderr)
        status, code, message, type_ = answers.REFUSALS[call.platform]["error500"]
        return RENDER[call.platform](PlatformError(status, code, message, type=type_), request_id)


def _named(answer: Answer, platform: str, request_id: str) -> Answer:
    """Request id headers, except on HTML: that comes from a proxy that knows none."""
    if not isinstance(answer, Response) or answer.headers.get("Content-Type") == "text/html":
        return answer
    headers = {REQUEST_ID_HEADERS[platform]: request_id, **answer.headers}
    if platform == "openai":
        headers |= {"openai-version": "2020-10-01", "openai-organization": "sandbox"}
    return replace(answer, headers=headers)


def _shared(world: "World", request: Request, answer: Answer) -> Answer:
    """The bucket's cross-origin headers, on refusals and faults too; moto's own are less exact."""
    if not isinstance(answer, Response):
        return answer
    kept = {k: v for k, v in answer.headers.items() if not k.lower().startswith("access-control-")}
    return replace(answer, headers=kept | cors.headers_for(world.aws.cors_rules(request), request))


def _new_id(platform: str) -> str:
    return f"req_{uuid.uuid4().hex}" if platform == "openai" else str(uuid.uuid4())
