"""The platform against our rows: nothing billed in secret, nothing twice, nothing lost, nothing deleted by mistake."""

from __future__ import annotations

from collections import Counter

from tests.chaos.evidence import ENDED, OURS, TABLE, Evidence, Row

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


def no_orphans(e: Evidence) -> list[str]:
    """Whatever exists (and costs) on the platform is a live row of ours or shown as found; and the other way round."""
    alive = e.alive()
    known = {
        row["arn"]
        for kind in ("throughput", "deployment")
        for row in e.rows[TABLE[kind]]
        if row["state"] not in ENDED
    }
    known |= {row["arn"] for row in e.rows["jobs"] if row["state"] not in ("completed", "failed", "stopped")}
    known |= {model["arn"] for model in e.rows["models"] if model["build"] != "deleted" and model["listed"]}
    known |= {found["arn"] for found in e.rows["found"] if found["state"] != "gone"}
    # What a found job has made is shown with its job.
    known |= {job.get("outputModelArn") for job in e.platform["jobs"] if job["jobArn"] in known}
    secret = [
        f"{kind} {arn} exists and no live row of ours knows it"
        for arn, kind in alive.items()
        if arn not in known
    ]
    ghosts = [
        f"{noun} {row['id']} is {row['state']} here, but {row['arn']} does not exist"
        for noun in ("throughput", "deployment")
        for row in e.rows[TABLE[noun]]
        if row["state"] not in ENDED and row["arn"] and row["arn"] not in alive
    ]
    ghosts += [
        f"model {model['name']} is listed as {model['build']}, but {model['arn']} does not exist"
        for model in e.rows["models"]
        if model["build"] == "built"
        and model["arn"]
        and model["arn"] not in alive
        and model["arn"] not in e.behind
    ]
    return secret + ghosts


def no_duplicates(e: Evidence) -> list[str]:
    """At most one birth for each request, and one live throughput and deployment for each model of ours."""
    twice = Counter((b["kind"], b["token"]) for b in e.births("job", "throughput", "deployment"))
    found = [f"{kind} with token {token} was made {n} times" for (kind, token), n in twice.items() if n > 1]
    alive, ours = e.servers(), {b["arn"]: b["kind"] for b in e.births("throughput", "deployment")}
    serving = Counter((ours[arn], model) for arn, (model, _) in alive.items() if arn in ours)
    found += [f"{n} live {kind}s of ours serve {model}" for (kind, model), n in serving.items() if n > 1]
    arns = Counter(row["arn"] for table in TABLE.values() for row in e.rows[table] if row["arn"])
    found += [f"{n} rows stand for {arn}" for arn, n in arns.items() if n > 1]
    names = Counter(m["name"].lower() for m in e.rows["models"] if not m["archived_at"])
    return found + [f"{n} listed custom models are called {name}" for name, n in names.items() if n > 1]


def nothing_lost(e: Evidence) -> list[str]:
    """Every birth has its row, which knows it (unless somebody removed it before it was seen); every row that was ever
    committed is still there."""
    lost = []
    for birth in e.births("job", "throughput", "deployment"):
        row = e.row_of_token(birth["kind"], birth["token"])
        if row is None:
            lost.append(f"{birth['kind']} {birth['name']} was made and has no row")
        elif row["arn"] != birth["arn"] and birth["arn"] not in e.behind and not _found_again(e, birth):
            lost.append(
                f"{birth['kind']} {row['id']} ({row['state']}) does not know that {birth['arn']} was made for it"
            )
    kept = {
        table: {row["id"] for row in e.rows[table]}
        for table in (*TABLE.values(), "models", "deletions", "events")
    }
    for moment in e.moments:
        for table, ids in kept.items():
            gone = {row["id"] for row in moment.rows[table]} - ids
            lost += [f"row {pk} of {table}, there after “{moment.label}”, is gone" for pk in gone]
            ids -= gone
    return lost


def _found_again(e: Evidence, birth: Row) -> bool:
    """A job that was stopped before the platform showed it may be found again as a stranger: a person decides."""
    return birth["kind"] == "job" and any(found["arn"] == birth["arn"] for found in e.rows["found"])


