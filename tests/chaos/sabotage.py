"""What the seeded bugs do instead of the right thing."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

NO_TIME = timedelta(0)


@contextmanager
def without_token() -> Iterator[None]:
    """Create goes out without clientRequestToken."""
    from tests.chaos import clients

    def strip(params: dict[str, Any], **_: Any) -> None:
        body = json.loads(params["body"])
        body.pop("clientRequestToken", None)
        params["body"] = json.dumps(body).encode()

    name = "before-call.bedrock.CreateProvisionedModelThroughput"
    every = [client.meta.events for client in clients.installed().both("bedrock")]
    for events in every:
        events.register(name, strip)
    try:
        yield
    finally:
        for events in every:
            events.unregister(name, strip)


def without_step(name: str) -> Callable[[], Any]:
    """The tick lacks one of its steps."""

    def patch() -> Any:
        from customization import tasks

        rest = tuple(step for step in tasks.STEPS if step.__name__ != name)
        if rest == tasks.STEPS:
            raise LookupError(f"The tick has no step {name} to be left out.")
        return mock.patch.object(tasks, "STEPS", rest)

    return patch


def new_token(original: Any, row: Any) -> Any:
    return replace(original(row), token=str(uuid.uuid4()))


def rename_and_retry(original: Any, row: Any, error: Any, now: Any, before: Any) -> None:
    from catalog.platforms.base import TransientError

    if isinstance(error, TransientError):
        _rename(row, now)
    else:
        original(row, error, now, before)


def rename_on_conflict(original: Any, row: Any, error: Any, now: Any, before: Any) -> None:
    """The name is in use, so another is taken; nobody looks whether the very thing that was asked for has it."""
    from catalog.platforms.base import ConflictError

    if isinstance(error, ConflictError):
        _rename(row, now)
    else:
        original(row, error, now, before)


def _rename(row: Any, now: Any) -> None:
    token = str(uuid.uuid4())
    name = f"{row.name}-{token[:8]}"
    row.move(row.state, request_token=token, remote_name=name, sent_at=None, next_check_at=now)


def move_anyway(self: Any, before: str, *, only_if: Any = None, **columns: Any) -> bool:
    type(self)._default_manager.filter(pk=self.pk).update(**columns)
    for name, value in columns.items():
        setattr(self, name, value)
    return True


def send_unnoted(original: Any, row: Any, now: Any) -> None:
    """``sent_at`` is written with the answer, not before the call."""
    move = type(row).move

    def later(self: Any, before: str, **columns: Any) -> bool:
        if set(columns) == {"only_if", "sent_at"}:
            return True
        columns.setdefault("sent_at", now)
        columns.pop("only_if", None)
        return bool(move(self, before, **columns))

    with mock.patch.object(type(row), "move", later):
        original(row, now)


def call_first(original: Any, *args: Any) -> Any:
    """Everything in one transaction: the intent and the call."""
    from customization.gateways import serving as platform
    from customization.serving import sending

    row = original(*args)
    platform.create(row.noun, sending._request(row))
    return row


def two_transactions(original: Any, row: Any, state: Any, now: Any, **columns: Any) -> bool:
    """The row is moved and committed; its model is told afterwards."""
    from django.db import transaction

    from customization.serving import recording

    told: list[Any] = []
    tell = recording.tell_model
    with mock.patch.object(recording, "tell_model", lambda *what, **how: told.append((what, how))):
        moved = original(row, state, now, **columns)
    for what, how in told:
        with transaction.atomic():
            recording.next_revision()
            tell(*what, **how)
    return bool(moved)


def success_of(word: str) -> Any:
    from customization.capacity.states import REMOTE_WORDS, ServeState

    return REMOTE_WORDS.get(word, ServeState.IN_SERVICE)


def keep_enabled(original: Any, model: Any, action: str, **facts: Any) -> Any:
    facts.pop("enabled", None)
    return original(model, action, **facts)


def unsaved(action: str) -> Callable[..., Any]:
    def event(original: Any, model: Any, named: str, **columns: Any) -> Any:
        built = original(model, named, **columns)
        return SimpleNamespace(save=lambda: None, model=model) if named == action else built

    return event


def close_at_request(original: Any, self: Any, before: str, **columns: Any) -> Any:
    if columns.get("billed_until"):
        columns["billed_until"] = self.removal_asked_at or columns["billed_until"]
    return original(self, before, **columns)


def begin_when_seen(original: Any, row: Any, seen: Any, now: Any) -> dict[str, Any]:
    columns: dict[str, Any] = original(row, seen, now)
    if row.state != "in service" and seen.word == "InService":
        columns["billed_from"] = now
    else:
        columns.pop("billed_from", None)
    return columns


def refuse_at_once(original: Any, row: Any, error: Any, now: Any, before: Any) -> None:
    from customization.capacity.states import ServeState
    from customization.serving import sending

    sending.change_state(row, ServeState.REFUSED, now, why=error.message)


def believe_delete(original: Any, row: Any, now: Any) -> None:
    from customization.capacity.states import ServeState
    from customization.serving.recording import change_state

    original(row, now)
    if not row.trouble:
        change_state(row, ServeState.REMOVED, now)


def pages_or_nothing(operation: str, key: str, **only: Any) -> Iterator[dict[str, Any]]:
    from customization.gateways.door import aws

    with aws.translated():
        for page in aws.client("bedrock").get_paginator(operation).paginate(**only):
            yield from page.get(key) or ()


def adopt_anyway(found: Any, actor: Any, now: Any, why: str, lease: Any = None) -> Any:
    """The stranger's state is not asked, nor whether its name is taken; a second model gets an id of its own."""
    from django.db import transaction

    from catalog.customs import add_custom_model, change_custom_model
    from catalog.models import Model

    base = Model.objects.get(kind="base")
    with transaction.atomic():
        model = add_custom_model(found.name, base, description="", actor=actor, now=now)
        return change_custom_model(model, "adopted", now=now, actor=actor, arn=found.arn, build="built",
                                   serving="nothing", external_id=f"{found.arn}#{model.pk}")  # fmt: skip


def swallow(original: Any, model: Any, **how: Any) -> Any:
    try:
        return original(model, **how)
    except Exception:
        return SimpleNamespace(model=model)


def postpone_for_good(row: Any, error: Any, now: Any, **columns: Any) -> None:
    row.move(row.state, next_check_at=None, trouble=error.message)
