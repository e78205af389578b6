"""CreateModelCustomizationJob.

Source: botocore's service model bedrock/2023-04-20, and recorded refusals (``job_scripts``).
"""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import arguments, foundation_models, idempotency, job_scripts, settling
from sandbox.bedrock.ids import short_id
from sandbox.bedrock.job_life import PHASES, life_of
from sandbox.bedrock.model_families import check_hyperparameters, family_of
from sandbox.bedrock.tags import check_new
from sandbox.clock import iso_of
from sandbox.errors import PlatformError, validation
from sandbox.store import Record
from sandbox.wire import Request, Response

if TYPE_CHECKING:
    from sandbox.world import World

OPERATION = "CreateModelCustomizationJob"
_APART = ("jobTags", "customModelTags", "clientRequestToken")


def create(world: "World", request: Request, _: str) -> dict[str, Any] | Response:
    given = arguments.read(OPERATION, request, "")
    with world.owned.lock:
        now = settling.settle(world)
        repeated = idempotency.repeat(world, request, OPERATION, given, "jobArn")
        if repeated is not None:
            return repeated
        job = _accept(world, given, request.caller, now)
        with world.store.together():
            birth = start(world, job)
            idempotency.remember(world, OPERATION, given, job["arn"])
        request.notes["created"] = birth
        return {"jobArn": job["arn"]}


def start(world: "World", job: Record) -> dict[str, Any]:
    world.owned.put_job(job)
    world.owned.tag(job["arn"], job["tags"])
    return world.owned.born("job", job, job["tags"])


def new_job(world: "World", given: dict[str, Any], caller: str, base_id: str, created: float) -> Record:
    """A job's record. Its id follows from its name, so that curves look the same on every machine."""
    job_id = short_id(f"{world.region}/job/{given['jobName']}")
    where = f"arn:aws:bedrock:{world.region}"
    return {
        "id": job_id,
        "name": given["jobName"],
        "arn": f"{where}:{world.account}:model-customization-job/{base_id}/{job_id}",
        "token": given.get("clientRequestToken"),
        "caller": caller,
        "created": created,
        "created_iso": iso_of(created),
        "base_id": base_id,
        "base_arn": f"{where}::foundation-model/{base_id}",
        "given": {name: value for name, value in given.items() if name not in _APART},
        "tags": given.get("jobTags", []),
        "model_tags": given.get("customModelTags", []),
        "seconds": {phase: float(world.switches[f"{phase}_seconds"]) for phase in PHASES},
        "stop": None,
        "failure": None,
        "rows": None,
        "metrics": None,
        "on_paper": False,
        "settled": False,
    }


def _accept(world: "World", given: dict[str, Any], caller: str, now: float) -> Record:
    base_id = _base_model(world, given)
    family = family_of(base_id)
    check_hyperparameters(family, given.get("hyperParameters", {}))
    _check_data(given, family.takes_validation)
    for tags in ("jobTags", "customModelTags"):
        check_new(given.get(tags, []), given["jobName"])
    job_scripts.refuse(world.owned.scripts, given["jobName"])
    _check_names(world, given)
    _check_quota(world, now)
    job = new_job(world, given, caller, base_id, now)
    bucket, _, key = given["trainingDataConfig"]["s3Uri"].removeprefix("s3://").partition("/")
    words = {"bucket": bucket, "key": key, "words": family.words}
    return job | {"failure": job_scripts.failure(world.owned.scripts, job, words)}


def _base_model(world: "World", given: dict[str, Any]) -> str:
    """The base model's id, when it may be fine-tuned."""
    kind = given.get("customizationType", "FINE_TUNING")
    try:
        model = foundation_models.find(world, given["baseModelIdentifier"])
    except PlatformError:
        raise validation("The provided model identifier is invalid.") from None
    if kind not in (model.get("customizationsSupported") or []):
        raise validation(f"The provided base model does not support the customization type {kind}.")
    if kind != "FINE_TUNING":
        raise validation(f"The sandbox plays FINE_TUNING only, not {kind}.")
    return str(model["modelId"])


def _check_data(given: dict[str, Any], takes_validation: bool) -> None:
    training = given["trainingDataConfig"].get("s3Uri")
    if training is None:
        raise validation("The training data configuration must have an S3 URI.")
    validators = [each["s3Uri"] for each in given.get("validationDataConfig", {}).get("validators", [])]
    if validators and not takes_validation:
        raise validation("Validation data is not supported for the provided base model.")
    for uri in [training, *validators]:
        if not uri.endswith(".jsonl"):
            raise validation(f"Provided S3 location is invalid: {uri}. Input data must be in .jsonl format")


def _check_names(world: "World", given: dict[str, Any]) -> None:
    if any(job["name"] == given["jobName"] for job in world.owned.jobs):
        raise validation(job_scripts.NAME_IN_USE)
    if world.switches["model_name_clash"] == "accepted":
        return
    running = (world.owned.jobs.get(job_id) for job_id in world.owned.open_jobs)
    taken = {job["given"]["customModelName"] for job in running if job}
    taken |= {model["name"] for model in world.owned.custom_models if model["deleted"] is None}
    if given["customModelName"] in taken:
        raise validation(job_scripts.MODEL_NAME_IN_USE)


def _check_quota(world: "World", now: float) -> None:
    limit = int(world.switches["jobs_in_progress_limit"])
    running = [job for job_id in world.owned.open_jobs if (job := world.owned.jobs.get(job_id))]
    if limit and sum(life_of(job, now).status == "InProgress" for job in running) >= limit:
        raise PlatformError(400, "ServiceQuotaExceededException", job_scripts.TOO_MANY)
