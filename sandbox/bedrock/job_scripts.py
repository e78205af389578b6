"""Failures that the next job, or the job of a given name, will meet.

Words of role, cross_account, name_in_use, bad_data and no_s3_permission: recorded from real accounts. The others are
plausible, not recorded.
"""

from dataclasses import dataclass
from typing import Any

from sandbox.bedrock.job_life import PHASES, phase_times
from sandbox.errors import PlatformError
from sandbox.store import Record, Shelf

NAME_IN_USE = "The provided job name is currently in use."
MODEL_NAME_IN_USE = "The provided custom model name is currently in use."
TOO_MANY = "Your account has too many in-progress customization jobs."
REFUSALS = {
    "role": (400, "ValidationException", "Could not assume provided IAM role."),
    "cross_account": (403, "AccessDeniedException", "Cross-account pass role is not allowed."),
    "quota": (400, "ServiceQuotaExceededException", TOO_MANY),
    "name_in_use": (400, "ValidationException", NAME_IN_USE),
    "model_name_in_use": (400, "ValidationException", MODEL_NAME_IN_USE),
}


@dataclass(frozen=True)
class Mishap:
    phase: str
    message: str


MISHAPS = {
    "bad_data": Mishap("validation", "Input data at {key} must follow '{words}' format"),
    "no_s3_permission": Mishap(
        "validation",
        "Could not validate GetObject permissions to access Amazon S3 bucket: {bucket} at key {key}",
    ),
    "internal": Mishap("training", "An internal error occurred during training. Try again later."),
    "fail": Mishap("training", "The model customization job failed."),
}
DEFAULTS: Record = {"job": "*", "times": 1, "phase": None, "after": None, "message": None}


def add(shelf: Shelf, fields: dict[str, Any]) -> Record:
    """Raises ValueError with a sentence when a field is unknown or out of range."""
    script = DEFAULTS | fields
    _check(script)
    number = 1 + max((int(each["id"]) for each in shelf), default=0)
    script = {"id": number} | script
    shelf.put(str(number), script)
    return script


def refuse(shelf: Shelf, job_name: str) -> None:
    """Turns the Create call away when a script says so."""
    script = _take(shelf, job_name, REFUSALS)
    if script is not None:
        status, code, message = REFUSALS[script["kind"]]
        raise PlatformError(status, code, script["message"] or message)


def failure(shelf: Shelf, job: Record, words: dict[str, str]) -> Record | None:
    """How the job will fail, or None. In the middle of the phase unless ``after`` (seconds) says when."""
    script = _take(shelf, job["name"], MISHAPS)
    if script is None:
        return None
    mishap = MISHAPS[script["kind"]]
    phase = script["phase"] or mishap.phase
    start, end = phase_times(job)[phase]
    at = (start + end) / 2 if script["after"] is None else min(start + script["after"], end)
    return {"phase": phase, "at": at, "message": script["message"] or mishap.message.format(**words)}


def _take(shelf: Shelf, job_name: str, kinds: dict[str, Any]) -> Record | None:
    """The oldest script that fits, used up by one."""
    for script in shelf:
        if script["kind"] in kinds and script["job"] in ("*", job_name):
            if script["times"] is not None and script["times"] <= 1:
                shelf.delete(str(script["id"]))
            elif script["times"] is not None:
                shelf.put(str(script["id"]), script | {"times": script["times"] - 1})
            return script
    return None


def _check(script: dict[str, Any]) -> None:
    unknown = set(script) - set(DEFAULTS) - {"kind"}
    if unknown:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    if script.get("kind") not in {*REFUSALS, *MISHAPS}:
        raise ValueError(f"kind must be one of: {', '.join([*REFUSALS, *MISHAPS])}")
    if script["phase"] not in (None, *PHASES):
        raise ValueError(f"phase must be one of: {', '.join(PHASES)}")
    times, after = script["times"], script["after"]
    if times is not None and (not isinstance(times, int) or times < 1):
        raise ValueError("times must be a whole number from 1, or null for every job until cleared")
    if after is not None and (not isinstance(after, int | float) or after < 0):
        raise ValueError("after must be a number of seconds from the phase's beginning")
