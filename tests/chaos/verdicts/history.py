"""What is green, how actions end, and how soon all is at rest."""

from __future__ import annotations

from typing import Any

from tests.chaos.evidence import Evidence, Row
from tests.chaos.settling import ALLOWED
from tests.chaos.steps import CUT


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
        withdrawn = True  # nothing is enabled until somebody enables it
        for event in (event for event in e.rows["events"] if event["model_id"] == model["id"]):
            withdrawn = event["action"] != "enabled" and (withdrawn or _withdraws(event))
            if withdrawn and event["to_status"] == "green":
                wrong.append(f"{model['name']} became green by “{event['action']}”: nobody enabled it")
    return list(dict.fromkeys(wrong))


def _is_going(row: Row) -> bool:
    return row["state"] in ("removing", "removed", "failed")


def _withdraws(event: Row) -> bool:
    if event["action"] == "disabled":
        return True
    ends = event["action"].endswith((" removal", " removed", " failed"))
    return bool(ends and event["to_status"] == "red")


def refused_with_reason(e: Evidence) -> list[str]:
    """An action is done, which shows, or refused with a reason; a look never fails by itself; nobody hangs."""
    wrong = []
    for before, moment in e.pairs():
        end = moment.end
        if end.end == "hung":
            wrong.append(f"“{moment.label}” hangs")
        elif end.end == "killed" and not end.harmed:
            wrong.append(f"“{moment.label}” died, and nobody killed it")
        elif end.end == "failed" and not _cut(moment):
            wrong.append(f"“{moment.label}” failed: {end.said}")
        elif end.end == "refused" and moment.step.kind != "act":
            wrong.append(f"“{moment.label}” ended with an error that nobody was told of: {end.said}")
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
