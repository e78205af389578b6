"""What admins race for, and what must be true afterwards: exactly one effect each, and every loser told why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.chaos.snapshots import Snapshot

DONE, REFUSED = "done", "refused"
ENDED = ("removed", "refused")
# The Event that each winner leaves, once.
EVENT_OF = {
    "provision": "throughput requested",
    "deploy": "deployment requested",
    "remove": "throughput removal",
    "extend": "lease changed",
    "enable": "enabled",
    "disable": "disabled",
    "delete": "deletion requested",
}
LEASE = timedelta(hours=8)


@dataclass(frozen=True)
class Result:
    """What one admin was told. ``status``: of HTTP, 0 when no page was asked."""

    action: str
    end: str
    said: str = ""
    status: int = 0


@dataclass(frozen=True)
class Round:
    """``before`` and ``after`` the race, and ``settled``: after looks at the platform. ``there``: its story."""

    results: list[Result]
    before: Snapshot
    after: Snapshot
    settled: Snapshot
    there: Mapping[str, Any]

    @property
    def wins(self) -> Counter[str]:
        return Counter(result.action for result in self.results if result.end == DONE)

    def new_events(self) -> list[str]:
        old = {event["id"] for event in self.before["events"]}
        return [event["action"] for event in self.after["events"] if event["id"] not in old]


@dataclass(frozen=True)
class Contest:
    """``start``: how far the model has come: built, serving or enabled. ``sides``: who does what, in turn."""

    name: str
    start: str
    sides: tuple[str, ...]
    rule: Callable[[Round], bool]


def wins(**exactly: int) -> Callable[[Round], bool]:
    return lambda round_: all(round_.wins[action] == count for action, count in exactly.items())


def _alternating(round_: Round) -> bool:
    told = [action for action in round_.new_events() if action in ("enabled", "disabled")]
    return all(one != other for one, other in pairwise(told))


def _remove_beats_enable(round_: Round) -> bool:
    return wins(remove=1)(round_) and round_.wins["enable"] <= 1 and not round_.after["models"][0]["enabled"]


CONTESTS = (
    Contest("provision", "built", ("provision",), wins(provision=1)),
    Contest(
        "provision or delete",
        "built",
        ("provision", "delete"),
        lambda r: r.wins["provision"] + r.wins["delete"] == 1,
    ),
    Contest("provision and deploy", "built", ("provision", "deploy"), wins(provision=1, deploy=1)),
    Contest("provision, workers look", "built", ("provision", "look"), wins(provision=1)),
    Contest("delete", "built", ("delete",), wins(delete=1)),
    Contest("delete, workers look", "built", ("delete", "look"), wins(delete=1)),
    Contest("remove", "serving", ("remove",), wins(remove=1)),
    Contest("remove, workers look", "serving", ("remove", "look"), wins(remove=1)),
    Contest("remove or provision", "serving", ("remove", "provision"), wins(remove=1, provision=0)),
    Contest("remove or delete", "serving", ("remove", "delete"), wins(remove=1, delete=0)),
    Contest("remove or extend", "serving", ("remove", "extend"), wins(remove=1)),
    Contest("extend", "serving", ("extend",), lambda r: r.wins["extend"] == len(r.results)),
    Contest("enable", "serving", ("enable",), wins(enable=1)),
    Contest("disable", "enabled", ("disable",), wins(disable=1)),
    Contest("enable or disable", "serving", ("enable", "disable"), _alternating),
    Contest("enable or remove", "serving", ("enable", "remove"), _remove_beats_enable),
    Contest(
        "everything",
        "serving",
        ("remove", "extend", "enable", "disable", "provision", "delete", "deploy", "look"),
        _alternating,
    ),
)


def violations(contest: Contest, round_: Round) -> Iterator[str]:
    """Every broken promise of one round, in words."""
    yield from _answers(round_)
    if not contest.rule(round_):
        yield f"the winners are wrong: {dict(round_.wins)}"
    yield from _one_of_each(round_.after)
    yield from _told_once(round_)
    yield from _leases(round_)
    yield from _there(round_)
    yield from _carried_out(round_)


def _answers(round_: Round) -> Iterator[str]:
    for result in round_.results:
        if result.end not in (DONE, REFUSED):
            yield f"{result.action}: {result.end}: {result.said}"
        if result.end == REFUSED and (len(result.said.strip()) < 10 or " " not in result.said.strip()):
            yield f"{result.action} was refused without a reason: “{result.said}”"
        if result.end == REFUSED and f"{result.action} it" in result.said.lower():
            yield f"{result.action} was refused with the advice to do just that: “{result.said}”"
        if result.status and result.status != 409 and result.end == REFUSED:
            yield f"{result.action} was refused with {result.status} instead of 409"


def _one_of_each(rows: Snapshot) -> Iterator[str]:
    live = {t: [r for r in rows[t] if r["state"] not in ENDED] for t in ("throughputs", "deployments")}
    wishes = [row for row in rows["deletions"] if row["state"] == "requested"]
    for table, found in (*live.items(), ("deletions", wishes)):
        if len(found) > 1:
            yield f"{len(found)} live {table} of one model"
    if wishes and any(live.values()):
        yield "a model is being deleted and served"


def _told_once(round_: Round) -> Iterator[str]:
    told = Counter(round_.new_events())
    for action, event in EVENT_OF.items():
        if told[event] != round_.wins[action]:
            yield f"{round_.wins[action]} × {action} won, {told[event]} × “{event}” in the history"


def _leases(round_: Round) -> Iterator[str]:
    """Every extension counts, none twice."""
    ends = {row["id"]: row["ends_at"] for row in round_.after["throughputs"]}
    for row in round_.before["throughputs"]:
        wanted = datetime.fromisoformat(row["ends_at"]) + LEASE * round_.wins["extend"]
        if datetime.fromisoformat(ends[row["id"]]) != wanted:
            yield f"{round_.wins['extend']} extensions moved the lease to {ends[row['id']]}, not {wanted}"


def _there(round_: Round) -> Iterator[str]:
    """On the platform: one birth a wish, nothing alive that is not live here, nothing deleted while it served."""
    born = Counter(b["token"] for b in round_.there["created"] if b["kind"] in ("throughput", "deployment"))
    yield from (f"the platform made {token} {count} times" for token, count in born.items() if count > 1)
    ours = {
        row["arn"]
        for table in ("throughputs", "deployments")
        for row in round_.settled[table]
        if row["state"] not in ENDED
    }
    alive = {line["arn"] for line in round_.there["bill"] if line["ended_at"] is None}
    yield from (f"{arn} is billed and not ours" for arn in alive - ours)
    yield from (
        f"{death['arn']} was deleted while it served"
        for death in round_.there["deaths"]
        if death["served_by"]
    )
    bought = [row for row in round_.settled["throughputs"] if row["request_token"] not in born]
    yield from (
        f"throughput {row['id']} was never bought: {row['state']}" for row in bought if row["sent_at"]
    )


def _carried_out(round_: Round) -> Iterator[str]:
    """What was won is done in the end: here, and on the platform."""
    rows, there = round_.settled, round_.there
    words = {each["provisionedModelArn"]: each["status"] for each in there["throughputs"]}
    words |= {each["customModelDeploymentArn"]: each["status"] for each in there["deployments"]}
    for table, done, removed in (
        ("throughputs", "provision", "remove"),
        ("deployments", "deploy", "undeploy"),
    ):
        old = {row["id"] for row in round_.before[table]}
        new = [row for row in rows[table] if row["id"] not in old]
        if len(new) != round_.wins[done]:
            yield f"{round_.wins[done]} × {done} won, {len(new)} {table} are new"
        for row in rows[table]:
            wanted = "removed" if round_.wins[removed] else "in service"
            word = words.get(row["arn"], "gone")
            if row["state"] != wanted or (word in ("InService", "Active")) != (wanted == "in service"):
                yield f"{table[:-1]} {row['id']} should be {wanted} by now, is {row['state']}, and there: {word}"
    models = {model["modelArn"] for model in there["custom_models"]}
    for model in rows["models"]:
        if bool(round_.wins["delete"]) != (model["arn"] not in models and model["build"] == "deleted"):
            yield f"{round_.wins['delete']} × delete won, and {model['name']} is {model['build']}"
    yield from (f"a deletion is {row['state']}" for row in rows["deletions"] if row["state"] != "done")
