"""Everything a verdict is based on, and small questions about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.chaos.snapshots import Snapshot
from tests.chaos.world import Moment, World

Row = dict[str, Any]
TABLE = {"throughput": "throughputs", "deployment": "deployments", "job": "jobs"}
ENDED = ("removed", "refused")
OURS = "sandbox"  # the caller that our credentials make us


@dataclass(frozen=True)
class Evidence:
    """``platform``: the sandbox's own account of itself. ``behind``: ARNs that somebody else removed."""

    platform: Mapping[str, Any]
    moments: tuple[Moment, ...]
    behind: frozenset[str] = frozenset()
    switches: Mapping[str, Any] = field(default_factory=dict)
    passes: int = 0
    most_skew: float = 0.0
    unrest: str = ""

    @property
    def rows(self) -> Snapshot:
        return self.moments[-1].rows

    @property
    def now(self) -> datetime:
        return self.moments[-1].true_time

    def births(self, *kinds: str, by: str = OURS) -> list[Row]:
        """What the platform ever made at our request."""
        return [b for b in self.platform["created"] if b["kind"] in kinds and b["caller"] == by]

    def row_of_token(self, kind: str, token: str | None) -> Row | None:
        return next((row for row in self.rows[TABLE[kind]] if row["request_token"] == token), None)

    def alive(self) -> dict[str, str]:
        """ARN → kind of everything that exists on the platform now (jobs: that run)."""
        there = {each["provisionedModelArn"]: "throughput" for each in self.platform["throughputs"]}
        there |= {each["customModelDeploymentArn"]: "deployment" for each in self.platform["deployments"]}
        there |= {each["modelArn"]: "model" for each in self.platform["custom_models"]}
        running = [job for job in self.platform["jobs"] if job["status"] in ("InProgress", "Stopping")]
        return there | {job["jobArn"]: "job" for job in running}

    def servers(self) -> dict[str, tuple[str, str]]:
        """ARN → (model's ARN, whether it can be called) of what serves models."""
        serving = [(each["provisionedModelArn"], each) for each in self.platform["throughputs"]]
        serving += [(each["customModelDeploymentArn"], each) for each in self.platform["deployments"]]
        return {arn: (each["modelArn"], each["status"]) for arn, each in serving}

    def model(self, pk: int) -> Row:
        return next(model for model in self.rows["models"] if model["id"] == pk)

    def pairs(self) -> Iterator[tuple[Moment, Moment]]:
        yield from zip(self.moments, self.moments[1:], strict=False)


def collect(world: World, switches: Mapping[str, Any], passes: int) -> Evidence:
    return Evidence(
        platform=world.control._call("GET", "evidence"),
        moments=tuple(world.moments),
        behind=frozenset(world.behind),
        switches=switches,
        passes=passes,
        most_skew=world.most_skew,
        unrest=world.unrest,
    )


def seconds_between(first: str, second: str) -> float:
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)).total_seconds()
