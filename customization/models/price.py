"""Prices of making and serving custom models, by base model and region."""

from __future__ import annotations

from django.db import models

from customization.pricing import Rates


class Price(models.Model):
    """What one base model's customs cost, in US dollars. An admin's row wins over the bundled one."""

    class Source(models.TextChoices):
        BUNDLED = "bundled", "Bundled table"
        PLATFORM = "platform", "AWS Price List"
        ADMIN = "admin", "Set by an admin"

    base_prefix = models.CharField("base model id starts with", max_length=512)
    region = models.CharField(max_length=40)
    origin = models.CharField(max_length=20, choices=Source.choices, default=Source.BUNDLED)
    training_per_1k = models.DecimalField(
        "training, per 1,000 tokens", max_digits=14, decimal_places=8, null=True, blank=True
    )
    storage_per_month = models.DecimalField(
        "storage, per month", max_digits=14, decimal_places=4, null=True, blank=True
    )
    unit_hour = models.DecimalField(
        "inference, per unit-hour", max_digits=14, decimal_places=4, null=True, blank=True
    )
    source = models.CharField(max_length=300, blank=True)
    as_of = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base_prefix", "region", "origin"], name="one_price_per_origin")
        ]

    def __str__(self) -> str:
        return f"{self.base_prefix} in {self.region}"

    @property
    def rates(self) -> Rates:
        return Rates(
            self.training_per_1k,
            self.storage_per_month,
            self.unit_hour,
            f"{self.source}, {self.as_of:%Y-%m-%d}",
        )
