"""Publishing, changing and withdrawing what the platforms offer."""

from typing import TYPE_CHECKING, Any

from sandbox.catalogue import synthetic
from sandbox.control.refusal import Refusal
from sandbox.store import Record, Shelf
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World

ID_FIELDS = {"bedrock": "modelId", "openai": "id", "inference-profiles": "inferenceProfileId"}
MOST = 100_000


def listing(world: "World", request: Request, collection: str) -> dict[str, Any]:
    """Records of bedrock, openai or inference-profiles; ``_availability`` is a note that AWS answers hide."""
    return {"models": list(_shelf(world, collection))}


def show(world: "World", request: Request, collection: str, key: str) -> Record:
    """One record."""
    return _known(_shelf(world, collection), key)


def publish(world: "World", request: Request, collection: str, key: str) -> Record:
    """Body: the whole record as the platform shows it; missing fields stay missing."""
    shelf = _shelf(world, collection)
    record: Record = {ID_FIELDS[collection]: key} | _object(request)
    if collection == "openai":
        record = {"object": "model", "created": int(world.clock.timestamp()), "owned_by": "system"} | record
    if collection == "inference-profiles":
        record = {
            "type": "SYSTEM_DEFINED",
            "status": "ACTIVE",
            "models": [],
            "inferenceProfileName": key,
        } | record
    shelf.put(key, record)
    return record


def change(world: "World", request: Request, collection: str, key: str) -> Record:
    """Body: fields to overwrite (null is kept as null); ``?remove=a,b`` takes fields away."""
    shelf = _shelf(world, collection)
    gone = set(request.query.get("remove", "").split(","))
    record = {name: value for name, value in _known(shelf, key).items() if name not in gone} | _object(
        request
    )
    if ID_FIELDS[collection] not in record or record[ID_FIELDS[collection]] != key:
        raise Refusal(400, f"{ID_FIELDS[collection]} is the record's identity and can't change")
    shelf.put(key, record)
    return record


def withdraw(world: "World", request: Request, collection: str, key: str) -> dict[str, Any]:
    """Takes the record off the platform."""
    shelf = _shelf(world, collection)
    _known(shelf, key)
    shelf.delete(key)
    return {"withdrawn": key}


def generate(world: "World", request: Request, collection: str) -> dict[str, Any]:
    """Body: count, optional prefix. Adds synthetic models; the same call twice changes nothing."""
    makers = {"bedrock": synthetic.bedrock_model, "openai": synthetic.openai_model}
    shelf = _shelf(world, collection)
    if collection not in makers:
        raise Refusal(400, "only bedrock and openai models can be generated")
    wish = _object(request)
    count, prefix = int(wish["count"]), str(wish.get("prefix", "synthetic"))
    if not 0 <= count <= MOST:
        raise Refusal(400, f"count must be between 0 and {MOST}")
    records = [makers[collection](number, prefix) for number in range(count)]
    shelf.put_all((record[ID_FIELDS[collection]], record) for record in records)
    return {"generated": count, "models": len(shelf)}


def _shelf(world: "World", collection: str) -> Shelf:
    if collection not in world.models:
        raise Refusal(404, f"no such collection: {collection}; there are {', '.join(world.models)}")
    return world.models[collection]


def _known(shelf: Shelf, key: str) -> Record:
    record = shelf.get(key)
    if record is None:
        raise Refusal(404, f"no such record: {key}")
    return record


def _object(request: Request) -> Record:
    body = request.json()
    if not isinstance(body, dict):
        raise Refusal(400, "the body must be a JSON object")
    return body
