"""ListFoundationModels and GetFoundationModel.

Source: botocore 1.44.5, service model bedrock/2023-04-20, and a recorded answer of January 2026:
no pagination; the filters know fewer words than the answers contain (no VIDEO, no INFERENCE_PROFILE).
"""

import re
from typing import TYPE_CHECKING, Any

from sandbox.bedrock import checks
from sandbox.errors import not_found, validation
from sandbox.store import Record
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World

CUSTOMIZATIONS = ("FINE_TUNING", "CONTINUED_PRE_TRAINING", "DISTILLATION")
MODALITIES = ("TEXT", "IMAGE", "EMBEDDING")
INFERENCE_TYPES = ("ON_DEMAND", "PROVISIONED")
PROVIDER = "[A-Za-z0-9- ]{1,63}"
_ARN = re.compile(r"arn:aws(?:-[^:]+)?:bedrock:[a-z0-9-]{1,20}::foundation-model/(.+)")
_ID = re.compile(r"[a-z0-9-]{1,63}\.[a-z0-9-]{1,63}(\.?[a-z0-9-]{1,63})(:[a-z0-9-]{1,63}){0,2}")


def list_models(world: "World", request: Request, _: str) -> dict[str, Any]:
    provider = checks.matching(request, "byProvider", PROVIDER)
    wanted = {
        "customizationsSupported": checks.one_of(request, "byCustomizationType", CUSTOMIZATIONS),
        "outputModalities": checks.one_of(request, "byOutputModality", MODALITIES),
        "inferenceTypesSupported": checks.one_of(request, "byInferenceType", INFERENCE_TYPES),
    }
    summaries = [
        public(world, model)
        for model in world.models["bedrock"]
        if _provided_by(model, provider)
        and all(word is None or word in (model.get(field) or []) for field, word in wanted.items())
    ]
    return {"modelSummaries": summaries}


def get_model(world: "World", request: Request, identifier: str) -> dict[str, Any]:
    return {"modelDetails": public(world, find(world, identifier))}


def find(world: "World", identifier: str) -> Record:
    """By id or ARN."""
    arn = _ARN.fullmatch(identifier)
    model_id = arn[1] if arn else identifier
    if not _ID.fullmatch(model_id):
        raise validation("The provided model identifier is invalid.")
    model = world.models["bedrock"].get(model_id)
    if model is None:
        raise not_found("Could not resolve the foundation model from the model identifier you provided.")
    return model


def public(world: "World", model: Record) -> dict[str, Any]:
    """What AWS shows: our own notes (keys with an underscore) stay inside."""
    arn = {"modelArn": f"arn:aws:bedrock:{world.region}::foundation-model/{model['modelId']}"}
    return arn | {key: value for key, value in model.items() if not key.startswith("_")}


def _provided_by(model: Record, provider: str | None) -> bool:
    return provider is None or (model.get("providerName") or "").casefold() == provider.casefold()
