"""For the Django shell: a file and a base model in, a custom model on its way out."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Mapping
from pathlib import Path

from django.contrib.auth.models import User
from django.utils import timezone

from catalog.models import Model
from customization import checking, jobs, s3_files, uploads
from customization.apart import rows_in_both
from customization.models import CustomizationJob, Dataset
from customization.tasks import nudge

TELL_EVERY = 5.0  # seconds


class NotChecked(Exception):
    """The check of a file has not come to its end in time; says how it stands."""


def create_custom_model(
    *,
    name: str,
    base: Model | str,
    training: str,
    validation: str = "",
    hyperparameters: Mapping[str, str] | None = None,
    description: str = "",
    actor: User | None = None,
    wait_seconds: float = 3600,
) -> CustomizationJob:
    """Upload (or find) the data, check it here, and request the job; the worker follows it.

    ``training`` and ``validation`` are local paths or s3:// addresses, ``base`` a model or its id. Raises
    ``jobs.Refused`` with every reason, ``uploads.Refused`` for a file that can't be used, ``Model.DoesNotExist``.
    Raises ``NotChecked`` when the check of a file is not over after ``wait_seconds``; what it waits for is printed.

    >>> create_custom_model(name="support-tone", base="amazon.nova-lite-v1:0:300k", training="train.jsonl",
    ...                     hyperparameters={"epochCount": "3"}, actor=user)
    """
    if isinstance(base, str):
        base = Model.objects.get(platform="bedrock", external_id=base)
    pairs = {key.strip(): str(value).strip() for key, value in (hyperparameters or {}).items()}
    _refuse_before_uploading(name, base, pairs)
    for source, purpose in ((training, Dataset.Purpose.TRAINING), (validation, Dataset.Purpose.VALIDATION)):
        if source and not _is_address(source):
            _must_be_fit(Path(source), purpose, base)
    data = _dataset(training, Dataset.Purpose.TRAINING, base, actor, wait_seconds)
    more = _dataset(validation, Dataset.Purpose.VALIDATION, base, actor, wait_seconds) if validation else None
    if more and (why := rows_in_both(data.pk, more.pk)):
        warnings.warn(why, stacklevel=2)
    job = jobs.create(
        name=name,
        base=base,
        training=data,
        validation=more,
        hyperparameters=pairs,
        description=description,
        actor=actor,
        now=timezone.now(),
    )
    nudge()
    return job


def _refuse_before_uploading(name: str, base: Model, pairs: Mapping[str, str]) -> None:
    """Everything that can be said without the data is said before a large file is uploaded in vain."""
    reasons = jobs.objections(name, base, None, None, pairs)
    reasons.pop("training", None)
    if "name" not in reasons and (why := jobs.why_taken_there(name)):
        reasons["name"] = why
    if reasons:
        raise jobs.Refused(reasons)


def _is_address(source: str) -> bool:
    return source.lower().startswith("s3://")


def _must_be_fit(path: Path, purpose: str, base: Model) -> None:
    if not path.is_file():
        raise uploads.Refused(f"There is no file {path}.")
    size = path.stat().st_size
    if not size:
        raise uploads.Refused(f"{path} is empty.")
    uploads.must_fit(path.name, size, purpose, base)


def _dataset(source: str, purpose: str, base: Model, actor: User | None, wait_seconds: float) -> Dataset:
    now = timezone.now()
    if _is_address(source):
        dataset = s3_files.refer(uri=source, purpose=purpose, base=base, actor=actor, now=now)
    else:
        dataset = s3_files.send(Path(source), purpose=purpose, base=base, actor=actor, now=now)
    _check(dataset, wait_seconds)
    return dataset


def _check(dataset: Dataset, wait_seconds: float) -> None:
    """Check a file here, or wait while a worker does, or for a platform that stumbles."""
    begun = told = time.monotonic()
    while True:
        checking.run_check(dataset, timezone.now())
        dataset.refresh_from_db()
        if dataset.state not in checking.WAITING:
            return
        waited = time.monotonic() - begun
        if waited >= wait_seconds:
            raise NotChecked(
                f"{dataset.filename} is not checked after {waited:.0f} seconds. {_stands(dataset)} It stays dataset "
                f"{dataset.pk}: once it is valid, name {dataset.place.uri} as the file, or give more wait_seconds."
            )
        if time.monotonic() - told >= TELL_EVERY:
            told = time.monotonic()
            sys.stdout.write(f"Waiting for {dataset.filename}: {_stands(dataset)}\n")
        time.sleep(min(1.0, max(0.0, wait_seconds - waited)))


def _stands(dataset: Dataset) -> str:
    """How far the check of a file is, in words."""
    if dataset.state == Dataset.State.CHECKING:
        return f"A worker has checked {dataset.bytes_checked:,} of {dataset.size:,} bytes."
    return dataset.trouble or "It waits for its check."
