"""Signs of life: a beat that is heard proves that beat, broker and worker are all up."""

from celery import shared_task
from django.utils import timezone

from modelhub.models import Heartbeat


@shared_task(name="modelhub.tasks.heartbeat")
def heartbeat(name: str = "beat") -> None:
    """Write down that a worker has just carried out a message of ``name``."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": timezone.now()})
