"""Observe, decide, act at most once, record: for throughputs and deployments.

One List a tick for all rows of a kind that are due, however many. What is quietly in service is checked against the
list and noted in one statement; only what moves is looked at one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db.models import Case, F, Q, TextField, Value, When

from catalog.killpoints import reach
from catalog.platforms.base import PlatformError, UnreachableError
from customization.capacity.decide import Act, decide
from customization.capacity.states import ENDED, Noun, ServeState, check_delay, state_of
from customization.gateways import serving as platform
from customization.models import TABLES, ServingResource
from customization.postponing import LONGEST_WISH, postpone
from customization.serving.late_prices import fill_in
from customization.serving.recording import change_state, record
from customization.serving.sending import REMOVAL_PAUSE, ask_removal, send
from customization.serving.world import World

log = structlog.get_logger(__name__)

CLAIM = timedelta(seconds=90)
# What was not seen for so long may have ended, or run on after its end: a person is told.
UNSEEN_ALARM = timedelta(minutes=10)
_CHUNK = 5000  # rows a statement


def reconcile_serving(now: datetime) -> int:
    """Look at everything that is due; return how many rows. One broken row does not stop the others."""
    return sum(_reconcile(noun, now) for noun in Noun)


class Due(NamedTuple):
    """What a tick reads of every row that is due; the last three are a throughput's."""

    pk: int
    state: str
    arn: str
    model_arn: str
    units: int | None = None
    unit_hour: Decimal | None = None
    base: str = ""


def _reconcile(noun: Noun, now: datetime) -> int:
    due = _claim(noun, now)
    if not due:
        return 0
    reach("claimed")
    _look(noun, due, now)
    return len(due)


def _look(noun: Noun, due: list[Due], now: datetime) -> None:
    try:
        world = World(noun, platform.observe(noun))
    except SoftTimeLimitExceeded:
        raise  # the worker ends this task: that is nobody's trouble
    except Exception as error:
        trouble = _trouble(error, noun)
        leaving = [row for row in due if _goes_without_a_list(row, trouble)]
        _postpone_all(noun, [row for row in due if row not in leaving], trouble, now)
        due, world = leaving, World(noun)
    quiet = {row.pk for row in due if _is_quiet(world, row)}
    _note_quiet(noun, quiet, now)
    for row in _rows(noun, [row.pk for row in due if row.pk not in quiet]):
        before = row.state
        try:
            _look_at(row, world, now)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            row.refresh_from_db()  # a transaction that was rolled back has left its wishes in memory
            if (
                row.state == before
            ):  # else somebody wished something else meanwhile, and the row is due for that
                postpone(row, _trouble(error, noun), now, most=_patience(row.state))
    fill_in({row.pk: row.base for row in due if _lacks_a_price(world, row)}, now)


def _claim(noun: Noun, now: datetime) -> list[Due]:
    """Take what is due in one statement. Its due time moves on *before* the look, so that a broken row can't stall the
    loop. Two workers may both look at a row: what buys or changes state is a compare-and-swap of its own."""
    rows = TABLES[noun].objects.filter(next_check_at__lte=now)
    rows.filter(state__in=sorted(ENDED)).update(next_check_at=None)
    until = now + CLAIM
    if not rows.update(next_check_at=until):
        return []
    terms = ["units", "unit_hour", "model__base_external_id"] if noun == Noun.THROUGHPUT else []
    taken = TABLES[noun].objects.filter(next_check_at=until)
    return [Due(*row) for row in taken.values_list("pk", "state", "arn", "model__arn", *terms)]


def _goes_without_a_list(row: Due, trouble: PlatformError) -> bool:
    """A removal needs no list, and each minute of it is billed. But who can't be reached need not be asked again."""
    return row.state == ServeState.REMOVING and bool(row.arn) and not isinstance(trouble, UnreachableError)


