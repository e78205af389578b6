"""What becomes of jobs as time passes: looked after whenever somebody asks, never in the background.

At the end of its validation phase a job's data are looked up in S3; at its end the artifacts are written and the
custom model is made. Everything is dated by the job's own time table, not by the moment of the question, and can be
done twice: a sandbox killed half-way does it again.
"""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import custom_model_birth, losses, training_data
from sandbox.bedrock.job_life import life_of, phase_times
from sandbox.bedrock.model_families import Family, family_of, whole
from sandbox.store import Record

if TYPE_CHECKING:
    from sandbox.world import World

_NO_READ = "Could not validate GetObject permissions to access Amazon S3 bucket: {} at key {}"
_NO_WRITE = "Could not validate PutObject permissions to access Amazon S3 bucket: {} at key {}"


def settle(world: "World") -> float:
    """To be called, with the lock held, before any answer that depends on a job's life; gives the moment to show."""
    now = world.clock.timestamp()
    for job_id, due in list(world.owned.open_jobs.items()):
        job = world.owned.jobs.get(job_id) if due <= now else None
        if job is not None:
            _settle(world, job, now)
    return now


def _settle(world: "World", job: Record, now: float) -> None:
    after = job
    look_at = phase_times(job)["validation"][1]
    if job["rows"] is None and now >= look_at and life_of(job, look_at).status in ("InProgress", "Completed"):
        after = _look(world, after, look_at)
    life = life_of(after, now)
    if life.status == "Completed":
        after = _finish(world, after)
    if life.ended is not None:
        after = after | {"settled": True}
    if after is job:
        return
    with world.store.together():
        if life.status == "Completed" and life.ended is not None:
            custom_model_birth.from_job(world, after, life.ended)
        world.owned.put_job(after)


def _look(world: "World", job: Record, at: float) -> Record:
    """The validation phase's verdict."""
    if job["on_paper"]:
        return job | {"rows": 100}
    family, given = family_of(job["base_id"]), job["given"]
    rows, problem = _check_file(world, given["trainingDataConfig"]["s3Uri"], family, job)
    for uri in _validators(given) if family.validates else []:
        problem = problem or _check_file(world, uri, family, None)[1]
    bucket, key = _split(given["outputDataConfig"]["s3Uri"])
    if not problem and not world.aws.objects.has_bucket(bucket):
        problem = _NO_WRITE.format(bucket, key)
    failure = {"phase": "validation", "at": at, "message": problem} if problem else job["failure"]
    return job | {"rows": rows, "failure": failure}


def _check_file(world: "World", uri: str, family: Family, job: Record | None) -> tuple[int, str | None]:
    bucket, key = _split(uri)
    blocks = world.aws.objects.blocks(bucket, key)
    if blocks is None:
        return 0, _NO_READ.format(bucket, key)
    limits = job is not None and bool(world.switches["row_limits"])
    findings = training_data.look(blocks, key, family, limits)
    return findings.rows, findings.problem


def _finish(world: "World", job: Record) -> Record:
    """The artifacts, and the last losses for the job's own answer."""
    family, given = family_of(job["base_id"]), job["given"]
    hyper = given.get("hyperParameters", {})
    epochs = whole(hyper, "epochCount", 2)
    batch = whole(hyper, "batchSize", family.default_batch)
    each, steps = losses.steps_of(job["rows"], batch, epochs)
    training = list(losses.training_losses(job["id"], steps))
    validation = list(losses.validation_losses(job["id"], epochs)) if family.validates else []
    validators = _validators(given)
    if not job["on_paper"]:
        _write(
            world, job, "training_artifacts/step_wise_training_metrics.csv", "training_loss", training, each
        )
        if validators and validation:
            name = "validation_artifacts/post_fine_tuning_validation/validation_metrics.csv"
            _write(world, job, name, "validation_loss", validation, 1)
    return job | {"metrics": {"training": training[-1], "validation": validation[-1:] * len(validators)}}


def _write(world: "World", job: Record, name: str, column: str, values: list[float], per_epoch: int) -> None:
    bucket, prefix = _split(job["given"]["outputDataConfig"]["s3Uri"].rstrip("/"))
    key = f"{prefix}/model-customization-job-{job['id']}/{name}".lstrip("/")
    text = losses.csv(column, iter(values), per_epoch, bool(world.switches["perplexity"]))
    world.aws.objects.put(bucket, key, text.encode(), "text/csv")


def _validators(given: dict[str, Any]) -> list[str]:
    return [each["s3Uri"] for each in given.get("validationDataConfig", {}).get("validators", [])]


def _split(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
