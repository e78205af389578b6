"""What the seeded bugs do that leave things undone or untold: wishes dropped, looks too late, Events without words."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

TEN_HOURS = timedelta(hours=10)


class _Stuck(dict):
    """From what is unknown there is no way back."""

    def get(self, state: Any, default: Any = None) -> Any:
        from customization.capacity.states import ServeState

        ways = {ServeState.REQUESTED: frozenset(ServeState), ServeState.UNKNOWN: frozenset()}
        return ways.get(state, frozenset(ServeState) - {state})


STUCK = _Stuck()


def drop_throttled(original: Any, row: Any, error: Any, now: Any, before: Any) -> None:
    from customization.capacity.states import ServeState
    from customization.serving import sending

    if "Too many requests" in error.message:
        sending.change_state(row, ServeState.REFUSED, now, why=error.message)
    else:
        original(row, error, now, before)


def never_send(row: Any, now: Any) -> None:
    row.move(row.state, trouble="The platform is busy.", next_check_at=now + timedelta(seconds=10))


def refuse_deletion(original: Any, row: Any, error: Any, now: Any, **columns: Any) -> None:
    from customization import deleting

    deleting._refuse(row, f"Amazon Bedrock could not be asked: {error.message}", now)


def keep_end(original: Any, throughput: Any, end: Any, *rest: Any, **more: Any) -> None:
    original(throughput, lambda present: present, *rest, **more)


def enable_at(action: str) -> Callable[..., Any]:
    def change(original: Any, model: Any, named: str, **facts: Any) -> Any:
        return original(model, named, **(facts | ({"enabled": True} if named == action else {})))

    return change


def never_when_quiet(state: Any) -> Any:
    from customization.capacity.states import ServeState, check_delay

    return None if state == ServeState.IN_SERVICE else check_delay(state)


def die(original: Any, *args: Any) -> None:
    os._exit(3)


def anonymous(original: Any, model: Any, action: str, **columns: Any) -> Any:
    return original(model, action, **{**columns, "actor": None})


def without_reason(original: Any, model: Any, action: str, **columns: Any) -> Any:
    return original(model, action, **{**columns, "why": ""})


def without_instance(original: Any, instance: str, token: str) -> Any:
    return {name: value for name, value in original(instance, token).items() if name != "modelhub:instance"}


def put_off(row: Any, now: datetime) -> None:
    from catalog.platforms.base import TransientError
    from customization.postponing import postpone

    postpone(row, TransientError("Not yet."), now)


def after_fruitless_looks(original: Any, row: Any, now: datetime) -> None:
    if row.attempts < 5:
        put_off(row, now)
    else:
        original(row, now)


def beside_too(original: Any, folder: Any) -> Any:
    """The folder that the job's own folder is in."""
    deleted = original(folder)
    original(replace(folder, key=folder.key.rsplit("/", 1)[0]))
    return deleted


def stop_wanted(original: Any, job: Any, state: Any, now: datetime) -> Any:
    return original(replace(job, stop_wanted=True), state, now)


def shorter(original: Any, table: Any, model: Any, why: Any, **columns: Any) -> Any:
    if columns.get("ends_at"):
        columns["ends_at"] = columns["now"] + (columns["ends_at"] - columns["now"]) / 8
    return original(table, model, why, **columns)


def one_hour_more(original: Any, row: Any, *, hours: int, **how: Any) -> None:
    original(row, hours=1, **how)


def three_units(original: Any, row: Any) -> Any:
    request = original(row)
    return replace(request, units=3) if request.units else request


def begin_late(original: Any, noun: Any, model: Any, there: Any, lease: Any, now: datetime) -> Any:
    return original(noun, model, there, lease, now) | {"billed_from": now + timedelta(hours=5)}


def keep_begin(original: Any, row: Any, seen: Any, now: datetime) -> dict[str, Any]:
    columns: dict[str, Any] = original(row, seen, now)
    return {name: value for name, value in columns.items() if name != "billed_from" or not row.adopted}


def close_early(original: Any, self: Any, before: str, **columns: Any) -> Any:
    if columns.get("billed_until") and getattr(self, "adopted", False):
        columns["billed_until"] -= timedelta(minutes=30)
    return original(self, before, **columns)


def drop_at_conflict(original: Any, row: Any, error: Any, now: datetime, before: Any) -> None:
    from catalog.platforms.base import ConflictError
    from customization.capacity.states import ServeState
    from customization.serving import sending

    if isinstance(error, ConflictError):
        sending.change_state(row, ServeState.REFUSED, now, why=error.message)
    else:
        original(row, error, now, before)


def escape(original: Any, now: datetime) -> None:
    from catalog.platforms.base import TransientError

    original(now)
    raise TransientError("The platform is in trouble.")
