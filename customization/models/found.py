"""Things on the platform that modelhub did not make: shown, adopted or marked as foreign; never deleted by itself."""

from __future__ import annotations

from django.db import models

from customization.capacity.commitment import Commitment
from customization.models.asked import Asked


class Found(models.Model):
    """A throughput, deployment, custom model or customization job that exists upstream but not here."""

    class Noun(models.TextChoices):
        JOB = "job", "Customization job"
        MODEL = "model", "Custom model"
        THROUGHPUT = "throughput", "Provisioned throughput"
        DEPLOYMENT = "deployment", "On-demand deployment"

    class State(models.TextChoices):
        NEW = "new", "New"
        ADOPTED = "adopted", "Adopted"
        FOREIGN = "foreign", "Somebody else's"
        GONE = "gone", "Gone from the platform"

    noun = models.CharField(max_length=20, choices=Noun.choices)
    arn = models.CharField("ARN", max_length=1024, unique=True)
    name = models.CharField(max_length=200)
    base_arn = models.CharField(max_length=1024, blank=True)
    model_arn = models.CharField("model it made or serves", max_length=1024, blank=True)
    units = models.PositiveIntegerField("model units", null=True, blank=True)
    commitment = models.CharField("committed for", max_length=100, blank=True)
    committed_until = models.DateTimeField(null=True, blank=True)
    word = models.CharField("platform's word", max_length=100, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.NEW)
    created_upstream_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField()
    # From its tags: which installation of modelhub asked for it, and by which request.
    instance = models.CharField("installation", max_length=300, blank=True)
    token = models.CharField("request", max_length=256, blank=True)
    tags_read_at = models.DateTimeField(null=True, blank=True)
    tags_are_sure = models.BooleanField(default=False)
    # Whoever waits longest is next: one that always fails must not keep the others waiting.
    tags_tried_at = models.DateTimeField(null=True, blank=True)
    adoption_tried_at = models.DateTimeField(null=True, blank=True)
    # Not ours, or ours after all. The name stays when the user is gone.
    marked_by_name = models.CharField("who said last whose it is", max_length=200, blank=True)
    marked_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField("what people should know", max_length=500, blank=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [("adopt_found", "Can adopt what others made on the platform")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def serving(cls, model_arn: str) -> models.QuerySet[Found]:
        """Throughputs and deployments of one model that exist on the platform and not here."""
        there = cls.objects.filter(state__in=[cls.State.NEW, cls.State.FOREIGN])
        nouns = [cls.Noun.THROUGHPUT, cls.Noun.DEPLOYMENT]
        return there.filter(noun__in=nouns, model_arn=model_arn).exclude(model_arn="").order_by("pk")

    @property
    def term(self) -> Commitment:
        return Commitment(self.commitment, self.committed_until)


class RadarLook(Asked, models.Model):
    """The last look at one region: when it was, what it could not see, and whether somebody waits for the next."""

    region = models.CharField(max_length=40, unique=True)
    asked_at = models.DateTimeField("somebody asked", null=True, blank=True)
    checked_at = models.DateTimeField("last looked", null=True, blank=True)
    new = models.PositiveIntegerField("strangers never seen before", default=0)
    trouble = models.TextField("what could not be seen", blank=True)
    needs_permission = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"The last look at {self.region}"
