"""A throughput's or deployment's life as a pure function of what is known of it and of the time.

``ready``: from when it serves (null: never); ``failure``: at, message; ``change``: at, done, model_arn: another model
for a throughput. Nothing runs in the background.
Words: botocore's service model bedrock/2023-04-20 (ProvisionedModelStatus, CustomModelDeploymentStatus).
"""

from dataclasses import dataclass

from sandbox.store import Record

READY = {"throughput": "InService", "deployment": "Active"}


@dataclass(frozen=True)
class Life:
    status: str
    modified: float
    model_arn: str
    desired_arn: str
    failure: str | None = None


def life_of(record: Record, now: float) -> Life:
    change = record["change"] if record["change"] and record["change"]["at"] <= now else None
    model = change["model_arn"] if change and change["done"] <= now else record["model_arn"]
    desired = change["model_arn"] if change else model
    status, modified, message = _phase(record, change, now)
    if record["renamed"] is not None and record["renamed"] <= now:
        modified = max(modified, record["renamed"])
    return Life(status, modified, model, desired, message)


def is_there(record: Record, moment: float) -> bool:
    return record["deleted"] is None or bool(record["deleted"] > moment)


def _phase(record: Record, change: Record | None, now: float) -> tuple[str, float, str | None]:
    failure, ready = record["failure"], record["ready"]
    if failure and failure["at"] <= now:
        return "Failed", failure["at"], failure["message"]
    if ready is None or now < ready:
        return "Creating", record["created"], None
    if change and now < change["done"]:
        return "Updating", change["at"], None
    return READY[record["noun"]], change["done"] if change else ready, None
