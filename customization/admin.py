"""Customization in the Django admin: jobs and files are read; prices of an admin's own are edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from catalog.admin import ReadOnlyAdmin
from customization.models import CustomizationJob, Dataset, Found, Price
from customization.tasks import nudge


@admin.register(CustomizationJob)
class CustomizationJobAdmin(ReadOnlyAdmin):
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
    actions = ("check_now",)  # type: ignore[assignment]

    @admin.action(description="Check now", permissions=["view"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[CustomizationJob]) -> None:
        """Make the jobs due, so that the worker looks at once; settled jobs stay settled."""
        now = timezone.now()
        due = queryset.exclude(next_check_at=None).update(next_check_at=now)
        nudge()
        self.message_user(
            request, f"{due} jobs are looked at now; settled ones are left alone.", messages.INFO
        )


@admin.register(Dataset)
class DatasetAdmin(ReadOnlyAdmin):
    list_display = ("filename", "purpose", "state", "rows", "tokens", "size", "created_by", "created_at")
    list_filter = ("state", "purpose")
    search_fields = ("filename", "key", "sha256")


@admin.register(Found)
class FoundAdmin(ReadOnlyAdmin):
    list_display = ("name", "noun", "state", "word", "first_seen_at")
    list_filter = ("noun", "state")


@admin.register(Price)
class PriceAdmin(admin.ModelAdmin):
    """Admins add rows of their own, which win; bundled and platform rows are read-only."""

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

    def has_change_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        own = obj is None or obj.origin == Price.Source.ADMIN
        return own and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        own = obj is None or obj.origin == Price.Source.ADMIN
        return own and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Price, form: ModelForm[Any], change: bool) -> None:
        obj.origin = Price.Source.ADMIN
        super().save_model(request, obj, form, change)
