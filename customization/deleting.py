"""Carrying out a deletion: look on the platform, make one call, look again; done when the platform says it is gone.

The results in S3 go last, in looks of their own: whatever S3 says, a model that is gone is told to be gone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from catalog.customs import change_custom_model
from catalog.facts import BuildState
from catalog.history import next_revision
from catalog.killpoints import reach
from catalog.platforms.base import AuthError, ConflictError, PermanentError, PlatformError, TransientError
from customization.capacity.decide import ALARM_AFTER, SHOWS_WITHIN, WISH_EXPIRES
from customization.capacity.states import LIVE, Noun
from customization.gateways import bedrock, removal
from customization.gateways import serving as platform
from customization.models import TABLES, CustomizationJob, Deletion
from customization.postponing import named_by, postpone
from customization.results import results_of, why_keep
from customization.serving.identity import Account
from customization.states import retry_delay

log = structlog.get_logger(__name__)

CLAIM = timedelta(seconds=90)
# For so long S3 is asked again to delete the results; then a person is told to do it.
RESULTS_GIVEN_UP = timedelta(days=1)
# For so long a conflict may come from the deletion itself.
UNDER_WAY = timedelta(minutes=15)
State = Deletion.State


def reconcile_deletions(now: datetime) -> int:
    """Look at every deletion that is due; return how many. One broken row does not stop the others."""
    due = [row for row in Deletion.due(now) if row.claim(now + CLAIM)]
    for row in due:
        reach("claimed")
        try:
            _look_at(row, now)
        except PlatformError as error:
            postpone(row, error, now)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            log.exception("deletion_defect", deletion=row.pk)
            row.refresh_from_db()  # a transaction that was rolled back has left its wishes in memory
            postpone(row, PlatformError(f"modelhub itself failed: {type(error).__name__}"), now)
    return len(due)


def _look_at(row: Deletion, now: datetime) -> None:
    if row.state == State.REQUESTED:
        _remove_model(row, now)
    elif row.state == State.CLEANING:
        _remove_results(row, now)
    else:
        row.move(row.state, next_check_at=None)


def _remove_model(row: Deletion, now: datetime) -> None:
    if row.sent_at is None and now - row.created_at >= WISH_EXPIRES:
        # Nobody expects tonight what was clicked, and did not happen, at noon.
        why = f"Amazon Bedrock could not be asked within an hour, so nothing was deleted. {row.trouble}"
        _refuse(row, why.strip(), now)
    elif _is_gone(row, now):
        _note_gone(row, now)
    elif server := _server_of(row):
        _refuse(row, f"It still has {server}. Remove that first.", now)
    else:
        _ask(row, now)


def _is_gone(row: Deletion, now: datetime) -> bool:
    """Does the platform itself say so, asked for its own account's model, that is not too new to be shown?"""
    if bedrock.get_model(row.arn) is not None:
        return False
    Account().must_own(row.arn)
    ended = CustomizationJob.objects.filter(model=row.model_id).values_list("ended_at", flat=True).first()
    # That it was sent proves nothing, its worker may have died before; that it was accepted does.
    is_accepted = bool(row.attempts and not row.trouble)
    if ended and now - ended < SHOWS_WITHIN and not is_accepted:
        raise TransientError("Amazon Bedrock does not show the model; it is new, so that proves nothing yet.")
    return True


def _server_of(row: Deletion) -> str:
    """Name what serves the model, whoever made it; "" when nothing does. Lists lag, so a Get has the last word."""
    for noun, table in TABLES.items():
        if live := table.objects.filter(model=row.model_id, state__in=sorted(LIVE)).first():
            return f"the {noun.label} {live} ({live.state})"
    for noun in Noun:
        # Listed twice, in two ways: one list that is wrongly empty must not cost a model that is served.
        listed = [
            seen for seen in platform.observe(noun, model_arn=row.arn) if seen.model_arn in ("", row.arn)
        ]
        listed += [seen for seen in platform.observe(noun) if seen.model_arn == row.arn]
        for arn in dict.fromkeys(seen.arn for seen in listed):
            seen = platform.get(noun, arn)
            if seen and seen.model_arn in ("", row.arn):
                return f"the {noun.label} {seen.name} on Amazon Bedrock ({seen.word})"
    return ""


