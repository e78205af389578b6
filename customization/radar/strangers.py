"""Which of what the platform shows belongs to no row of ours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db.models import Q

from catalog.facts import BuildState
from catalog.models import Model
from customization.capacity.observation import RemoteServing
from customization.capacity.states import ENDED, LIVE, Noun
from customization.gateways import bedrock
from customization.gateways import serving as platform
from customization.models import TABLES, CustomizationJob, Found
from customization.observation import RemoteJob, RemoteModel
from customization.radar.look import Look, shuffled
from customization.states import SETTLED

BELIEVED_REMOVED = "modelhub believed this was removed, but it still exists on the platform."


def strangers(seen: Look, now: datetime) -> list[Found]:
    """Rows (not saved) for what is on the platform and not ours. Rows of ours are read after the look: whatever was
    made meanwhile is in them."""
    found = [*_strange_jobs(seen.jobs, now), *_strange_models(seen, now)]
    for noun, things in seen.serving.items():
        found += _strange_serving(seen, noun, things, now)
    return found


def forget_ours() -> None:
    """What was a stranger and is ours by now (a list lagged) needs nobody's decision any more."""
    new = Found.objects.filter(state=Found.State.NEW)
    jobs_and_models = Q(arn__in=_job_arns() | _model_arns())
    new.filter(jobs_and_models | Q(noun=Found.Noun.JOB, name__in=_names_of_made_jobs())).delete()
    for noun, table in TABLES.items():
        live = table.objects.filter(state__in=sorted(LIVE))
        arns = live.exclude(arn="").values("arn")
        names = live.filter(arn="").values("remote_name")
        new.filter(Q(arn__in=arns) | Q(name__in=names), noun=noun).delete()


def _strange_jobs(jobs: Iterable[RemoteJob], now: datetime) -> list[Found]:
    ours, names = _job_arns(), _names_of_made_jobs()
    return [
        Found(noun=Found.Noun.JOB, arn=job.arn, name=job.name, base_arn=job.base_arn, model_arn=job.model_arn,
              word=job.word, created_upstream_at=job.created_at, first_seen_at=now)
        for job in jobs
        if job.arn not in ours and job.name not in names
    ]  # fmt: skip


def _strange_models(seen: Look, now: datetime) -> list[Found]:
    ours = _model_arns()
    deleted = set(Model.objects.filter(build=BuildState.DELETED).values_list("arn", flat=True)) - ours
    made_by_jobs = {job.model_arn for job in seen.jobs if job.model_arn} - deleted
    found = []
    for model in shuffled(seen.models):
        if model.arn in ours or model.arn in made_by_jobs:
            continue
        if model.arn in deleted and not seen.exists(model.arn, bedrock.get_model):
            continue  # the list lags behind its deletion, or nobody can tell now
        found.append(_found_model(model, now, BELIEVED_REMOVED if model.arn in deleted else ""))
    return found


def _found_model(model: RemoteModel, now: datetime, note: str) -> Found:
    return Found(noun=Found.Noun.MODEL, arn=model.arn, name=model.name, base_arn=model.base_arn, word=model.word,
                 created_upstream_at=model.created_at, first_seen_at=now, note=note)  # fmt: skip


def _strange_serving(seen: Look, noun: Noun, things: Iterable[RemoteServing], now: datetime) -> list[Found]:
    """Not ours by ARN, nor (while an answer is lost) by the name that our token is part of."""
    rows = TABLES[noun].objects.all()
    live = rows.filter(state__in=sorted(LIVE))
    ours = set(live.exclude(arn="").values_list("arn", flat=True))
    under_way = set(live.filter(arn="").values_list("remote_name", flat=True))
    ended = set(rows.filter(state__in=sorted(ENDED)).exclude(arn="").values_list("arn", flat=True))
    found = []
    for thing in shuffled(things):
        if not thing.arn or thing.arn in ours or thing.name in under_way:
            continue
        # A list that lags still shows what was just removed: only the platform's Get says that it is there after all.
        if thing.arn in ended and not seen.exists(thing.arn, partial(platform.get, noun)):
            continue
        found.append(_found_serving(noun, thing, now, BELIEVED_REMOVED if thing.arn in ended else ""))
    return found


def _found_serving(noun: Noun, thing: RemoteServing, now: datetime, note: str) -> Found:
    return Found(noun=noun.value, arn=thing.arn, name=thing.name[:200], model_arn=thing.model_arn, units=thing.units,
                 commitment=thing.commitment.word, committed_until=thing.commitment.until, word=thing.word,
                 created_upstream_at=thing.created_at, first_seen_at=now, note=note)  # fmt: skip


def _job_arns() -> set[str]:
    return set(CustomizationJob.objects.exclude(arn="").values_list("arn", flat=True))


def _model_arns() -> set[str]:
    """Of every model but those that were deleted: one of these on the platform is no longer ours."""
    kept = Model.objects.exclude(arn="").exclude(build=BuildState.DELETED)
    return set(kept.values_list("arn", flat=True))


def _names_of_made_jobs() -> set[str]:
    """A job of ours that ended without an ARN was never seen: one of its name on the platform is a stranger, also when
    it carries our token (it was given up, and showed later than jobs do)."""
    made = CustomizationJob.objects.exclude(arn="", state__in=list(SETTLED))
    return set(made.values_list("remote_name", flat=True))
