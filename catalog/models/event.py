"""What happened to models, and the counter that orders it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from catalog.models.model import Model
from catalog.models.sync_run import SyncRun
from catalog.querysets import AppendOnly


class Revision(models.Model):
    """One row that counts every change to any model: an unchanged page is answered without looking further."""

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.number)


class Event(models.Model):
    """What happened to a model: append-only, never edited, never deleted."""

    model = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    action = models.CharField(max_length=40)
    from_status = models.CharField(max_length=10, blank=True)
    to_status = models.CharField(max_length=10, blank=True)
    why = models.CharField(max_length=2000, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    actor_name = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=200, blank=True)
    sync_run = models.ForeignKey(SyncRun, null=True, blank=True, on_delete=models.SET_NULL)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["model", "-at", "-id"], name="event_by_model"),
            models.Index(fields=["-at", "-id"], name="event_by_time"),  # Activity: the newest of all models
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.model_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("Events are append-only: write a new one instead of changing this one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Events are append-only: they are never deleted.")
