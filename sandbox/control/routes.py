"""The control endpoint's table of contents, which ``GET /_sandbox/`` also prints."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.control import (
    clock,
    custom_models,
    faults,
    job_scripts,
    jobs,
    ledger,
    models,
    numbers,
    serving,
    serving_scripts,
    state,
    switches,
)
from sandbox.control.refusal import Refusal
from sandbox.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.world import World

Handler = Callable[..., Any]


@dataclass(frozen=True)
class Route:
    method: str
    path: str  # ``{}`` stands for one encoded part, handed to the handler
    handler: Handler

    @property
    def about(self) -> str:
        return (self.handler.__doc__ or "").strip()


def contents(world: "World", request: Request) -> dict[str, Any]:
    """This page."""
    routes = [{"method": route.method, "path": route.path, "about": route.about} for route in ROUTES]
    return {
        "sandbox": "modelhub's stand-in for Bedrock, S3, STS, IAM, CloudWatch, the price list and OpenAI",
        "routes": routes,
    }


ROUTES = [
    Route("GET", "/_sandbox/", contents),
    Route("GET", "/_sandbox/health", state.health),
    Route("GET", "/_sandbox/state", state.summary),
    Route("POST", "/_sandbox/reset", state.reset),
    Route("GET", "/_sandbox/clock", clock.read),
    Route("POST", "/_sandbox/clock", clock.change),
    Route("GET", "/_sandbox/models/{}", models.listing),
    Route("POST", "/_sandbox/models/{}/generate", models.generate),
    Route("GET", "/_sandbox/models/{}/{}", models.show),
    Route("PUT", "/_sandbox/models/{}/{}", models.publish),
    Route("PATCH", "/_sandbox/models/{}/{}", models.change),
    Route("DELETE", "/_sandbox/models/{}/{}", models.withdraw),
    Route("GET", "/_sandbox/faults", faults.listing),
    Route("POST", "/_sandbox/faults", faults.add),
    Route("DELETE", "/_sandbox/faults", faults.clear),
    Route("DELETE", "/_sandbox/faults/{}", faults.remove),
    Route("GET", "/_sandbox/ledger", ledger.listing),
    Route("DELETE", "/_sandbox/ledger", ledger.clear),
    Route("GET", "/_sandbox/switches", switches.listing),
    Route("POST", "/_sandbox/switches", switches.change),
    Route("DELETE", "/_sandbox/switches", switches.reset),
    Route("GET", "/_sandbox/created", custom_models.created),
    Route("GET", "/_sandbox/jobs", jobs.listing),
    Route("POST", "/_sandbox/jobs", jobs.make),
    Route("POST", "/_sandbox/jobs/generate", jobs.generate),
    Route("POST", "/_sandbox/jobs/{}/stop", jobs.stop),
    Route("POST", "/_sandbox/jobs/{}/fail", jobs.fail),
    Route("DELETE", "/_sandbox/jobs/{}", jobs.remove),
    Route("GET", "/_sandbox/job-scripts", job_scripts.listing),
    Route("POST", "/_sandbox/job-scripts", job_scripts.add),
    Route("DELETE", "/_sandbox/job-scripts", job_scripts.clear),
    Route("GET", "/_sandbox/custom-models", custom_models.listing),
    Route("POST", "/_sandbox/custom-models", custom_models.make),
    Route("DELETE", "/_sandbox/custom-models/{}", custom_models.remove),
    Route("GET", "/_sandbox/throughputs", serving.list_throughputs),
    Route("POST", "/_sandbox/throughputs", serving.make_throughput),
    Route("POST", "/_sandbox/throughputs/generate", serving.generate_throughputs),
    Route("POST", "/_sandbox/throughputs/{}/fail", serving.fail_throughput),
    Route("DELETE", "/_sandbox/throughputs/{}", serving.remove_throughput),
    Route("GET", "/_sandbox/deployments", serving.list_deployments),
    Route("POST", "/_sandbox/deployments", serving.make_deployment),
    Route("POST", "/_sandbox/deployments/{}/fail", serving.fail_deployment),
    Route("DELETE", "/_sandbox/deployments/{}", serving.remove_deployment),
    Route("GET", "/_sandbox/billing", serving.bill),
    Route("GET", "/_sandbox/serving-scripts", serving_scripts.listing),
    Route("POST", "/_sandbox/serving-scripts", serving_scripts.add),
    Route("DELETE", "/_sandbox/serving-scripts", serving_scripts.clear),
    Route("POST", "/_sandbox/invocations", numbers.invoke),
    Route("GET", "/_sandbox/prices", numbers.prices),
    Route("POST", "/_sandbox/prices", numbers.set_price),
]


def answer(world: "World", request: Request) -> Response:
    found = _find(request)
    if found is None:
        return json_response(
            {"error": f"no such control: {request.method} {request.path}; see /_sandbox/"}, 404
        )
    route, parts = found
    try:
        return json_response(route.handler(world, request, *parts))
    except Refusal as refusal:
        return json_response({"error": str(refusal)}, refusal.status)
    except (ValueError, TypeError, KeyError, OverflowError, AttributeError) as problem:
        return json_response({"error": f"can't read this request: {problem}"}, 400)


def _find(request: Request) -> tuple[Route, list[str]] | None:
    for route in ROUTES:
        pattern = [part for part in route.path.split("/") if part]
        if route.method == request.method and len(pattern) == len(request.segments):
            pairs = list(zip(pattern, request.segments, strict=True))
            if all(want in ("{}", have) for want, have in pairs):
                return route, [have for want, have in pairs if want == "{}"]
    return None
