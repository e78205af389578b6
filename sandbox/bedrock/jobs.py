"""GetModelCustomizationJob, ListModelCustomizationJobs, StopModelCustomizationJob.

Source: botocore's service model bedrock/2023-04-20; shape and the empty ``validationMetrics`` of a job in progress:
answers recorded in February 2024. The words for an unknown job and for a stop refused are not recorded.
"""

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import arguments, pages, settling
from sandbox.bedrock.custom_model_birth import model_arn
from sandbox.bedrock.job_life import life_of
from sandbox.clock import iso_of
from sandbox.errors import PlatformError, not_found
from sandbox.store import Record
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World

_COPIED = (
    "trainingDataConfig",
    "validationDataConfig",
    "outputDataConfig",
    "vpcConfig",
    "customizationConfig",
)


def get(world: "World", request: Request, identifier: str) -> dict[str, Any]:
    arguments.read("GetModelCustomizationJob", request, identifier)
    with world.owned.lock:
        now = settling.settle(world)
        return details(world, find(world, identifier), now)


def list_jobs(world: "World", request: Request, _: str) -> dict[str, Any]:
    given = arguments.read("ListModelCustomizationJobs", request, "")
    with world.owned.lock:
        moment = pages.as_of(world, settling.settle(world))
        jobs = pages.chosen(world.owned.jobs, given, moment)
        if status := given.get("statusEquals"):
            jobs = [job for job in jobs if life_of(job, moment).status == status]
        key = "modelCustomizationJobSummaries"
        return pages.page(jobs, given, key, lambda job: summary(world, job, moment))


def stop(world: "World", request: Request, identifier: str) -> dict[str, Any]:
    arguments.read("StopModelCustomizationJob", request, identifier)
    with world.owned.lock:
        now = settling.settle(world)
        job = find(world, identifier)
        status = life_of(job, now).status
        if status == "InProgress":
            stop_at(world, job, now)
        elif world.switches["stop_again"] == "conflict":
            words = f"The model customization job can't be stopped because its status is {status}."
            raise PlatformError(400, "ConflictException", words)
    return {}


def stop_at(world: "World", job: Record, now: float) -> None:
    done = now + float(world.switches["stopping_seconds"])
    world.owned.put_job(job | {"stop": {"at": now, "done": done}})


def find(world: "World", identifier: str) -> Record:
    """By name or ARN, once it has shown up."""
    due = pages.find_due(world)
    for job in world.owned.jobs:
        if identifier in (job["name"], job["arn"]) and job["created"] <= due:
            return job
    raise not_found("Could not find the model customization job for the identifier you provided.")


def details(world: "World", job: Record, moment: float) -> dict[str, Any]:
    given, life = job["given"], life_of(job, moment)
    answer = {
        "jobArn": job["arn"],
        "jobName": job["name"],
        "outputModelName": given["customModelName"],
        "clientRequestToken": job["token"],
        "roleArn": given["roleArn"],
        "status": life.status,
        "statusDetails": life.details,
        "failureMessage": life.failure,
        "creationTime": job["created_iso"],
        "lastModifiedTime": iso_of(life.modified),
        "endTime": iso_of(life.ended) if life.ended is not None else None,
        "baseModelArn": job["base_arn"],
        "hyperParameters": given.get("hyperParameters", {}),
        "customizationType": given.get("customizationType", "FINE_TUNING"),
        "outputModelKmsKeyArn": given.get("customModelKmsKeyId"),
        "validationMetrics": [],
    }
    answer |= {name: given.get(name) for name in _COPIED}
    if life.status == "Completed":
        answer["outputModelArn"] = model_arn(world, job)
        answer |= metrics(job["metrics"])
    return _without_gaps(answer)


def summary(world: "World", job: Record, moment: float) -> dict[str, Any]:
    life = life_of(job, moment)
    answer = {
        "jobArn": job["arn"],
        "baseModelArn": job["base_arn"],
        "jobName": job["name"],
        "status": life.status,
        "statusDetails": life.details,
        "lastModifiedTime": iso_of(life.modified),
        "creationTime": job["created_iso"],
        "endTime": iso_of(life.ended) if life.ended is not None else None,
        "customModelArn": model_arn(world, job) if life.status == "Completed" else None,
        "customModelName": job["given"]["customModelName"],
        "customizationType": job["given"].get("customizationType", "FINE_TUNING"),
    }
    return _without_gaps(answer)


def metrics(found: Record | None) -> dict[str, Any]:
    if not found:
        return {}
    return {
        "trainingMetrics": {"trainingLoss": found["training"]},
        "validationMetrics": [{"validationLoss": loss} for loss in found["validation"]],
    }


def _without_gaps(answer: dict[str, Any]) -> dict[str, Any]:
    """AWS leaves members without a value out."""
    return {name: value for name, value in answer.items() if value is not None}
