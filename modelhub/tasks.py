"""Signs of life (a beat that is heard proves that beat, broker and worker are all up), and yesterday's leftovers."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from modelhub.models import Heartbeat


@shared_task(name="modelhub.tasks.heartbeat")
def heartbeat(name: str = "beat") -> None:
    """Write down that a worker has just carried out a message of ``name``."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": timezone.now()})


KEEP_LOGINS = timedelta(days=90)


@shared_task(name="modelhub.tasks.clear_leftovers")
def clear_leftovers() -> None:
    """Once a day: forget sessions that have expired, and who logged in, or tried to, more than 90 days ago."""
    call_command("clearsessions")
    for records in (AccessLog, AccessAttempt, AccessFailureLog):
        records.objects.filter(attempt_time__lt=timezone.now() - KEEP_LOGINS).delete()
