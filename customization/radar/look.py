"""One look at everything in the account that modelhub might have made. A part that can't be listed says nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from random import sample
from typing import TypeVar

import structlog

from catalog.platforms.base import AuthError, PlatformError, TransientError
from customization.capacity.observation import RemoteServing
from customization.capacity.states import Noun
from customization.gateways import bedrock
from customization.gateways import serving as platform
from customization.models import Found
from customization.observation import RemoteJob, RemoteModel

log = structlog.get_logger(__name__)

_T = TypeVar("_T")
Thing = RemoteJob | RemoteModel | RemoteServing
# Each call that nobody answers may cost a minute: after so many the platform is left alone until the next look.
MOST_LET_DOWNS = 5


@dataclass(slots=True)
class Look:
    """What whole lists have shown. ``nouns``: those whose list was complete; nothing is told of the others."""

    jobs: list[RemoteJob] = field(default_factory=list)
    models: list[RemoteModel] = field(default_factory=list)
    serving: dict[Noun, list[RemoteServing]] = field(default_factory=dict)
    nouns: set[str] = field(default_factory=set)
    errors: list[PlatformError] = field(default_factory=list)
    let_downs: int = 0

    @property
    def is_tired(self) -> bool:
        return self.let_downs >= MOST_LET_DOWNS

    def failed(self, arn: str, error: PlatformError) -> None:
        """One thing could not be asked for: that hides no other."""
        log.warning("radar_call_failed", arn=arn, error=error.message, code=error.code)
        self.let_downs += isinstance(error, TransientError | AuthError)

    def exists(self, arn: str, get: Callable[[str], object | None]) -> bool | None:
        """Does the platform's own Get know it? None: nobody can tell now."""
        if self.is_tired:
            return None
        try:
            return get(arn) is not None
        except PlatformError as error:
            self.failed(arn, error)
            self.errors.append(error)
            return None

    def things(self) -> dict[str, Thing]:
        """Everything that was listed, by ARN."""
        listed: list[Thing] = [*self.jobs, *self.models]
        for each in self.serving.values():
            listed += each
        return {thing.arn: thing for thing in listed}


def shuffled(things: Iterable[_T]) -> list[_T]:
    """In another order each time: those whose calls always fail must not keep the same others waiting for ever."""
    each = list(things)
    return sample(each, len(each))


def look() -> Look:
    """List everything. That one list fails does not hide what the others show: money goes first."""
    seen = Look()
    for noun in Noun:
        _try(seen, partial(_serving, seen, noun))
    _try(seen, partial(_jobs_and_models, seen))
    return seen


def _try(seen: Look, part: Callable[[], None]) -> None:
    try:
        part()
    except PlatformError as error:
        seen.errors.append(error)


def _serving(seen: Look, noun: Noun) -> None:
    seen.serving[noun] = platform.observe(noun)
    seen.nouns.add(noun.value)


def _jobs_and_models(seen: Look) -> None:
    # Models first: a job that ends in between is then in the list of jobs with its model, and no stranger.
    # One without the other would call the models of our jobs strangers.
    models, jobs = bedrock.list_models(), bedrock.list_jobs()
    seen.models, seen.jobs = models, jobs
    seen.nouns |= {Found.Noun.JOB.value, Found.Noun.MODEL.value}
