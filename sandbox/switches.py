"""Ways to behave that AWS leaves open or that differ between accounts: set by control, remembered, listed."""

from dataclasses import dataclass
from typing import Any

from sandbox.store import Shelf

KEY = "switches"


@dataclass(frozen=True)
class Switch:
    default: Any
    about: str
    choices: tuple[str, ...] = ()

    def check(self, name: str, value: Any) -> None:
        if self.choices and value not in self.choices:
            raise ValueError(f"{name} must be one of: {', '.join(self.choices)}")
        if isinstance(self.default, bool) and not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false")
        if isinstance(self.default, float) and not _is_duration(value):
            raise ValueError(f"{name} must be a number from 0 to 10,000,000")


SWITCHES = {
    "token_repeat": Switch(
        "arn",
        "a clientRequestToken used again with the same request: 201 and the ARN, or 200 {}",
        ("arn", "empty"),
    ),
    "token_mismatch": Switch(
        "conflict",
        "… with another request: ConflictException, ValidationException, or ignored (answered like a repeat)",
        ("conflict", "validation", "ignored"),
    ),
    "get_lag_seconds": Switch(0.0, "for so long after its creation a resource can't be found by name or ARN"),
    "list_lag_seconds": Switch(0.0, "lists show the world as it was so many seconds ago"),
    "stop_again": Switch(
        "conflict",
        "Stop on a job that is stopping or over: ConflictException, or 200",
        ("conflict", "accepted"),
    ),
    "model_name_clash": Switch(
        "refused", "a customModelName that is taken: refused, or a second model", ("refused", "accepted")
    ),
    "jobs_in_progress_limit": Switch(0.0, "more jobs in progress are ServiceQuotaExceeded; 0 = no limit"),
    "row_limits": Switch(
        True, "too few or too many training rows fail the job (Nova 8-20,000, Claude 32-10,000)"
    ),
    "perplexity": Switch(True, "the column perplexity in the metrics files (real Nova files lack it)"),
    "validation_seconds": Switch(10.0, "how long a new job's validation phase takes"),
    "data_processing_seconds": Switch(10.0, "… its data processing phase"),
    "training_seconds": Switch(40.0, "… its training phase"),
    "stopping_seconds": Switch(5.0, "how long a job is Stopping before it is Stopped"),
    "model_creating_seconds": Switch(5.0, "how long a new custom model is Creating before it is Active"),
    "model_deleting_seconds": Switch(
        0.0,
        "how long a custom model is still shown after its deletion was accepted; Delete again: ConflictException",
    ),
    "throughput_creating_seconds": Switch(
        20.0, "how long a new throughput is Creating before it is InService"
    ),
    "throughput_updating_seconds": Switch(10.0, "… is Updating when it is given another model"),
    "deployment_creating_seconds": Switch(10.0, "how long a new deployment is Creating before it is Active"),
    "throughput_name_clash": Switch(
        "refused",
        "a provisionedModelName that is taken: ValidationException, or a second throughput",
        ("refused", "accepted"),
    ),
    "throughput_delete_creating": Switch(
        "accepted",
        "Delete of a throughput or deployment that is Creating: carried out, or ConflictException",
        ("accepted", "conflict"),
    ),
    "throughput_limit_units": Switch(
        0.0, "more model units in all throughputs are ServiceQuotaExceeded; 0 = no limit"
    ),
    "billing_from": Switch(
        "created",
        "whether a throughput is billed from its creation or from when it is InService",
        ("created", "in_service"),
    ),
    "failed_throughput_billed": Switch(
        True, "a Failed throughput is billed until it is deleted, or until it failed"
    ),
    "model_delete_with_throughput": Switch(
        "accepted",
        "Delete of a custom model that a throughput or deployment serves: carried out, or ConflictException",
        ("accepted", "conflict"),
    ),
    "s3_null_sink": Switch(
        False, "PutObject and UploadPart count and hash bytes but keep none: to measure uploads"
    ),
}


class Switches:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def __getitem__(self, name: str) -> Any:
        return (self._shelf.get(KEY) or {}).get(name, SWITCHES[name].default)

    def all(self) -> dict[str, Any]:
        return {name: self[name] for name in SWITCHES}

    def set(self, values: dict[str, Any]) -> None:
        """Raises ValueError with a sentence; all or none. None means back to the default."""
        unknown = set(values) - set(SWITCHES)
        if unknown:
            raise ValueError(f"no such switch: {', '.join(sorted(unknown))}")
        for name, value in values.items():
            if value is not None:
                SWITCHES[name].check(name, value)
        merged = (self._shelf.get(KEY) or {}) | values
        self._shelf.put(KEY, {name: value for name, value in merged.items() if value is not None})

    def clear(self) -> None:
        self._shelf.clear()


def _is_duration(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 10_000_000
