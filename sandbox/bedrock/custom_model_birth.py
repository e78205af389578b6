"""How custom models come into the world: from a completed job, or made behind everybody's back."""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock.ids import short_id
from sandbox.clock import iso_of
from sandbox.store import Record

if TYPE_CHECKING:
    from sandbox.world import World

_KEPT = ("hyperParameters", "trainingDataConfig", "validationDataConfig", "outputDataConfig")


def model_arn(world: "World", job: Record) -> str:
    """Known before the model is there: its id follows from the job's."""
    name = f"{job['base_id']}/{short_id('model/' + job['id'])}"
    return f"arn:aws:bedrock:{world.region}:{world.account}:custom-model/{name}"


def from_job(world: "World", job: Record, at: float) -> None:
    arn = model_arn(world, job)
    if arn in world.owned.custom_models:
        return
    model = {
        "arn": arn,
        "name": job["given"]["customModelName"],
        "token": job["token"],
        "caller": job["caller"],
        "job_name": job["name"],
        "job_arn": job["arn"],
        "metrics": job["metrics"],
        "given": {name: job["given"][name] for name in _KEPT if name in job["given"]},
    }
    _put(world, model, job["base_arn"], at, job["model_tags"])


def foreign(world: "World", name: str, base_id: str, caller: str, tags: list[dict[str, str]]) -> Record:
    at = world.clock.timestamp()
    arn = f"arn:aws:bedrock:{world.region}:{world.account}:custom-model/{base_id}/{short_id(f'{name}/{at}')}"
    base_arn = f"arn:aws:bedrock:{world.region}::foundation-model/{base_id}"
    model: Record = {"arn": arn, "name": name, "token": None, "caller": caller, "metrics": None, "given": {}}
    return _put(world, model | {"job_name": None, "job_arn": None}, base_arn, at, tags)


def _put(world: "World", model: Record, base_arn: str, at: float, tags: Any) -> Record:
    model |= {
        "base_arn": base_arn,
        "created": at,
        "created_iso": iso_of(at),
        "active_at": at + float(world.switches["model_creating_seconds"]),
        "deleted": None,
    }
    world.owned.custom_models.put(model["arn"], model)
    world.owned.tag(model["arn"], tags)
    world.owned.born("model", model, tags)
    return model
