"""Customization in the Django admin: what is on the platform is read; prices of an admin's own are edited."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import DecimalField, Field, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from catalog.admin import ReadOnlyAdmin
from customization import artifacts, checking
from customization.models import (
    CustomizationJob,
    Dataset,
    Deletion,
    Deployment,
    Found,
    Price,
    RemoteResource,
    Throughput,
)
from customization.pricing import money
from customization.tasks import nudge


class FollowedAdmin(ReadOnlyAdmin):
    """Rows that stand for something on the platform: read, and looked at sooner on request."""

    list_per_page = 50
    show_full_result_count = False
    actions = ("check_now",)  # type: ignore[assignment]

    @admin.action(description="Check now", permissions=["view"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[RemoteResource]) -> None:
        """Make the rows due, so that the worker looks at once; settled ones stay settled."""
        due = self.wake(queryset, timezone.now())
        nudge()
        noun = self.model._meta.verbose_name if due == 1 else self.model._meta.verbose_name_plural
        verb = "is" if due == 1 else "are"
        self.message_user(
            request, f"{due} {noun} {verb} looked at now; settled ones are left alone.", messages.INFO
        )

    def wake(self, chosen: QuerySet[Any], now: datetime) -> int:
        return chosen.order_by().exclude(next_check_at=None).update(next_check_at=now)


@admin.register(CustomizationJob)
class CustomizationJobAdmin(FollowedAdmin):
    list_display = (
        "remote_name",
        "model",
        "state",
        "base",
        "requested_by",
        "created_at",
        "next_check_at",
        "attempts",
    )
    list_filter = ("state", "adopted")
    list_select_related = ("model", "base", "requested_by")
    search_fields = ("remote_name", "model__name", "arn", "request_token")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CustomizationJob]:
        """Without its curves: they are long, and shown in no list."""
        return super().get_queryset(request).defer("metrics")

    def wake(self, chosen: QuerySet[Any], now: datetime) -> int:
        """Also a job that is over and whose metrics nobody has found: its file may have come since."""
        return super().wake(chosen, now) + artifacts.without_curves(chosen).update(next_check_at=now)


class ServingAdmin(FollowedAdmin):
    list_filter = ("state", "adopted")
    list_select_related = ("model", "requested_by")
    search_fields = ("name", "remote_name", "model__name", "arn", "request_token", "last_request_id")
    date_hierarchy = "created_at"


@admin.register(Throughput)
class ThroughputAdmin(ServingAdmin):
    list_display = (
        "remote_name",
        "model",
        "state",
        "units",
        "hours",
        "cost",
        "billed_from",
        "ends_at",
        "next_check_at",
    )
    readonly_fields = ("hours", "cost", "doubtful_hours")

    @admin.display(description="hours")
    def hours(self, row: Throughput) -> str:
        return f"{row.hours(timezone.now()):,.2f}"

    @admin.display(description="of these after it failed")
    def doubtful_hours(self, row: Throughput) -> str:
        return f"{row.meter.doubtful_hours(timezone.now()):,.2f}"

    @admin.display(description="USD so far")
    def cost(self, row: Throughput) -> str:
        return money(row.cost(timezone.now()))


@admin.register(Deployment)
class DeploymentAdmin(ServingAdmin):
    list_display = (
        "remote_name",
        "model",
        "state",
        "requested_by",
        "created_at",
        "ended_because",
        "next_check_at",
    )


@admin.register(Deletion)
class DeletionAdmin(FollowedAdmin):
    list_display = (
        "remote_name",
        "model",
        "state",
        "requested_by",
        "failure",
        "created_at",
        "next_check_at",
    )
    list_filter = ("state", "with_artifacts")
    list_select_related = ("model", "requested_by")
    search_fields = ("remote_name", "model__name", "arn", "last_request_id")
    date_hierarchy = "created_at"


@admin.register(Dataset)
class DatasetAdmin(ReadOnlyAdmin):
    actions = ("check_now",)  # type: ignore[assignment]
    list_display = ("filename", "purpose", "state", "rows", "tokens", "size", "created_by", "created_at")
    list_filter = ("state", "purpose")
    list_select_related = ("created_by",)
    search_fields = ("filename", "key", "sha256")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dataset]:
        """Without what is up to half a megabyte a row, and shown in no list."""
        return super().get_queryset(request).defer("fingerprint", "report")

    @admin.action(description="Check now", permissions=["view"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> None:
        """Have waiting and unreadable files checked at once; finished reports stay."""
        due = checking.check_now(queryset, timezone.now())
        nudge()
        verb = "file is" if due == 1 else "files are"
        self.message_user(
            request, f"{due} {verb} checked now; those under way or checked are left alone.", messages.INFO
        )


@admin.register(Found)
class FoundAdmin(ReadOnlyAdmin):
    list_display = ("name", "noun", "state", "units", "word", "first_seen_at", "marked_by_name", "marked_at")
    list_filter = ("noun", "state")


class PriceForm(ModelForm):
    """The origin is not asked for, so Django leaves its part of the unique constraint unchecked: this form checks."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        twins = Price.objects.filter(
            origin=Price.Source.ADMIN,
            base_prefix=cleaned.get("base_prefix"),
            region=cleaned.get("region"),
        )
        if twins.exclude(pk=self.instance.pk).exists():
            raise ValidationError(
                "There is a price of yours for these models in this region. Change that one."
            )
        return cleaned


@admin.register(Price)
class PriceAdmin(admin.ModelAdmin):
    """Admins add rows of their own, which win; bundled and platform rows are read-only."""

    form = PriceForm
    list_display = (
        "base_prefix",
        "region",
        "origin",
        "training_per_1k",
        "storage_per_month",
        "unit_hour",
        "as_of",
    )
    list_filter = ("region", "origin")
    search_fields = ("base_prefix",)
    exclude = ("origin",)

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, DecimalField):
            kwargs["min_value"] = 0  # one below nothing would lessen what people are told that they pay
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        own = obj is None or obj.origin == Price.Source.ADMIN
        return own and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        own = obj is None or obj.origin == Price.Source.ADMIN
        return own and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Price, form: ModelForm[Any], change: bool) -> None:
        obj.origin = Price.Source.ADMIN
        super().save_model(request, obj, form, change)
