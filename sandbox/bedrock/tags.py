"""TagResource, UntagResource, ListTagsForResource, and tags given at a creation.

Source: botocore's service model bedrock/2023-04-20. At most 50 tags a resource and no ``aws:`` keys: AWS General
Reference, "Tag naming limits and requirements". The words are not recorded.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.bedrock import arguments, custom_models, deployments, jobs, settling, throughputs
from sandbox.errors import PlatformError, not_found, validation
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World

MOST = 50
Tags = dict[str, str]
# By the ARN's noun, who finds its resource. A new noun adds its line.
FINDERS: dict[str, Callable[..., Any]] = {
    "model-customization-job": jobs.find,
    "custom-model": custom_models.find,
    "provisioned-model": throughputs.find,
    "custom-model-deployment": deployments.find,
}


def tag(world: "World", request: Request, _: str) -> dict[str, Any]:
    given = arguments.read("TagResource", request, "")
    with world.owned.lock:
        arn, tags = _found(world, given["resourceARN"])
        check_new(given["tags"], arn)
        tags = tags | {each["key"]: each["value"] for each in given["tags"]}
        _check_number(tags, arn)
        _put(world, arn, tags)
    return {}


def untag(world: "World", request: Request, _: str) -> dict[str, Any]:
    given = arguments.read("UntagResource", request, "")
    with world.owned.lock:
        arn, tags = _found(world, given["resourceARN"])
        _put(world, arn, {key: value for key, value in tags.items() if key not in given["tagKeys"]})
    return {}


def listing(world: "World", request: Request, _: str) -> dict[str, Any]:
    given = arguments.read("ListTagsForResource", request, "")
    with world.owned.lock:
        _, tags = _found(world, given["resourceARN"])
    return {"tags": [{"key": key, "value": value} for key, value in tags.items()]}


def check_new(tags: list[dict[str, str]], resource: str) -> None:
    keys = [each["key"] for each in tags]
    if len(set(keys)) < len(keys):
        raise validation("Duplicate tag keys are not allowed.")
    if any(key.lower().startswith("aws:") for key in keys):
        raise validation("Tag keys that start with aws: are reserved.")
    _check_number(dict.fromkeys(keys, ""), resource)


def _check_number(tags: Tags, resource: str) -> None:
    if len(tags) > MOST:
        words = f"The resource {resource} can have no more than {MOST} tags."
        raise PlatformError(400, "TooManyTagsException", words)


def _found(world: "World", arn: str) -> tuple[str, Tags]:
    settling.settle(world)
    noun = arn.rpartition("/")[0].partition("/")[0].rpartition(":")[2]
    if noun not in FINDERS:
        raise not_found("The resource could not be found.")
    FINDERS[noun](world, arn)
    record = world.owned.tags.get(arn)
    return arn, dict(record["tags"]) if record else {}


def _put(world: "World", arn: str, tags: Tags) -> None:
    world.owned.tags.put(arn, {"arn": arn, "tags": tags})
