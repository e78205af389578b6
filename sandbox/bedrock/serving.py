"""What throughputs and deployments share: being found, listed, taken down, and in a model's way.

Records stay when their resource is deleted, with its date of death: for lists that lag and for the bill.
"""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import pages
from sandbox.bedrock.ids import short_id
from sandbox.bedrock.serving_life import is_there, life_of
from sandbox.bedrock.serving_scripts import NOUNS, name_in_use
from sandbox.clock import iso_of
from sandbox.errors import PlatformError, not_found
from sandbox.store import Record, Shelf

if TYPE_CHECKING:
    from sandbox.world import World

ARN_WORDS = {"throughput": "provisioned-model", "deployment": "custom-model-deployment"}
_UNKNOWN = {
    "throughput": "Could not find the provisioned model for the identifier you provided.",
    "deployment": "Could not find the custom model deployment for the identifier you provided.",
}


def shelf_of(world: "World", noun: str) -> Shelf:
    return world.owned.throughputs if noun == "throughput" else world.owned.deployments


def new(world: "World", noun: str, name: str, caller: str, token: str | None, created: float) -> Record:
    """The id follows from the name and from how many there were before: names may be used again."""
    seed = f"{world.region}/{noun}/{name}/{len(shelf_of(world, noun))}"
    empty: Record = dict.fromkeys(("commitment", "expires", "description", "failure", "change", "renamed"))
    return empty | {
        "noun": noun,
        "name": name,
        "arn": arn(world, noun, seed),
        "units": 1,
        "deleted": None,
        "caller": caller,
        "token": token,
        "created": created,
        "created_iso": iso_of(created),
        "ready": created + float(world.switches[f"{noun}_creating_seconds"]),
    }


def arn(world: "World", noun: str, seed: str) -> str:
    return f"arn:aws:bedrock:{world.region}:{world.account}:{ARN_WORDS[noun]}/{short_id(seed)}"


def start(world: "World", record: Record, tags: list[dict[str, str]]) -> Record:
    """To be called within ``store.together()``; gives the birth for the ledger."""
    shelf_of(world, record["noun"]).put(record["arn"], record)
    world.owned.tag(record["arn"], tags)
    return world.owned.born(record["noun"], record, tags)


def find(world: "World", noun: str, identifier: str) -> Record:
    """By name or ARN, once it has shown up and until it is deleted."""
    due = pages.find_due(world)
    record = known(world, noun, identifier)
    if record is None or record["created"] > due:
        raise not_found(_UNKNOWN[noun])
    return record


def known(world: "World", noun: str, identifier: str) -> Record | None:
    """Without lag; of several with one name the newest."""
    shelf, now = shelf_of(world, noun), world.clock.timestamp()
    if identifier.startswith("arn:"):
        record = shelf.get(identifier)
        return record if record and is_there(record, now) else None
    named = [each for each in shelf if each["name"] == identifier and is_there(each, now)]
    return named[-1] if named else None


def listed(world: "World", noun: str, given: dict[str, Any], moment: float) -> list[Record]:
    status, model = given.get("statusEquals"), given.get("modelArnEquals")
    there = [r for r in pages.chosen(shelf_of(world, noun), given, moment) if is_there(r, moment)]
    if status is not None:
        there = [record for record in there if life_of(record, moment).status == status]
    if model is not None:
        there = [record for record in there if life_of(record, moment).model_arn == model]
    return there


def refuse_deletion_while_creating(world: "World", record: Record, now: float) -> None:
    creating = life_of(record, now).status == "Creating"
    if creating and world.switches["throughput_delete_creating"] == "conflict":
        words = "The resource can't be deleted while its status is Creating."
        raise PlatformError(400, "ConflictException", words)


def remove(world: "World", record: Record) -> None:
    gone = record | {"deleted": world.clock.timestamp()}
    shelf_of(world, record["noun"]).put(record["arn"], gone)
    world.owned.tags.delete(record["arn"])


def refuse_taken_name(world: "World", noun: str, name: str) -> None:
    """Deployment names are unique by documentation; for throughputs AWS says nothing, so it is a switch."""
    free = noun == "throughput" and world.switches["throughput_name_clash"] == "accepted"
    if not free and known(world, noun, name) is not None:
        raise name_in_use(noun)


def refuse_deletion_of_served(world: "World", model_arn: str, now: float) -> None:
    """Of a custom model that something serves, in whatever state: AWS does not promise to refuse it."""
    if world.switches["model_delete_with_throughput"] == "accepted":
        return
    for noun in NOUNS:
        for record in shelf_of(world, noun):
            life = life_of(record, now)
            if is_there(record, now) and model_arn in (life.model_arn, life.desired_arn):
                words = f"The custom model can't be deleted because {record['arn']} uses it."
                raise PlatformError(400, "ConflictException", words)
