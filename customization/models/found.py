"""Things on the platform that modelhub did not make: shown, adopted or marked as foreign; never deleted by itself."""

from __future__ import annotations

from django.db import models


class Found(models.Model):
    """A customization job or custom model that exists upstream but not here."""

    class Noun(models.TextChoices):
        JOB = "job", "Customization job"
        MODEL = "model", "Custom model"

    class State(models.TextChoices):
        NEW = "new", "New"
        ADOPTED = "adopted", "Adopted"
        FOREIGN = "foreign", "Somebody else's"
        GONE = "gone", "Gone from the platform"

    noun = models.CharField(max_length=20, choices=Noun.choices)
    arn = models.CharField("ARN", max_length=1024, unique=True)
    name = models.CharField(max_length=200)
    base_arn = models.CharField(max_length=1024, blank=True)
    word = models.CharField("platform's word", max_length=100, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.NEW)
    created_upstream_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        permissions = [("adopt_found", "Can adopt what others made on the platform")]

    def __str__(self) -> str:
        return self.name
