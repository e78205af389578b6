"""What the seeded bugs do that leave things undone or untold: wishes dropped, looks too late, Events without words."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
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
