"""For the Django shell: a file and a base model in, a custom model on its way out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from django.contrib.auth.models import User
from django.utils import timezone

from catalog.models import Model
from customization import checking, jobs, uploads
from customization.gateways import storage
from customization.models import CustomizationJob, Dataset
from customization.tasks import nudge


def create_custom_model(
    *,
    name: str,
    base: Model | str,
    training: str,
    validation: str = "",
    hyperparameters: Mapping[str, str] | None = None,
    description: str = "",
    actor: User | None = None,
) -> CustomizationJob:
    """Upload (or find) the data, check it here, and request the job; the worker follows it.

    ``training`` and ``validation`` are local paths or s3:// addresses, ``base`` a model or its id. Raises
    ``jobs.Refused`` with every reason, ``uploads.Refused`` for a file that can't be used, ``Model.DoesNotExist``.

    >>> create_custom_model(name="support-tone", base="amazon.nova-lite-v1:0:300k", training="train.jsonl",
    ...                     hyperparameters={"epochCount": "3"}, actor=user)
    """
    if isinstance(base, str):
        base = Model.objects.get(platform="bedrock", external_id=base)
    # Before a large file is uploaded in vain.
    if why := jobs.why_not_named(name) or jobs.why_taken_there(name):
        raise jobs.Refused({"name": why})
    if why := jobs.why_not_a_base(base):
        raise jobs.Refused({"base": why})
    data = _dataset(training, Dataset.Purpose.TRAINING, base, actor)
    more = _dataset(validation, Dataset.Purpose.VALIDATION, base, actor) if validation else None
    job = jobs.create(
        name=name,
        base=base,
        training=data,
        validation=more,
        hyperparameters=hyperparameters,
        description=description,
        actor=actor,
        now=timezone.now(),
    )
    nudge()
    return job


def _dataset(source: str, purpose: str, base: Model, actor: User | None) -> Dataset:
    now = timezone.now()
    uri = source if source.startswith("s3://") else _put(Path(source))
    dataset = uploads.refer(uri=uri, purpose=purpose, base=base, actor=actor, now=now)
    while dataset.state in checking.WAITING:  # a worker may be faster than we, or the platform stumble
        checking.run_check(dataset, timezone.now())
        dataset.refresh_from_db()
        if dataset.state in checking.WAITING:
            time.sleep(1)
    return dataset


def _put(path: Path) -> str:
    if not path.is_file():
        raise uploads.Refused(f"There is no file {path}.")
    place = uploads.new_place(path.name)
    storage.put_file(place, str(path))
    return place.uri
