"""GetFoundationModelAvailability: may this account use the model here.

Source: botocore 1.44.5, service model bedrock/2023-04-20.
"""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock.foundation_models import find
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World


def get(world: "World", request: Request, identifier: str) -> dict[str, Any]:
    """A model's ``_availability`` note overrides the usual "everything available"."""
    model = find(world, identifier)
    usual = {
        "agreementAvailability": {"status": "AVAILABLE"},
        "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": "AVAILABLE",
        "regionAvailability": "AVAILABLE",
    }
    return {"modelId": model["modelId"]} | usual | (model.get("_availability") or {})