def no_wrong_deletion(e: Evidence) -> list[str]:
    """We delete only what an admin (or a lease at its end) asked for, never another's, never a model that is served."""
    asked = _asked(e)
    ours = {birth["arn"] for birth in e.platform["created"] if birth["caller"] == OURS}
    wrong = []
    for death in e.platform["deaths"]:
        arn = death["arn"]
        if arn in e.behind:
            continue
        if arn not in ours and not _adopted(e, arn):
            wrong.append(f"{death['kind']} {arn} was deleted by us and is not ours")
        if arn not in asked:
            wrong.append(f"{death['kind']} {arn} was deleted, and nobody asked for it")
        if death["served_by"]:
            wrong.append(f"model {arn} was deleted while {', '.join(death['served_by'])} served it")
    return wrong


def _asked(e: Evidence) -> set[str]:
    """ARNs of which an admin's action, a lease's end or a deletion says that they shall go."""
    pks = {
        (moment.end.value["table"], moment.end.value["pk"])
        for moment in e.moments
        if moment.step.what in ("remove", "undeploy") and moment.end.value and "pk" in moment.end.value
    }
    # A killed action, or one in the middle of another step, can't say what it did; that somebody tried is known.
    tried = {
        (step.what, step.on)
        for moment in e.moments
        for step in (moment.step, moment.step.meanwhile)
        if step and (step is not moment.step or not (moment.end.value and "pk" in moment.end.value))
    }
    asked = set()
    for noun, what in (("throughputs", "remove"), ("deployments", "undeploy")):
        for row in e.rows[noun]:
            name = e.model(row["model_id"])["name"]
            lease = (
                row.get("ends_at") and row["removal_asked_at"] and row["removal_asked_at"] >= row["ends_at"]
            )
            if (noun, row["id"]) in pks or (what, name) in tried or lease:
                asked.add(row["arn"])
    return asked | {row["arn"] for row in e.rows["deletions"]}


def _adopted(e: Evidence, arn: str) -> bool:
    return any(model["arn"] == arn for model in e.rows["models"])


def green_is_callable(e: Evidence) -> list[str]:
    """A green custom model names something that is in service on the platform and serves this very model."""
    wrong, servers = [], e.servers()
    for model in e.rows["models"]:
        if model["status"] == "red":
            continue
        served, word = servers.get(model["serving_arn"], ("", "not there"))
        if word not in ("InService", "Active") or served != model["arn"]:
            wrong.append(
                f"{model['name']} is {model['status']}, but {model['serving_arn'] or 'nothing'} is {word}"
            )
    return wrong


def same_as_the_platform(e: Evidence) -> list[str]:
    """After settling each row's state is the platform's, and a model's colour that of its rows."""
    alive = {arn: word for arn, (_, word) in e.servers().items()}
    alive |= {job["jobArn"]: job["status"] for job in e.platform["jobs"]}
    wrong = []
    for kind, table in TABLE.items():
        for row in e.rows[table]:
            word = alive.get(row["arn"], "") if row["arn"] else ""
            if word and row["state"] != _WORDS.get(word, "unknown"):
                wrong.append(f"{kind} {row['id']} is {row['state']}, the platform says {word}")
            if not row["arn"] and row["state"] not in (*ENDED, "failed", "stopped") and not _waits(row):
                wrong.append(f"{kind} {row['id']} is still {row['state']}")
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
        waits = any(
            _waits(r) for t in ("jobs", "deletions") for r in e.rows[t] if r["model_id"] == model["id"]
        )
        if model["build"] in ("requested", "running", "stopping", "deleting", "unknown") and not waits:
            wrong.append(f"{model['name']} is still {model['build']}")
    return wrong


def _waits(row: Row) -> bool:
    """The platform refuses for a reason that may pass: the page says so, and it is asked again."""
    return bool(row["trouble"] and row["next_check_at"])


def tokens_are_ours(e: Evidence) -> list[str]:
    """Every Create bore the token of a committed row, and what it made bears our tags."""
    tokens = {row["request_token"] for table in TABLE.values() for row in e.rows[table]}
    creates = [
        c for c in e.platform["calls"] if c["platform"] == "bedrock" and c["operation"].startswith("Create")
    ]
    wrong = [
        f"{c['operation']} bore the token {c['token']}, which no row has"
        for c in creates
        if c["token"] not in tokens
    ]
    for birth in e.births("job", "throughput", "deployment"):
        if birth["tags"].get("modelhub:request") != birth["token"]:
            wrong.append(f"{birth['kind']} {birth['name']} does not bear our request's tag")
    return wrong
