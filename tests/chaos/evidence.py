"""Everything a verdict is based on, and small questions about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.chaos.snapshots import Snapshot
from tests.chaos.world import Moment, World

Row = dict[str, Any]
TABLE = {"throughput": "throughputs", "deployment": "deployments", "job": "jobs"}
ENDED = ("removed", "refused")
OURS = "sandbox"  # the caller that our credentials make us
INSTANCE = "modelhub"  # the tag of this installation: what settings say when nobody sets MODELHUB_INSTANCE
LOOKS = ("look", "twice")
# Answers that mean "not now". Every other refusal is final: quota, validation, access denied.
_PASSING_STATUS, _PASSING_FAULTS = (408, 425, 429), ("throttle", "expired")
# What may have passed in some seconds: another one who has the name, or moves; a role that is fresh. It is believed
# when the platform has said so as often as that.
_PASSING_WORDS = ("conflict", "in use", "already exists", "in progress", "could not assume")
STUBBORN = 5
MAY_HAVE_DONE = (
    "killed",
    "failed",
    "hung",
)  # ends of actions that can't say what they did; a refused one did nothing


@dataclass(frozen=True)
class Evidence:
    """``platform``: the sandbox's own account of itself. ``behind``: ARNs that somebody else removed. ``earlier``: what
    was done before the story began, without rows."""

    platform: Mapping[str, Any]
    moments: tuple[Moment, ...]
    earlier: tuple[Moment, ...] = ()
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

    def acts(self, what: str) -> Iterator[Moment]:
        """Every action of this kind that was done, or may have been."""
        for moment in (*self.earlier, *self.moments):
            if (
                moment.step.kind == "act"
                and moment.step.what == what
                and moment.end.end in ("done", *MAY_HAVE_DONE)
            ):
                yield moment

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

    def turns(self) -> Iterator[tuple[Snapshot, list[Moment], Snapshot]]:
        """Rows before, what was done (an action and what overtook it are one turn), and rows after."""
        start: Snapshot = {}
        last: list[Moment] = []
        for before, moment in self.pairs():
            if last and moment.rows is last[-1].rows:
                last.append(moment)
                continue
            if last:
                yield start, last, last[-1].rows
            start, last = before.rows, [moment]
        if last:
            yield start, last, last[-1].rows

    def creates(self, token: str) -> list[Row]:
        """Every Create that bore this token."""
        return [
            c for c in self.platform["calls"] if c["token"] == token and c["operation"].startswith("Create")
        ]

    def death_of(self, arn: str) -> datetime | None:
        return next((time_of(d["at"]) for d in self.platform["deaths"] if d["arn"] == arn), None)

    def is_undisturbed(self, there: Moment) -> bool:
        """A look that ended well, in our own account, none of whose calls met a fault."""
        if there.step.kind not in LOOKS or not ended_well(there):
            return False
        faults = {time_of(call["at"]) for call in self.platform["calls"] if call["fault"]}
        return there.true_time not in faults and not self._is_elsewhere(there.true_time)

    def _is_elsewhere(self, at: datetime) -> bool:
        """Were our credentials another account's at that time?"""
        turns = [each for each in self.platform.get("accounts", ()) if time_of(each["at"]) <= at]
        return any(each["other"] for each in turns[-1:])


def collect(world: World, switches: Mapping[str, Any], passes: int) -> Evidence:
    return Evidence(
        platform=world.control._call("GET", "evidence"),
        moments=tuple(world.moments),
        earlier=tuple(world.earlier),
        behind=frozenset(world.behind),
        switches=switches,
        passes=passes,
        most_skew=world.most_skew,
        unrest=world.unrest,
    )


def ended_well(there: Moment) -> bool:
    """It came to its end without any harm, error or overtaking."""
    end = there.end
    return end.end == "done" and not end.harmed and not end.defects and not there.step.meanwhile


def is_refused(call: Row) -> bool:
    """Did the platform itself turn this call away? That something is not there (404) refuses nothing: it is news."""
    is_news = call["status"] == 404 and call["operation"].startswith(("Get", "List"))
    return bool(call["fault"] or (call["status"] or 500) >= 400) and not is_news


def may_pass(call: Row) -> bool:
    """Was it refused for a reason that may be gone in some seconds?"""
    said = call.get("said", "").lower()
    return call["status"] == 409 or any(word in said for word in _PASSING_WORDS)


def is_final(calls: Sequence[Row]) -> bool:
    """Was any of these calls refused for good, or so often that what may pass has not passed? (A 403 for expired
    credentials passes; one for lacking rights does not.)"""
    refused = [
        call
        for call in calls
        if 400 <= (call["status"] or 0) < 500
        and call["status"] not in _PASSING_STATUS
        and call["fault"] not in _PASSING_FAULTS
    ]
    return not all(map(may_pass, refused)) or len(refused) >= STUBBORN


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text)
