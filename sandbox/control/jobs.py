"""Customization jobs behind our back: as if somebody used the AWS console."""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import arguments, job_creation, jobs, settling
from sandbox.bedrock.job_life import current_phase, life_of
from sandbox.control.refusal import Refusal
from sandbox.store import Record
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World

MOST = 100_000
_OURS = {"age_seconds", "caller", "count", "prefix"}
_BASE = "amazon.nova-2-lite-v1:0:256k"


def listing(world: "World", request: Request) -> dict[str, Any]:
    """Every job as GetModelCustomizationJob would show it now, without any lag; oldest first."""
    with world.owned.lock:
        now = settling.settle(world)
        return {"jobs": [jobs.details(world, job, now) for job in world.owned.jobs]}


def make(world: "World", request: Request) -> dict[str, Any]:
    """Body: jobName; other fields as Create takes them; age_seconds (how long ago it began), caller. No data, no S3."""
    wish = request.json()
    with world.owned.lock:
        job = _on_paper(world, wish, wish["jobName"])
        with world.store.together():
            job_creation.start(world, job)
        now = settling.settle(world)
        return jobs.details(world, _known(world, job["name"]), now)


def generate(world: "World", request: Request) -> dict[str, Any]:
    """Body: count, optional prefix and age_seconds. Adds jobs on paper; the same call twice changes nothing."""
    wish = request.json()
    count, prefix = int(wish["count"]), str(wish.get("prefix", "synthetic"))
    if not 0 <= count <= MOST:
        raise Refusal(400, f"count must be between 0 and {MOST}")
    with world.owned.lock:
        made = [_on_paper(world, wish, f"{prefix}-{number:05d}") for number in range(count)]
        new = [job for job in made if job["id"] not in world.owned.jobs]
        world.owned.put_jobs(new)
        return {"generated": len(new), "jobs": len(world.owned.jobs)}


def stop(world: "World", request: Request, name: str) -> dict[str, Any]:
    """Stops a job in progress as somebody else would."""
    with world.owned.lock:
        job, now = _running(world, name)
        jobs.stop_at(world, job, now)
        return jobs.details(world, _known(world, name), now)


def fail(world: "World", request: Request, name: str) -> dict[str, Any]:
    """Fails a job in progress at once. Body: optional message."""
    message = request.json().get("message", "The model customization job failed.")
    with world.owned.lock:
        job, now = _running(world, name)
        failure = {"phase": current_phase(job, now), "at": now, "message": message}
        world.owned.put_job(job | {"failure": failure})
        settling.settle(world)
        return jobs.details(world, _known(world, name), now)


def remove(world: "World", request: Request, name: str) -> dict[str, Any]:
    """Makes a job vanish, which AWS never does by itself."""
    with world.owned.lock:
        world.owned.remove_job(_known(world, name))
    return {"removed": name}


def _on_paper(world: "World", wish: Record, name: str) -> Record:
    given = {
        "customModelName": name.replace(".", "-").replace("+", "-"),
        "roleArn": f"arn:aws:iam::{world.account}:role/SomebodyElse",
        "trainingDataConfig": {"s3Uri": "s3://somebody-else/train.jsonl"},
        "outputDataConfig": {"s3Uri": "s3://somebody-else/output"},
        "baseModelIdentifier": _BASE,
    }
    given |= {key: value for key, value in wish.items() if key not in _OURS} | {"jobName": name}
    arguments.check_input("CreateModelCustomizationJob", given)
    created = world.clock.timestamp() - float(wish.get("age_seconds", 0))
    caller = str(wish.get("caller", "somebody-else"))
    base_id = str(given["baseModelIdentifier"]).rpartition("/")[2]
    return job_creation.new_job(world, given, caller, base_id, created) | {"on_paper": True}


def _known(world: "World", name: str) -> Record:
    found = next((job for job in world.owned.jobs if job["name"] == name), None)
    if found is None:
        raise Refusal(404, f"no such job: {name}")
    return found


def _running(world: "World", name: str) -> tuple[Record, float]:
    now = settling.settle(world)
    job = _known(world, name)
    status = life_of(job, now).status
    if status != "InProgress":
        raise Refusal(409, f"{name} is {status}")
    return job, now
