"""What is in S3, for the sandbox's account of itself: each job's own folder, what lies beside it, and what was there
before the schedule began (S3 is kept from schedule to schedule; jobs write under folders of their own)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.bedrock import settling

if TYPE_CHECKING:
    from sandbox.world import World

BUCKET = "modelhub-sandbox"
BESIDE = "somebody-elses/notes.txt"  # put into the folder that a job's own folder is in
_before: set[str] = set()
_wrote: set[str] = set()  # ARNs of jobs: those that others made write nothing


def begin(world: World) -> None:
    _before.clear(), _wrote.clear()
    _before.update(_keys(world))


def told(world: World) -> dict[str, Any]:
    """``results``: by the ARN of a job that wrote some, how many objects are in its folder; ``beside``: the same of its
    neighbours'; ``lost``: what was there before, and is not any more."""
    keys, results, beside = _keys(world), {}, {}
    for job in (job for job in world.owned.jobs if job["arn"] in _wrote):
        place = job["given"].get("outputDataConfig", {}).get("s3Uri", "")
        prefix = place.removeprefix(f"s3://{BUCKET}/").rstrip("/")
        own = f"{prefix}/model-customization-job-{job['id']}/"
        results[job["arn"]] = sum(key.startswith(own) for key in keys)
        beside[job["arn"]] = int(f"{prefix}/{BESIDE}" in keys)
    return {"results": results, "beside": beside, "lost": sorted(_before - keys)}


def put_neighbours() -> None:
    """Whenever a job writes its results, somebody else has something beside them."""
    write = settling._write

    def written(world: World, job: dict[str, Any], *rest: Any) -> None:
        write(world, job, *rest)
        _wrote.add(job["arn"])
        prefix = job["given"]["outputDataConfig"]["s3Uri"].removeprefix(f"s3://{BUCKET}/").rstrip("/")
        world.aws.objects.put(BUCKET, f"{prefix}/{BESIDE}", b"Mine.", "text/plain")

    settling._write = written


def _keys(world: World) -> set[str]:
    bucket = world.aws.backend().buckets.get(BUCKET)
    # The newest version of a deleted key is a marker without content.
    return (
        {key for key, newest in bucket.keys.items() if hasattr(newest, "_value_buffer")} if bucket else set()
    )
