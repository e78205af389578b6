"""What our own rows tell of how they came to be as they are."""

from __future__ import annotations

from typing import Any

from tests.chaos.evidence import Evidence, Row
from tests.chaos.settling import ALLOWED
from tests.chaos.steps import CUT

_FACTS = ("build", "serving", "serving_arn", "enabled", "status", "arn", "archived_at")
# What an Event must say when a row is in this state (a state that is passed over leaves none).
_ACTION = {"removing": "removal"}
_JOB_ACTIONS = {"requested": ("requested",), "running": ("training running", "found again", "adopted")}


def every_change_has_an_event(e: Evidence) -> list[str]:
    """Facts that differ between two moments have an Event between them; statuses of Events follow one another."""
    wrong = []
    for before, after in e.pairs():
        old = {model["id"]: model for model in before.rows["models"]}
        told = {event["id"] for event in before.rows["events"]}
        spoken = {event["model_id"] for event in after.rows["events"] if event["id"] not in told}
        for model in after.rows["models"]:
            was = old.get(model["id"])
            if (was is None or any(was[f] != model[f] for f in _FACTS)) and model["id"] not in spoken:
                wrong.append(f"{model['name']} changed at “{after.label}” without an Event")
    for model in e.rows["models"]:
        wrong += _chain(model, [event for event in e.rows["events"] if event["model_id"] == model["id"]])
    return wrong + _states_without_event(e)


def _chain(model: Row, events: list[Row]) -> list[str]:
    wrong, status = [], ""
    for event in events:
        if status and event["from_status"] and event["from_status"] != status:
            wrong.append(
                f"{model['name']}: “{event['action']}” comes from {event['from_status']}, it was {status}"
            )
        status = event["to_status"] or status
    if status != model["status"]:
        wrong.append(f"{model['name']} is {model['status']}, its last Event says {status}")
    return wrong


def _states_without_event(e: Evidence) -> list[str]:
    said: dict[int, set[str]] = {}
    for event in e.rows["events"]:
        said.setdefault(event["model_id"], set()).add(event["action"])
    wrong = []
    for moment in e.moments:
        for noun in ("throughput", "deployment"):
            for row in moment.rows[f"{noun}s"]:
                action = f"{noun} {_ACTION.get(row['state'], row['state'])}"
                if action not in said[row["model_id"]] and not row["adopted"]:
                    wrong.append(f"{noun} {row['id']} is {row['state']}, and no Event says so")
        for job in moment.rows["jobs"]:
            actions = _JOB_ACTIONS.get(job["state"], (f"training {job['state']}", "adopted"))
            if not said[job["model_id"]] & set(actions):
                wrong.append(f"job {job['id']} is {job['state']}, and no Event says so")
    return list(dict.fromkeys(wrong))


def enabled_cleared_on_removal(e: Evidence) -> list[str]:
    """Nothing is green while what serves it is being removed, nor green again later unless somebody enables it."""
    wrong = []
    for moment in e.moments:
        for model in moment.rows["models"]:
            rows = [
                r
                for t in ("throughputs", "deployments")
                for r in moment.rows[t]
                if r["model_id"] == model["id"]
            ]
            serving = [row for row in rows if row["state"] == "in service"]
            going = any(_is_going(row) for row in rows)
            moving = any(row["state"] in ("updating", "unknown") for row in rows)
            if model["enabled"] and going and not serving and not moving:
                wrong.append(f"{model['name']} is enabled after “{moment.label}”, but nothing serves it")
    for model in e.rows["models"]:
        withdrawn = False
        for event in (event for event in e.rows["events"] if event["model_id"] == model["id"]):
            withdrawn = event["action"] != "enabled" and (withdrawn or _withdraws(event))
            if withdrawn and event["to_status"] == "green":
                wrong.append(f"{model['name']} became green by “{event['action']}”: nobody enabled it")
    return list(dict.fromkeys(wrong))


def _is_going(row: Row) -> bool:
    return row["state"] in ("removing", "removed", "failed")


def _withdraws(event: Row) -> bool:
    ends = event["action"].endswith((" removal", " removed", " failed"))
    return bool(ends and event["to_status"] == "red")


def refused_with_reason(e: Evidence) -> list[str]:
    """An action is done, which shows, or refused with a reason; a look never fails by itself; nobody hangs."""
    wrong = []
    for before, moment in e.pairs():
        end = moment.end
        if end.end == "hung":
            wrong.append(f"“{moment.label}” hangs")
        elif end.end == "failed" and not _cut(moment):
            wrong.append(f"“{moment.label}” failed: {end.said}")
        elif end.end == "refused" and len(end.said.strip()) < 10:
            wrong.append(f"“{moment.label}” was refused without a reason: “{end.said}”")
        elif _claims_success(moment) and len(moment.rows["events"]) == len(before.rows["events"]):
            wrong.append(f"“{moment.label}” was called done, and nothing came of it")
        if end.defects and not _cut(moment):
            wrong.append(f"“{moment.label}” logged an error: {end.defects[0]}")
    return wrong


def _claims_success(moment: Any) -> bool:
    step, end = moment.step, moment.end
    return end.end == "done" and step.kind == "act" and "pk" in (end.value or {}) and not step.meanwhile


def _cut(moment: Any) -> bool:
    return bool(moment.step.harm == CUT and moment.end.harmed)


def settled_in_two_passes(e: Evidence) -> list[str]:
    """After the faults, two passes at most change anything."""
    return [f"pass {e.passes} still changed something: {e.unrest}"] if e.passes > ALLOWED else []
