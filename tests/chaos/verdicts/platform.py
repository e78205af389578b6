"""The platform against our rows: nothing billed in secret, nothing twice, nothing lost, and every Create is ours."""

from __future__ import annotations

from collections import Counter

from tests.chaos.evidence import ENDED, INSTANCE, TABLE, Evidence, Row


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
    # People are shown these. One that was adopted excuses nothing: it must have its row.
    known |= {found["arn"] for found in e.rows["found"] if found["state"] in ("new", "foreign")}
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
    for table in (*TABLE.values(), "models", "deletions", "events"):
        told = {row["id"] for row in e.rows[table]}
        for moment in e.moments:
            gone = {row["id"] for row in moment.rows[table]} - told
            lost += [f"row {pk} of {table}, there after “{moment.label}”, is gone" for pk in gone]
            told |= gone  # each is told of once
    return lost


def _found_again(e: Evidence, birth: Row) -> bool:
    """A job that was given up before the platform showed it is a stranger until it is taken back, or for good when its
    model is archived."""
    return birth["kind"] == "job" and any(found["arn"] == birth["arn"] for found in e.rows["found"])


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
        if birth["tags"].get("modelhub:instance") != INSTANCE:
            wrong.append(f"{birth['kind']} {birth['name']} does not bear our installation's tag")
    return wrong
