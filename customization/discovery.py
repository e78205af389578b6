"""The radar: what is on the platform and not here is noted, adopted by people or (when it is ours) by itself; what is
here and not on the platform any more is told. Nothing is ever deleted by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from django.contrib.auth.models import User

from catalog.models import Model
from catalog.platforms.base import PlatformError
from customization.capacity.lease import Lease
from customization.models import Found
from customization.radar.adopting import adopt_job_or_model
from customization.radar.last_look import write_down
from customization.radar.look import Look, look
from customization.radar.lost import mind_lost_models
from customization.radar.marks import read_marks
from customization.radar.noting import note
from customization.radar.recovery import recover
from customization.radar.refusal import Refused
from customization.radar.serving import adopt_serving
from customization.radar.strangers import forget_ours

__all__ = ["Refused", "adopt", "discover", "look_again", "mark_foreign"]
log = structlog.get_logger(__name__)


def discover(now: datetime) -> int:
    """Compare the platform with ours and note strangers; return how many are new.

    Of what can't be listed nothing is noted, forgotten or called gone; the rest is done and what went wrong written
    down, then PlatformError is raised.
    """
    seen = look()
    forget_ours()
    new = _tried(seen, partial(note, seen, now))
    _tried(seen, partial(read_marks, now))
    _tried(seen, partial(recover, seen, _adopt, now))
    _tried(seen, partial(mind_lost_models, seen, now))
    write_down(now, new, seen.errors)
    if seen.errors:
        raise seen.errors[0]
    return new


def _tried(seen: Look, step: Callable[[], int]) -> int:
    """A call that fails in one step must not keep the next from what it can do."""
    try:
        return step()
    except PlatformError as error:
        seen.errors.append(error)
        return 0


def adopt(found: Found, *, actor: User | None, now: datetime, lease: Lease | None = None) -> Model:
    """Take a stranger in: from now on modelhub follows it, and ends a throughput when its ``lease`` is over (the usual
    one unless another is given). Raises Refused with the reason."""
    lease = lease or Lease()
    if wrong := lease.wrong():
        raise Refused(" ".join(wrong.values()))
    return _adopt(found, actor, now, "", lease)


def mark_foreign(found: Found, *, actor: User | None, now: datetime) -> bool:
    """Say that it is somebody else's business: what it costs is left out of the sums. It stays visible, with who says
    so; False when it was not new any more."""
    return _mark(found, Found.State.NEW, Found.State.FOREIGN, actor, now)


def look_again(found: Found, *, actor: User | None, now: datetime) -> bool:
    """Take back that it is somebody else's: its cost counts again; False when nobody had said so (any more)."""
    return _mark(found, Found.State.FOREIGN, Found.State.NEW, actor, now)


def _mark(found: Found, before: str, after: str, actor: User | None, now: datetime) -> bool:
    name = actor.get_username() if actor else "modelhub"
    rows = Found.objects.filter(pk=found.pk, state=before)
    done = bool(rows.update(state=after, marked_by_name=name[:200], marked_at=now))
    if done:
        log.info("stranger_marked", arn=found.arn, noun=found.noun, state=after, by=name)
    return done


def _adopt(found: Found, actor: User | None, now: datetime, why: str, lease: Lease | None = None) -> Model:
    if found.state not in (Found.State.NEW, Found.State.FOREIGN):
        raise Refused(f"{found.name} is {found.get_state_display().lower()} already.")
    if found.noun in (Found.Noun.THROUGHPUT, Found.Noun.DEPLOYMENT):
        return adopt_serving(found, actor=actor, now=now, why=why, lease=lease)
    return adopt_job_or_model(found, actor=actor, now=now, why=why)
