"""A fine-tuning job: what was asked for, and what has been seen of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse

from catalog.models import Model
from customization.decide import JobFacts
from customization.metrics import epochs_run
from customization.models.dataset import Dataset
from customization.models.resource import RemoteResource, due_index
from customization.pricing import Rates, training_cost
from customization.states import SETTLED, JobState


class CustomizationJob(RemoteResource):
    """One customization job and the custom model it makes (one each: a clone is another job for another model)."""

    model = models.OneToOneField(Model, on_delete=models.PROTECT, related_name="job")
    base = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="made_from")
    training = models.ForeignKey(Dataset, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    validation = models.ForeignKey(Dataset, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    training_uri = models.CharField(max_length=1300)
    validation_uri = models.CharField(max_length=1300, blank=True)
    output_uri = models.CharField(max_length=1300)
    role_arn = models.CharField(max_length=2048)
    hyperparameters = models.JSONField(default=dict, blank=True)
    stop_wanted = models.BooleanField(default=False)
    phases = models.JSONField(default=list, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    adopted = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    estimated_cost = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    training_price = models.DecimalField(max_digits=14, decimal_places=8, null=True, blank=True)
    price_source = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [("create_custom_model", "Can create custom models (spends money)")]
        ordering = ["-created_at", "-id"]
        indexes = [due_index("job_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["remote_name"], condition=~Q(remote_name=""), name="one_row_per_job_name"
            )
        ]

    def __str__(self) -> str:
        return self.remote_name

    def get_absolute_url(self) -> str:
        return reverse("customization:job", args=[self.pk])

    @property
    def facts(self) -> JobFacts:
        return JobFacts(
            state=JobState(self.state),
            token=self.request_token,
            sent_at=self.sent_at,
            stop_wanted=self.stop_wanted,
            attempts=self.attempts,
            created_at=self.created_at,
            output_uri=self.output_uri,
        )

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED

    def elapsed_until(self, now: datetime) -> float:
        """Seconds since the job began, or that it took."""
        return ((self.ended_at or now) - (self.started_at or self.created_at)).total_seconds()

    @property
    def hyperparameter_pairs(self) -> list[tuple[str, str]]:
        """For the page: a template that asks a dictionary for its items gets the pair that is called so."""
        return list(self.hyperparameters.items())

    @property
    def epochs(self) -> int | None:
        text = str(self.hyperparameters.get("epochCount", ""))
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None

    @property
    def epochs_run(self) -> int | None:
        """The epochs the training really went through, as its metrics file says; None while there is none."""
        return epochs_run(point["epoch"] for point in self.metrics.get("training") or () if "epoch" in point)

    @property
    def actual_cost(self) -> Decimal | None:
        """What the epochs that really ran cost; None when any part is unknown: it is never the estimate again."""
        tokens = self.training.tokens if self.training else None
        return training_cost(Rates(self.training_price), tokens, self.epochs_run)
