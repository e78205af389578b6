"""One attempt to refresh one platform's list."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from catalog.facts import Platform
from catalog.models.choices import choices


class SyncRun(models.Model):
    """One attempt to refresh one platform's list: asked for, running, and how it ended."""

    class State(models.TextChoices):
        REQUESTED = "requested", "Requested"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"

    LIVE = (State.REQUESTED, State.RUNNING)

    platform = models.CharField(max_length=20, choices=choices(Platform))
    state = models.CharField(max_length=20, choices=State.choices, default=State.REQUESTED)
    stage = models.CharField(max_length=200, blank=True)
    accept_shrink = models.BooleanField(default=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    seen = models.PositiveIntegerField(null=True, blank=True)
    added_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    gone_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict, blank=True)
    error_word = models.CharField(max_length=20, blank=True)
    error_code = models.CharField(max_length=200, blank=True)
    error_message = models.TextField(blank=True)
    way_out = models.TextField(blank=True)
    request_id = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-requested_at", "-id"]
        get_latest_by = "requested_at"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["platform"],
                condition=Q(state__in=["requested", "running"]),
                name="one_live_sync_per_platform",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} sync {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("catalog:sync_run", args=[self.pk])

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE
