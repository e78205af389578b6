"""Evidence made by hand: a model that one throughput serves, as our rows and the platform tell of it; all agrees."""

from datetime import UTC, datetime, timedelta

from tests.chaos.evidence import Evidence
from tests.chaos.forking import Outcome
from tests.chaos.steps import LOOK
from tests.chaos.world import Moment

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ARN, MODEL = "arn:throughput", "arn:model"
DUE = (NOW + timedelta(hours=1, seconds=60)).isoformat()


def model(**facts):
    usual = {"id": 1, "name": "m0", "build": "built", "serving": "ready", "serving_arn": ARN, "arn": MODEL}
    return {**usual, "enabled": True, "status": "green", "listed": True, "archived_at": None, **facts}


def throughput(**columns):
    usual = {"id": 7, "model_id": 1, "request_token": "t", "arn": ARN, "state": "in service", "trouble": ""}
    times = {
        "billed_from": NOW.isoformat(),
        "billed_until": None,
        "failed_at": None,
        "removal_asked_at": None,
        "created_at": NOW.isoformat(),
        "changed_at": NOW.isoformat(),
    }
    rest = {
        "units": 1,
        "ends_at": None,
        "next_check_at": DUE,
        "adopted": False,
        "attempts": 0,
        "remote_name": "m0-t",
    }
    return {**usual, **times, **rest, "seen_at": NOW.isoformat(), **columns}


def event(number, action, before, after, who="chaos", why=""):
    said = {"id": number, "model_id": 1, "action": action, "from_status": before, "to_status": after}
    return {**said, "actor_name": who, "why": why}


def rows(**tables):
    events = [
        event(n, action, before, after)
        for n, (action, before, after) in enumerate(
            [("throughput in service", "red", "yellow"), ("enabled", "yellow", "green")], 1
        )
    ]
    usual = {
        "models": [model()],
        "throughputs": [throughput()],
        "deployments": [],
        "jobs": [],
        "events": events,
    }
    return {**usual, "deletions": [], "found": [], **tables}


def platform(**parts):
    there = {"provisionedModelArn": ARN, "modelArn": MODEL, "status": "InService"}
    births = [
        {"kind": "model", "arn": MODEL, "token": None, "caller": "sandbox", "name": "m0", "tags": {}},
        {"kind": "throughput", "arn": ARN, "token": "t", "caller": "sandbox", "name": "m0-t",
         "tags": {"modelhub:request": "t", "modelhub:instance": "modelhub"}, "at": NOW.isoformat()},
    ]  # fmt: skip
    usual = {"throughputs": [there], "deployments": [], "jobs": [], "custom_models": [{"modelArn": MODEL}]}
    bill = [{"arn": ARN, "unit_hours": 1.0, "units": 1}]
    stored = {"results": {}, "beside": {}, "lost": []}
    return {**usual, "created": births, "deaths": [], "calls": [], "bill": bill, "stored": stored, **parts}


def moment(step, end=None, here=None, at=NOW + timedelta(hours=1), label=""):
    return Moment(label or str(step), step, at, at, end or Outcome("done"), here or rows())


def call(operation, status=200, **columns):
    usual = {"platform": "bedrock", "operation": operation, "status": status, "token": None, "fault": None}
    return {**usual, "path": "/", "repeat_of": None, "at": NOW.isoformat(), **columns}


def evidence(here=None, there=None, **more):
    moment = Moment(
        "look", LOOK, NOW + timedelta(hours=1), NOW + timedelta(hours=1), Outcome("done"), here or rows()
    )
    return Evidence(platform=there or platform(), moments=(moment, moment), **more)