def _ask(row: Deletion, now: datetime) -> None:
    """Delete it. That it was asked is committed first; the next look finds whether it is gone."""
    before = row.sent_at
    if not row.move(State.REQUESTED, sent_at=before or now):  # when it was sent first
        return  # another worker has settled it since the row was read: nothing may be deleted now
    reach("before_delete")
    try:
        request_id = removal.delete_model(row.arn)
    except (ConflictError, PermanentError) as error:
        if isinstance(error, ConflictError) and _may_be_under_way(before, now):
            raise
        _refuse(row, f"Amazon Bedrock refused: {error.message}", now, **named_by(error.request_id))
        return
    except AuthError:
        row.move(State.REQUESTED, sent_at=before)  # surely not taken: the wish may still expire
        raise
    reach("delete_accepted")
    _note_accepted(row, request_id, now)


def _may_be_under_way(sent_before: datetime | None, now: datetime) -> bool:
    """A conflict may be with our own earlier Delete, which the platform still carries out: look again for a while."""
    return sent_before is not None and now - sent_before < UNDER_WAY


def _note_accepted(row: Deletion, request_id: str, now: datetime) -> None:
    attempts = row.attempts + 1
    alarm = f"Amazon Bedrock has accepted the deletion {attempts} times, and still shows the model."
    columns: dict[str, Any] = {
        **named_by(request_id),
        "attempts": attempts,
        "next_check_at": now + retry_delay(row.attempts),
        "trouble": "",
        "alarm": alarm if attempts >= ALARM_AFTER else "",
    }
    _write(row, State.REQUESTED, columns, "deletion accepted", "", now)


def _note_gone(row: Deletion, now: datetime) -> None:
    """The name is free again; the row, its history, its spend and its lineage stay."""
    server = _server_of(row)
    left = f"It is gone, but there is {server}, made at the last moment: remove that, it goes on costing."
    facts: dict[str, Any] = {
        "build": BuildState.DELETED,
        "listed": False,
        "archived_at": now,
        "external_id": f"{row.model.name}#{row.request_token}",
    }
    failure = left if server else ""
    if row.with_artifacts:
        _settle(row, State.CLEANING, "deleted", failure, now, facts, failure=failure, next_check_at=now)
    else:
        _settle(row, State.DONE, "deleted", failure, now, facts, failure=failure)


def _refuse(row: Deletion, why: str, now: datetime, **columns: Any) -> None:
    facts = {"build": BuildState.BUILT}
    _settle(row, State.REFUSED, "deletion refused", why, now, facts, failure=why, **columns)


def _remove_results(row: Deletion, now: datetime) -> None:
    """Delete the job's folder in S3: it may be begun again at any point, and it never goes outside of that folder."""
    folder = results_of(row.model)
    if folder is None:
        _end_results(row, "modelhub knows of no results of this model.", now)
        return
    if why := why_keep(folder):
        _end_results(row, f"The results were kept. {why}", now)
        return
    reach("before_artifacts")
    try:
        objects = removal.delete_folder(folder)
    except PlatformError as error:
        if now - row.changed_at < RESULTS_GIVEN_UP:
            raise
        _end_results(row, f"Delete {folder.uri} by hand: {error.message}", now)
        return
    _settle(row, State.DONE, "results deleted", f"{objects} objects under {folder.uri}", now, {})


def _end_results(row: Deletion, why: str, now: datetime) -> None:
    _settle(row, State.DONE, "results kept", why, now, {}, failure=f"{row.failure} {why}".strip())


def _settle(
    row: Deletion,
    state: Deletion.State,
    action: str,
    why: str,
    now: datetime,
    facts: dict[str, Any],
    **columns: Any,
) -> None:
    usual = {"trouble": "", "alarm": "", "attempts": 0, "changed_at": now, "next_check_at": None}
    _write(row, row.state, {**usual, **columns, "state": state}, action, why, now, **facts)


def _write(
    row: Deletion, before: str, columns: dict[str, Any], action: str, why: str, now: datetime, **facts: Any
) -> None:
    """Compare-and-swap on the row, with the model's facts and an Event, in one transaction."""
    with transaction.atomic():
        next_revision()  # first, as everywhere: the lock on it orders all changes
        if row.move(before, **columns):
            detail = {"arn": row.arn, "aws_request_id": row.last_request_id}
            change_custom_model(
                row.model, action, now=now, actor=row.requested_by, why=why[:2000], detail=detail, **facts
            )
        else:
            transaction.set_rollback(True)
        reach("before_commit")
    reach("committed")
