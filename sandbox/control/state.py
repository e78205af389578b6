"""Health, summary, reset."""

from typing import TYPE_CHECKING, Any

from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World


def health(world: "World", request: Request) -> dict[str, Any]:
    """Answers as soon as requests are accepted; never touches moto."""
    return {"status": "ok", "now": world.clock.describe()["now"]}


def summary(world: "World", request: Request) -> dict[str, Any]:
    """Everything at a glance; ``buckets`` is null until S3 was first used."""
    return {
        "region": world.region,
        "account": world.account,
        "state_dir": str(world.folder) if world.folder else None,
        "clock": world.clock.describe(),
        "models": {name: len(shelf) for name, shelf in world.models.items()},
        "jobs": len(world.owned.jobs),
        "custom_models": sum(model["deleted"] is None for model in world.owned.custom_models),
        "throughputs": sum(record["deleted"] is None for record in world.owned.throughputs),
        "deployments": sum(record["deleted"] is None for record in world.owned.deployments),
        "switches": world.switches.all(),
        "faults": world.faults.all(),
        "ledger": len(world.ledger),
        "buckets": world.aws.bucket_names(),
    }


def reset(world: "World", request: Request) -> dict[str, Any]:
    """Back to the seed: catalogue, clock, faults, switches, jobs and models, ledger, S3."""
    world.reset()
    return summary(world, request)
