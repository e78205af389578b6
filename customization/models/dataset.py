"""A file of examples in S3: how it got there, what checking it showed, and which bytes were checked."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from customization.gateways.places import Place
from customization.models.resource import due_index


class Dataset(models.Model):
    """One training or validation file. Checked bytes are named by size, ETag and version: a job uses no others."""

    class Purpose(models.TextChoices):
        TRAINING = "training", "Training"
        VALIDATION = "validation", "Validation"

    class State(models.TextChoices):
        UPLOADING = "uploading", "Uploading"
        UPLOADED = "uploaded", "Waiting for its check"
        CHECKING = "checking", "Being checked"
        VALID = "valid", "Valid"
        INVALID = "invalid", "Has errors"
        UNREADABLE = "unreadable", "Could not be read"
        ABORTED = "aborted", "Cancelled"

    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    state = models.CharField(max_length=20, choices=State.choices, default=State.UPLOADING)
    filename = models.CharField(max_length=255)
    base_external_id = models.CharField("checked for", max_length=512)
    bucket = models.CharField(max_length=255)
    key = models.CharField(max_length=1024)
    upload_id = models.CharField(max_length=1024, blank=True)
    part_size = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField("bytes", default=0)
    etag = models.CharField("ETag", max_length=200, blank=True)
    version_id = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    rows = models.PositiveBigIntegerField(null=True, blank=True)
    tokens = models.PositiveBigIntegerField(null=True, blank=True)
    bytes_checked = models.PositiveBigIntegerField(default=0)
    report = models.JSONField(default=dict, blank=True)
    fingerprint = models.BinaryField(default=b"", editable=False)
    trouble = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("view",)
        indexes = [due_index("dataset_due")]

    def __str__(self) -> str:
        return self.filename

    @property
    def place(self) -> Place:
        return Place(self.bucket, self.key)

    @property
    def is_usable(self) -> bool:
        return self.state == self.State.VALID