def _is_quiet(world: World, row: Due) -> bool:
    """Is it in service here and there, as it was bought?"""
    seen = world.by_arn.get(row.arn)
    return (
        seen is not None
        and row.state == ServeState.IN_SERVICE
        and state_of(seen.word) == ServeState.IN_SERVICE
        and seen.units == row.units
        and seen.model_arn in ("", row.model_arn)
    )


def _lacks_a_price(world: World, row: Due) -> bool:
    """May a price without commitment be its own? What was bought for a term has another, which nobody told."""
    seen = world.by_arn.get(row.arn)
    return bool(row.base) and row.unit_hour is None and seen is not None and not seen.commitment


def _note_quiet(noun: Noun, pks: Iterable[int], now: datetime) -> None:
    later = now + check_delay(ServeState.IN_SERVICE)
    for chunk in _chunks(pks):
        TABLES[noun].objects.filter(
            pk__in=chunk, state=ServeState.IN_SERVICE, next_check_at=now + CLAIM
        ).update(seen_at=now, next_check_at=later, trouble="", alarm="", attempts=0)


def _postpone_all(noun: Noun, due: list[Due], error: PlatformError, now: datetime) -> None:
    """The platform did not even list: what is in service waits in one statement, the rest row by row."""
    quiet = [row.pk for row in due if row.state == ServeState.IN_SERVICE]
    asked = timedelta(seconds=min(error.retry_after or 0, LONGEST_WISH))
    # Soon again: while nobody looks, what was removed outside modelhub goes on in our books.
    later = now + max(check_delay(ServeState.CREATING), asked)
    for chunk in _chunks(quiet):
        TABLES[noun].objects.filter(
            pk__in=chunk, state=ServeState.IN_SERVICE, next_check_at=now + CLAIM
        ).update(trouble=error.message, alarm=_when_unseen(error, now), next_check_at=later)
    for row in _rows(noun, [row.pk for row in due if row.state != ServeState.IN_SERVICE]):
        postpone(row, error, now, most=_patience(row.state))


def _when_unseen(error: PlatformError, now: datetime) -> Case:
    """The alarm of what was not seen for long, in the statement that writes the trouble of thousands of rows."""
    before = now - UNSEEN_ALARM
    minutes = int(UNSEEN_ALARM.total_seconds()) // 60
    why = (
        f"Not seen for more than {minutes} minutes, so nobody knows whether it still runs and is billed: "
        f"{error.message} `manage.py doctor` says what is missing; the AWS console shows what runs."
    )
    unseen = Q(seen_at__lte=before) | Q(seen_at=None, changed_at__lte=before)
    return Case(When(unseen, then=Value(why)), default=F("alarm"), output_field=TextField())


def _patience(state: str) -> timedelta:
    """What may be billed is never left unseen for long, however many looks have failed; a wish may wait."""
    return timedelta.max if state == ServeState.REQUESTED else REMOVAL_PAUSE


def _rows(noun: Noun, pks: Iterable[int]) -> Iterator[ServingResource]:
    for chunk in _chunks(pks):
        yield from TABLES[noun].objects.filter(pk__in=chunk).select_related("model").order_by("pk")


def _look_at(row: ServingResource, world: World, now: datetime) -> None:
    if not row.is_live:
        return
    seen = world.find(row, now)
    decision = decide(row.facts, seen, now)
    if decision.act == Act.CREATE:
        send(row, now)
        return
    if decision.act == Act.GIVE_UP_UNSENT and decision.state:
        change_state(row, decision.state, now, why=decision.why)
        return
    record(row, seen, decision, now)
    if decision.act == Act.DELETE:
        ask_removal(row, now)


def _trouble(error: Exception, noun: Noun) -> PlatformError:
    """What to tell of an error: the platform's words, or that we failed ourselves (the log has the details)."""
    if isinstance(error, PlatformError):
        return error
    log.error("reconcile_defect", noun=noun, exc_info=error)
    return PlatformError(f"modelhub itself failed: {type(error).__name__}")


def _chunks(pks: Iterable[int]) -> Iterator[list[int]]:
    rows = list(pks)
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]
