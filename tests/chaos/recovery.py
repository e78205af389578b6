"""``python -m tests.chaos recovery``: the rows are lost. Does everything of ours come home by itself?"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.chaos import boot, clients, doing, hearing, snapshots, stage
from tests.chaos.snapshots import Snapshot
from tests.chaos.steps import act
from tests.chaos.weather import Weather

MOST_PASSES = 12
GREEN = ("tone0", "tone1")  # one behind a throughput, one behind a deployment
# What must be the same after the drill, by table.
KEPT = {
    "jobs": ("remote_name", "arn", "request_token", "state"),
    "models": ("name", "arn", "external_id", "build", "serving", "serving_arn", "status"),
    "throughputs": ("remote_name", "arn", "request_token", "state", "billed_from", "units"),
    "deployments": ("remote_name", "arn", "request_token", "state"),
}


class Drill:
    def __init__(self, control: Any, models: int) -> None:
        self.control, self.models, self.now = control, models, stage.START
        self.broken: list[str] = []

    def furnish(self) -> None:
        """Models made, rented and deployed through the product, one in training, and what others made."""
        self.control._call("POST", "clock", {"freeze": True})
        self.control.set_clock(self.now)
        for number in range(self.models):
            doing.perform(act("create", f"tone{number}"), self.now)
        self._pass(10, 100, 60, 10)
        for number in range(self.models):
            doing.perform(act("provision" if number % 2 == 0 else "deploy", f"tone{number}"), self.now)
        self.control.switch(training_seconds=360_000)
        doing.perform(act("create", "young"), self.now)
        self._pass(0, 10, 60, 60)
        theirs = self.control.make_custom_model("theirs", tags={"modelhub:instance": "another"})
        self.control.make_job("their-job", customModelName="their-model")
        self.control.make_throughput("their-throughput", model=theirs["modelArn"])
        tags = {"modelhub:instance": "another", "modelhub:request": "not-ours"}
        self.control.make_deployment("their-deployment", model="theirs", tags=tags)
        self._pass(3600)
        for name in GREEN:
            doing.perform(act("enable", name), self.now)

    def lose(self) -> Snapshot:
        """Every row of jobs, custom models, throughputs and deployments, with the Events that protect them."""
        before = snapshots.take()
        self.broken += [f"{name} is not green to begin with" for name in {*GREEN} - _green(before)]
        snapshots.clear()
        return before

    def recover(self) -> int:
        """Passes until nothing more comes home."""
        home = -1
        for number in range(1, MOST_PASSES + 1):
            self._pass(60)
            doing.discover(self.now)
            rows = snapshots.take()
            self.broken += [f"{name} is green, and nobody enabled it" for name in _green(rows)]
            now_home = sum(len(rows[table]) for table in KEPT)
            if now_home == home and number > 2:
                return number - 1
            home = now_home
        return MOST_PASSES

    def compare(self, before: Snapshot, after: Snapshot) -> None:
        for table, columns in KEPT.items():
            was = sorted(str([_recoverable(row)[name] for name in columns]) for row in before[table])
            found = sorted(str([row[name] for name in columns]) for row in after[table])
            self.broken += [f"{table}: did not come home: {row}" for row in was if row not in found]
            self.broken += [f"{table}: was not there before: {row}" for row in found if row not in was]
        told = {event["model_id"] for event in after["events"] if "adopted" in event["action"]}
        self.broken += [
            f"{m['name']}: no Event says that it was adopted" for m in after["models"] if m["id"] not in told
        ]
        for table in ("jobs", "throughputs", "deployments"):
            self.broken += [
                f"{table} {row['id']} is not marked as adopted" for row in after[table] if not row["adopted"]
            ]

    def what_is_not_known(self, after: Snapshot) -> None:
        """Whether a model was enabled and when a lease ends: modelhub must not guess. Only people may say."""
        from customization.models.serving import END_NOT_KNOWN

        models = after["models"]
        self.broken += [f"{row['name']} is enabled, and nobody did it" for row in models if row["enabled"]]
        self.broken += [
            f"{row['remote_name']} has an end that nobody set, or does not say that it lost its end"
            for row in after["throughputs"]
            if row["ends_at"] or row["no_end_reason"] != END_NOT_KNOWN
        ]
        for name in GREEN:
            doing.perform(act("enable", name), self.now)
        left = {*GREEN} - _green(snapshots.take())
        self.broken += [f"{name} came home and can't be enabled" for name in left]

    def hours_agree(self) -> None:
        from customization.models import Throughput

        bill = {line["arn"]: line for line in self.control.billing()}
        for row in Throughput.objects.all():
            off = abs(float(row.hours(self.now)) * row.units - bill[row.arn]["unit_hours"])
            if off > 0.01:
                self.broken.append(f"{row} is {off:.2f} unit-hours off the bill")

    def end(self) -> None:
        """What came home can be removed and deleted to the end; what is not ours stays."""
        theirs = self._theirs()
        for number in range(self.models):
            doing.perform(act("remove" if number % 2 == 0 else "undeploy", f"tone{number}"), self.now)
        self._pass(5, 10, 10, 60, 60)
        for number in range(self.models):
            doing.perform(act("delete", f"tone{number}"), self.now)
        self._pass(5, 10, 10, 60, 60)
        there = [
            model["modelName"]
            for model in self.control.custom_models()
            if model["modelName"].startswith("tone")
        ]
        self.broken += [f"{name} was not deleted" for name in there]
        if self._theirs() != theirs:
            self.broken.append("what others made was touched")
        self.broken += [f"{row['name']} is {row['build']}" for row in snapshots.take()["models"]
                        if row["name"].startswith("tone") and row["build"] != "deleted"]  # fmt: skip
        billed = [line["name"] for line in self.control.billing(ended_at=None)]
        self.broken += [f"{name} is still billed" for name in billed if name != "their-throughput"]

    def _theirs(self) -> list[str]:
        things = [*self.control.throughputs(), *self.control.deployments(), *self.control.custom_models()]
        return sorted(str(thing) for thing in things if "their" in str(thing))

    def _pass(self, *seconds: float) -> None:
        for each in seconds:
            self.now += timedelta(seconds=each)
            self.control.set_clock(self.now)
            doing.look(self.now)


def _green(rows: Snapshot) -> set[str]:
    return {row["name"] for row in rows["models"] if row["status"] == "green"}


def _recoverable(row: dict[str, Any]) -> dict[str, Any]:
    """Nothing is green by itself: to enable is a person's act, which is asked for again."""
    return row | {"status": "yellow"} if row.get("status") == "green" else row


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos recovery", description=__doc__)
    parser.add_argument("--models", type=int, default=10)
    parser.add_argument(
        "--faults", type=float, default=0.1, help="the share of the platform's calls that fail meanwhile"
    )
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args(arguments)
    from sandbox.server import start

    with boot.databases(1) as (database,), start() as sandbox:
        boot.django(database, sandbox.url, patience=clients.SOON)
        sandbox.control._call = _without_begin(sandbox.control._call)  # type: ignore[method-assign]
        return _run(wish, sandbox)


