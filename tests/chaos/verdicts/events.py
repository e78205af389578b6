"""What our own rows tell of how they came to be as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.chaos.evidence import TABLE, Evidence, Row
from tests.chaos.snapshots import Snapshot

_FACTS = ("build", "serving", "serving_arn", "enabled", "status", "arn", "archived_at")
# What an Event must say when a row has come to this state (a state that is passed over leaves none).
_ACTION = {"removing": "removal"}
_JOB_ACTIONS = {"requested": ("requested",)}
_TAKEN_IN = ("found again", "adopted", "job adopted")
# Actions of people, which bear their name; those in _OR_WHY are modelhub's own at times, and then say why.
_BY_PEOPLE = (
    "requested", "throughput requested", "deployment requested", "enabled", "disabled", "lease changed",
    "deletion requested", "stop requested", "archived",
)  # fmt: skip
_OR_WHY = ("throughput removal", "deployment removal", "adopted", "throughput adopted", "deployment adopted")
_SAY_WHY = (" removal", " failed", " refused", " removed", " removed outside modelhub", " ends soon")
_MACHINE = "modelhub"


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


def events_say_who_and_why(e: Evidence) -> list[str]:
    """An Event names its time, the person who acted, and the reason of what nobody had wished."""
    known, wrong = {event["id"] for event in e.moments[0].rows["events"]}, []
    for event in (event for event in e.rows["events"] if event["id"] not in known):
        action, by_machine = f" {event['action']}", event["actor_name"] in ("", _MACHINE)
        if by_machine and event["action"] in _BY_PEOPLE:
            wrong.append(f"“{event['action']}” does not say who did it")
        if by_machine and event["action"] in _OR_WHY and not event["why"]:
            wrong.append(f"“{event['action']}” says neither who did it nor why")
        if action.endswith(_SAY_WHY) and not event["why"]:
            wrong.append(f"“{event['action']}” does not say why")
    return wrong


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
    """Each state that a row has come to between two moments has an Event of its own from between them."""
    wrong = []
    for before, _, after in e.turns():
        told = {event["id"] for event in before["events"]}
        spoken = Counter(
            (event["model_id"], event["action"]) for event in after["events"] if event["id"] not in told
        )
        for who, model, actions in _changes(before, after):
            said = next((action for action in actions if spoken[model, action]), None)
            if said is None:
                wrong.append(f"{who}, and no Event says so")
            else:
                spoken[model, said] -= 1  # another row needs another one
    return list(dict.fromkeys(wrong))


def _changes(before: Snapshot, after: Snapshot) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """What has come to another state, in words; its model; and the actions one of which must have been told."""
    for table in TABLE.values():
        was = {row["id"]: row for row in before[table]}
        for row in after[table]:
            old, state = was.get(row["id"]), row["state"]
            if old and old["state"] == state:
                continue
            noun = table[:-1]
            usual = (f"{noun} {_ACTION.get(state, state)}",)
            if noun == "job":
                usual = _JOB_ACTIONS.get(state, (f"training {state}",))
            taken_in = (*_TAKEN_IN, f"{noun} adopted") if row["adopted"] or noun == "job" else ()
            yield f"{noun} {row['id']} has become {state}", row["model_id"], (*usual, *taken_in)
