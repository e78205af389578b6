"""Prices of making and serving custom models, by base model and region; and what became of reading AWS's list."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from customization.models.asked import Asked


class Price(models.Model):
    """What one base model's customs cost, in US dollars. An admin's figure wins over AWS's
    list, and that over the bundled one."""

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
    def said_by(self) -> str:
        """Who says so, since when: always with the name of the one of the three that counts."""
        source = self.source[:200]
        if self.origin == self.Source.BUNDLED:
            source = f"bundled table: {source}" if source else "bundled table"
            return f"{source}, read {self.as_of:%Y-%m-%d}"
        if self.origin == self.Source.ADMIN:
            source = f"set by an admin: {source}" if source else "set by an admin"
        return f"{source or self.get_origin_display()}, {self.as_of:%Y-%m-%d}"


class PriceList(Asked, models.Model):
    """AWS's price list of one region: when it was read last, with what result, and when it is read again."""

    region = models.CharField(max_length=40, unique=True)
    next_check_at = models.DateTimeField()
    asked_at = models.DateTimeField("somebody asked", null=True, blank=True)
    checked_at = models.DateTimeField("last looked", null=True, blank=True)
    refreshed_at = models.DateTimeField("last taken over", null=True, blank=True)
    trouble = models.TextField("why it was not taken over", blank=True)
    needs_permission = models.BooleanField(default=False)
    figures = models.PositiveIntegerField(default=0)
    not_understood = models.JSONField(default=list, blank=True)
    unreadable = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"AWS Price List of {self.region}"

    def claim(self, until: datetime) -> bool:
        """Take it for one look: compare-and-swap on the due time; False when somebody else was first."""
        same = PriceList.objects.filter(pk=self.pk, next_check_at=self.next_check_at)
        taken = same.update(next_check_at=until)
        self.next_check_at = until
        return bool(taken)
