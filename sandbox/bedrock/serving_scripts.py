"""Mishaps that the next throughput or deployment, or that of a given name, will meet.

The words are plausible, not recorded. Code and status of ``quota``: botocore's service model (HTTP 400); it is the
usual first answer, since accounts have no model units until AWS support grants some. Create knows no
ConflictException, so a taken name is a ValidationException.
"""

from typing import Any

from sandbox.errors import PlatformError
from sandbox.store import Record, Shelf

NOUNS = ("throughput", "deployment")
NAME_IN_USE = "The provided {noun} name is currently in use."
QUOTA = {
    "throughput": "The requested model units exceed the quota of your account for this model. Contact AWS Support "
    "to request model units.",
    "deployment": "The number of custom model deployments exceeds the quota of your account.",
}
REFUSALS = ("quota", "name_in_use")
FAILURE = "The {noun} could not be created because of insufficient capacity. Delete it and try again later."
DEFAULTS: Record = {"name": "*", "noun": "*", "times": 1, "after": 1200.0, "message": None}


def add(shelf: Shelf, fields: dict[str, Any]) -> Record:
    """Raises ValueError with a sentence when a field is unknown or out of range."""
    script = DEFAULTS | {key: value for key, value in fields.items() if value is not None or key == "times"}
    _check(script)
    number = 1 + max((int(each["id"]) for each in shelf), default=0)
    script = {"id": number} | script
    shelf.put(str(number), script)
    return script


def refuse(shelf: Shelf, noun: str, name: str) -> None:
    """Turns the Create call away when a script says so."""
    script = _take(shelf, noun, name, REFUSALS)
    if script is None:
        return
    if script["kind"] == "quota":
        raise over_quota(noun, script["message"])
    raise name_in_use(noun, script["message"])


def failure(shelf: Shelf, noun: str, name: str, created: float) -> Record | None:
    """When and why it will fail instead of ever serving, or None."""
    script = _take(shelf, noun, name, ("fail",))
    if script is None:
        return None
    message = script["message"] or FAILURE.format(noun=_long(noun))
    return {"at": created + float(script["after"]), "message": message}


def over_quota(noun: str, message: str | None = None) -> PlatformError:
    return PlatformError(400, "ServiceQuotaExceededException", message or QUOTA[noun])


def name_in_use(noun: str, message: str | None = None) -> PlatformError:
    return PlatformError(400, "ValidationException", message or NAME_IN_USE.format(noun=_long(noun)))


def _long(noun: str) -> str:
    return "provisioned model" if noun == "throughput" else "custom model deployment"


def _take(shelf: Shelf, noun: str, name: str, kinds: tuple[str, ...]) -> Record | None:
    """The oldest script that fits, used up by one."""
    for script in shelf:
        fits = script["noun"] in ("*", noun) and script["name"] in ("*", name)
        if script["kind"] in kinds and fits:
            _use_up(shelf, script)
            return script
    return None


def _use_up(shelf: Shelf, script: Record) -> None:
    if script["times"] is None:
        return
    if script["times"] > 1:
        shelf.put(str(script["id"]), script | {"times": script["times"] - 1})
    else:
        shelf.delete(str(script["id"]))


def _check(script: dict[str, Any]) -> None:
    unknown = set(script) - set(DEFAULTS) - {"kind"}
    if unknown:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    if script.get("kind") not in (*REFUSALS, "fail"):
        raise ValueError(f"kind must be one of: {', '.join([*REFUSALS, 'fail'])}")
    if script["noun"] not in ("*", *NOUNS):
        raise ValueError(f"noun must be one of: *, {', '.join(NOUNS)}")
    times, after = script["times"], script["after"]
    if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
        raise ValueError("times must be a whole number from 1, or null for every one until cleared")
    if isinstance(after, bool) or not isinstance(after, int | float) or not 0 <= after <= 10_000_000:
        raise ValueError("after must be a number of seconds from the creation")