def _without_begin(call: Any) -> Any:
    """``stage`` asks the harness's own sandbox to begin anew; this one has just begun."""

    def asked(method: str, path: str, *rest: Any, **query: Any) -> Any:
        if path != "begin":
            return call(method, path, *rest, **query)
        call("POST", "clock", {"freeze": True})
        return call("POST", "clock", {"set": rest[0]["now"]})

    return asked


def _run(wish: argparse.Namespace, sandbox: Any) -> int:
    from django.db import connection

    stage.build(sandbox.control)
    sandbox.control.reset()
    _data(sandbox.control)
    defects, drill, began = hearing.listen(), Drill(sandbox.control, wish.models), time.monotonic()
    drill.furnish()
    doing.discover(drill.now)
    before = drill.lose()
    weather = Weather(sandbox.world, wish.faults, wish.seed)
    passes = drill.recover()
    weather.share, (failed, calls) = 0.0, (weather.faults.total(), weather.calls)
    drill._pass(4000)  # strangers are asked again for their tags once an hour
    doing.discover(drill.now)
    after = snapshots.take()
    drill.compare(before, after)
    drill.what_is_not_known(after)
    drill.hours_agree()
    foreign = sorted(found["name"] for found in after["found"] if found["state"] != "adopted")
    drill.end()
    drill.broken += [f"logged as an error: {said}" for said in defects]
    connection.close()
    counts = {table: f"{len(after[table])} of {len(before[table])}" for table in KEPT}
    print(f"Came home: {counts}, after {passes} passes with {wish.faults:.0%} of the calls failing "
          f"({failed} of {calls}); {len(after['events'])} Events.")  # fmt: skip
    print(f"Left to people: {', '.join(foreign)}. Seed {wish.seed}, {time.monotonic() - began:.0f} s.")
    print(f"{len(drill.broken)} violations")
    for said in drill.broken[:30]:
        print(f"  {said}")
    return 1 if drill.broken else 0


def _data(control: Any) -> None:
    """The sandbox was reset: the training file has to be in its S3 again, as it was checked."""
    from catalog.platforms import aws
    from customization.gateways import storage
    from customization.models import Dataset

    body = "".join(stage.ROW % number for number in range(10)).encode()
    aws.client("s3").put_object(Bucket=boot.BUCKET, Key="train.jsonl", Body=body)
    dataset = Dataset.objects.get()
    there = storage.look(dataset.place)
    assert there
    Dataset.objects.update(etag=there.etag, version_id=there.version_id)
