"""The Celery application. It only nudges: every task is short, takes ids, and is safe to run twice."""

import os
from pathlib import Path
from typing import Any

import structlog
from celery import Celery
from celery.signals import task_postrun, worker_init
from django.conf import settings
from django.db import reset_queries
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.exceptions import OperationalError

from modelhub import file_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelhub.settings")
log = structlog.get_logger(__name__)
file_broker.use()
if settings.CELERY_BROKER_URL.startswith("redis"):
    from modelhub import redis_broker  # not without Redis: it loads its client

    redis_broker.use()
app = Celery("modelhub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)

for _folder in ("data_folder_in", "control_folder"):
    if _folder in (_options := getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})):
        Path(_options[_folder]).mkdir(parents=True, exist_ok=True)


@worker_init.connect
def first_tick(**_kwargs: Any) -> None:
    """Look for work as soon as a worker is up: the first sync does not wait for the first beat."""
    try:
        app.send_task("catalog.tasks.tick", expires=60)
    except (OperationalError, OSError) as error:
        # No broker yet: the worker waits for it, and the beat's tick comes later.
        log.warning("first_tick_lost", error=str(error))


@task_postrun.connect
def forget_queries(**_kwargs: Any) -> None:
    """With DEBUG on, Django keeps up to 9,000 statements a connection; between requests it forgets them, here we do."""
    reset_queries()
