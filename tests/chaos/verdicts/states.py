"""What our rows and models say, against what the platform says."""

from __future__ import annotations

from tests.chaos.evidence import ENDED, LOOKS, TABLE, Evidence, time_of
from tests.chaos.verdicts.dropped import waits

_WORDS = {
    "Creating": "creating",
    "InService": "in service",
    "Active": "in service",
    "Updating": "updating",
    "Failed": "failed",
    "InProgress": "running",
    "Stopping": "stopping",
    "Completed": "completed",
    "Stopped": "stopped",
}


def green_is_callable(e: Evidence) -> list[str]:
    """A green custom model names something that is in service on the platform and serves this very model; a word that
    nobody knows is not "in service"."""
    wrong, servers = [], e.servers()
    for model in e.rows["models"]:
        if model["status"] == "red":
            continue
        served, word = servers.get(model["serving_arn"], ("", "not there"))
        if word not in ("InService", "Active") or served != model["arn"]:
            wrong.append(
                f"{model['name']} is {model['status']}, but {model['serving_arn'] or 'nothing'} is {word}"
            )
    return wrong + _taken_for_success(e)


def _taken_for_success(e: Evidence) -> list[str]:
    """What is believed after the last look (without faults) at things that are called by an unknown word."""
    wrong = []
    for taken_back in (each for each in e.platform.get("words", ()) if not each["word"]):
        at = time_of(taken_back["at"])
        strange = {arn for each in e.platform["words"] for arn in each["arns"] if time_of(each["at"]) <= at}
        strange = {arn for arn in strange if (death := e.death_of(arn)) is None or death > at}
        looks = [m for m in e.moments if m.step.kind in LOOKS and m.true_time <= at]
        for moment in looks[-1:]:
            rows = [row for table in ("throughputs", "deployments") for row in moment.rows[table]]
            wrong += [
                f"{row['remote_name']} is in service, on an unknown word"
                for row in rows
                if row["arn"] in strange and row["state"] == "in service"
            ]
            wrong += [
                f"{model['name']} is {model['status']}, on an unknown word"
                for model in moment.rows["models"]
                if model["status"] != "red" and model["serving_arn"] in strange
            ]
            wrong += [
                f"{row['remote_name']} is {row['state']}, on an unknown word"
                for row in moment.rows["jobs"]
                if row["arn"] in strange and row["state"] in ("completed", "failed", "stopped")
            ]
    return wrong


def same_as_the_platform(e: Evidence) -> list[str]:
    """After settling each row's state is the platform's, a model's colour that of its rows, and no deletion is under
    way that the platform does not refuse."""
    alive = {arn: word for arn, (_, word) in e.servers().items()}
    alive |= {job["jobArn"]: job["status"] for job in e.platform["jobs"]}
    wrong = []
    for kind, table in TABLE.items():
        for row in e.rows[table]:
            word = alive.get(row["arn"], "") if row["arn"] else ""
            if word and row["state"] != _WORDS.get(word, "unknown"):
                wrong.append(f"{kind} {row['id']} is {row['state']}, the platform says {word}")
            if not row["arn"] and row["state"] not in (*ENDED, "failed", "stopped") and not waits(e, row):
                wrong.append(f"{kind} {row['id']} is still {row['state']}")
    wrong += [
        f"the deletion of {row['arn']} is still {row['state']}"
        for row in e.rows["deletions"]
        if row["state"] in ("requested", "cleaning") and not waits(e, row)
    ]
    return wrong + _models_otherwise(e)


def _models_otherwise(e: Evidence) -> list[str]:
    """Models that say another thing than what serves them, or that are still on their way for no reason."""
    wrong = []
    for model in e.rows["models"]:
        live = [
            arn
            for arn, (of, word) in e.servers().items()
            if of == model["arn"] and word in ("InService", "Active")
        ]
        known = {
            row["arn"]
            for kind in ("throughputs", "deployments")
            for row in e.rows[kind]
            if row["state"] == "in service"
        }
        if model["build"] == "built" and model["serving"] != "ready" and set(live) & known:
            wrong.append(f"{model['name']} is {model['serving']}, but {live} serves it")
        asked = any(
            waits(e, r) for t in ("jobs", "deletions") for r in e.rows[t] if r["model_id"] == model["id"]
        )
        if model["build"] in ("requested", "running", "stopping", "deleting", "unknown") and not asked:
            wrong.append(f"{model['name']} is still {model['build']}")
    return wrong
