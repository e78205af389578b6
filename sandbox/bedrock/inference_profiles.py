"""ListInferenceProfiles and GetInferenceProfile: ids by which profile-only models are called.

Source: botocore 1.44.5, service model bedrock/2023-04-20. The default page size and the words of the refusals
are ours.
"""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import checks
from sandbox.bedrock.pages import DEFAULT_PAGE, read_token, write_token
from sandbox.errors import not_found
from sandbox.store import Record
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World

TYPES = ("SYSTEM_DEFINED", "APPLICATION")


def list_profiles(world: "World", request: Request, _: str) -> dict[str, Any]:
    kind = checks.one_of(request, "type", TYPES)
    size = checks.whole_number(request, "maxResults", DEFAULT_PAGE, 1, 1000)
    start = read_token(request.query.get("nextToken"))
    profiles = [p for p in world.models["inference-profiles"] if kind in (None, p["type"])]
    page = {"inferenceProfileSummaries": [public(world, p) for p in profiles[start : start + size]]}
    return page | ({"nextToken": write_token(start + size)} if start + size < len(profiles) else {})


def get_profile(world: "World", request: Request, identifier: str) -> dict[str, Any]:
    profile_id = identifier.rsplit("/", 1)[-1]
    profile = world.models["inference-profiles"].get(profile_id)
    if profile is None:
        raise not_found("Could not resolve the inference profile from the identifier you provided.")
    return public(world, profile)


def public(world: "World", profile: Record) -> dict[str, Any]:
    noun = "inference-profile" if profile["type"] == "SYSTEM_DEFINED" else "application-inference-profile"
    arn = f"arn:aws:bedrock:{world.region}:{world.account}:{noun}/{profile['inferenceProfileId']}"
    return {"inferenceProfileArn": arn} | profile
