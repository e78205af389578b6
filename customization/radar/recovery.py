"""Taking back what carries this installation's tag and has no row here: after a lost database everything comes home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.contrib.auth.models import User

from catalog.models import Model
from catalog.platforms.base import PlatformError
from customization.capacity.states import ENDED, Noun
from customization.models import TABLES, CustomizationJob, Found
from customization.radar.adopting import is_given_up
from customization.radar.look import Look
from customization.radar.refusal import Refused
from customization.radar.strangers import BELIEVED_REMOVED
from customization.states import SETTLED, state_of

log = structlog.get_logger(__name__)

WHY = "carries this installation’s tag"
TWICE = "This carries the request of another one that modelhub follows: it may have been bought twice."
MOST_TRIES = 200
# A throughput needs its model here first, and models come with their jobs.
_ORDER = (Found.Noun.JOB, Found.Noun.MODEL, Found.Noun.THROUGHPUT, Found.Noun.DEPLOYMENT)
Adopt = Callable[[Found, User | None, datetime, str], Model]


def recover(seen: Look, adopt: Adopt, now: datetime) -> int:
    """Adopt strangers that were made by this installation; return how many. What can't be says why, on its page.

    A job that was given up before the platform showed it is followed again, and stopped if somebody had stopped it.
    Anything else whose request is known here is left to people: modelhub itself has closed it, and they should know.
    """
    alive = {model.arn for model in seen.models}
    # Without the list of models nobody knows which of two jobs has a right to a name.
    nouns = _ORDER if Found.Noun.MODEL in seen.nouns else _ORDER[2:]
    ours = Found.objects.filter(state=Found.State.NEW, instance=settings.INSTANCE).exclude(token="")
    adopted = 0
    for noun in nouns:
        # As many of each: jobs that can't be adopted must not keep a throughput, which costs money, from its row.
        for found in sorted(ours.filter(noun=noun), key=lambda each: _turn(each, alive))[:MOST_TRIES]:
            if seen.is_tired:
                return adopted
            adopted += _recover(seen, found, adopt, now)
    return adopted


def _turn(found: Found, alive: set[str]) -> tuple[float, bool, float]:
    """Who waits longest is next; of two jobs that made a model of one name, the one whose model lives goes first: it
    has a right to the name. A dead one waits until every living one has had its turn."""
    dead = found.noun == Found.Noun.JOB and state_of(found.word) in SETTLED and found.model_arn not in alive
    born = found.created_upstream_at or found.first_seen_at
    tried = found.adoption_tried_at or (found.first_seen_at if dead else None)
    return tried.timestamp() if tried else 0, dead, -born.timestamp()


def _recover(seen: Look, found: Found, adopt: Adopt, now: datetime) -> bool:
    Found.objects.filter(pk=found.pk).update(adoption_tried_at=now)
    if note := _known_here(found):
        _say(found, note)
        return False
    try:
        adopt(found, None, now, WHY)
    except Refused as refusal:
        _say(found, f"It {WHY}, but can’t be adopted by itself: {refusal}")
        return False
    except PlatformError as error:
        seen.failed(found.arn, error)
        return False
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # what is wrong with one must not keep the others away
        log.error("recovery_defect", arn=found.arn, exc_info=error)
        return False
    log.warning("recovered", noun=found.noun, arn=found.arn)
    return True


def _known_here(found: Found) -> str:
    """What to say of a request that has a row here already; "" when it has none, or one to be taken up again."""
    if found.noun in (Found.Noun.JOB, Found.Noun.MODEL):
        job = CustomizationJob.objects.filter(request_token=found.token).first()
        if job is None or (found.noun == Found.Noun.JOB and is_given_up(job)):
            return ""
        return TWICE if found.noun == Found.Noun.JOB else BELIEVED_REMOVED
    row = TABLES[Noun(found.noun)].objects.filter(request_token=found.token).first()
    if row is None:
        return ""
    return BELIEVED_REMOVED if row.state in ENDED else TWICE


def _say(found: Found, note: str) -> None:
    if found.note != note[:500]:
        Found.objects.filter(pk=found.pk, state=Found.State.NEW).update(note=note[:500])
