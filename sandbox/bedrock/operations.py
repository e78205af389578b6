"""Which Bedrock operation a request is: AWS's own verbs and paths, one table.

Source: botocore 1.44.5, service model bedrock/2023-04-20 (read 2026-11-22).
A new noun adds its file and its lines to ``OPERATIONS``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.bedrock import (
    availability,
    custom_models,
    deployments,
    foundation_models,
    inference_profiles,
    job_creation,
    jobs,
    serving_creation,
    tags,
    throughputs,
)
from sandbox.wire import Request, Response

if TYPE_CHECKING:
    from sandbox.world import World

Handler = Callable[["World", Request, str], dict[str, Any] | Response]


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str  # ``{}`` stands for one encoded identifier
    handler: Handler
    status: int = 200


_THROUGHPUT = "/provisioned-model-throughput"
_DEPLOYMENTS = "/model-customization/custom-model-deployments"

OPERATIONS = [
    Operation("ListFoundationModels", "GET", "/foundation-models", foundation_models.list_models),
    Operation("GetFoundationModel", "GET", "/foundation-models/{}", foundation_models.get_model),
    Operation("GetFoundationModelAvailability", "GET", "/foundation-model-availability/{}", availability.get),
    Operation("ListInferenceProfiles", "GET", "/inference-profiles", inference_profiles.list_profiles),
    Operation("GetInferenceProfile", "GET", "/inference-profiles/{}", inference_profiles.get_profile),
    Operation("CreateModelCustomizationJob", "POST", "/model-customization-jobs", job_creation.create, 201),
    Operation("ListModelCustomizationJobs", "GET", "/model-customization-jobs", jobs.list_jobs),
    Operation("GetModelCustomizationJob", "GET", "/model-customization-jobs/{}", jobs.get),
    Operation("StopModelCustomizationJob", "POST", "/model-customization-jobs/{}/stop", jobs.stop),
    Operation("ListCustomModels", "GET", "/custom-models", custom_models.list_models),
    Operation("GetCustomModel", "GET", "/custom-models/{}", custom_models.get),
    Operation("DeleteCustomModel", "DELETE", "/custom-models/{}", custom_models.delete),
    Operation("CreateProvisionedModelThroughput", "POST", _THROUGHPUT, serving_creation.throughput, 201),
    Operation("ListProvisionedModelThroughputs", "GET", f"{_THROUGHPUT}s", throughputs.list_throughputs),
    Operation("GetProvisionedModelThroughput", "GET", f"{_THROUGHPUT}/{{}}", throughputs.get),
    Operation("UpdateProvisionedModelThroughput", "PATCH", f"{_THROUGHPUT}/{{}}", throughputs.update),
    Operation("DeleteProvisionedModelThroughput", "DELETE", f"{_THROUGHPUT}/{{}}", throughputs.delete),
    Operation("CreateCustomModelDeployment", "POST", _DEPLOYMENTS, serving_creation.deployment, 202),
    Operation("ListCustomModelDeployments", "GET", _DEPLOYMENTS, deployments.list_deployments),
    Operation("GetCustomModelDeployment", "GET", f"{_DEPLOYMENTS}/{{}}", deployments.get),
    Operation("DeleteCustomModelDeployment", "DELETE", f"{_DEPLOYMENTS}/{{}}", deployments.delete),
    Operation("TagResource", "POST", "/tagResource", tags.tag),
    Operation("UntagResource", "POST", "/untagResource", tags.untag),
    Operation("ListTagsForResource", "POST", "/listTagsForResource", tags.listing),
]


def find(request: Request) -> tuple[Operation, str] | None:
    """The operation and the identifier in its path (``""`` when it has none)."""
    for operation in OPERATIONS:
        if operation.method == request.method:
            identifier = _match(operation.path.strip("/").split("/"), request.segments)
            if identifier is not None:
                return operation, identifier
    return None


def _match(pattern: list[str], segments: list[str]) -> str | None:
    if len(pattern) != len(segments):
        return None
    identifier = ""
    for want, have in zip(pattern, segments, strict=True):
        if want == "{}":
            identifier = have
        elif want != have:
            return None
    return identifier
