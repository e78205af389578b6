"""The catalog in the Django admin: facts are read, overrides are edited, switches go through the rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import DecimalField, Field, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from catalog.access import ENABLE_MODELS
from catalog.enablement import set_enabled_many
from catalog.history import event, next_revision
from catalog.models import Event, Model, SyncRun
from catalog.sync_apply import plain_changes

EDITABLE = ("traits_override", "input_price_override", "output_price_override", "lifecycle_override", "note")


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that nobody adds, edits or deletes by hand."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NamedValues(admin.AllValuesFieldListFilter):
    """The empty value has a name too: a link without words can be neither read nor hit."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or "unknown"}


class OverridesForm(forms.ModelForm):
    """What people may say of a model. It remembers which state of the row they were shown."""

    seen_rev = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_rev"].initial = self.instance.rev

    def clean(self) -> dict[str, Any]:
        """Refuse to write over what somebody else said after this form was opened."""
        cleaned = super().clean() or {}
        seen = cleaned.get("seen_rev")
        if seen is not None and seen != Model.objects.values_list("rev", flat=True).get(pk=self.instance.pk):
            raise forms.ValidationError(
                "This model has changed since you opened the form. Open it again, so that nothing is overwritten."
            )
        return cleaned


@admin.register(Model)
class ModelAdmin(admin.ModelAdmin):
    form = OverridesForm
    list_display = ("name", "external_id", "status", "kind", "provider", "platform", "lifecycle", "enabled")
    list_filter = ("status", "kind", "platform", "lifecycle", ("provider", NamedValues))
    search_fields = ("name", "external_id", "provider", "traits")
    ordering = ("name", "id")
    list_per_page = 50
    show_full_result_count = False
    actions = ("enable_selected", "disable_selected")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field.name for field in Model._meta.fields if field.name not in EDITABLE]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        facts = [name for name in self.get_readonly_fields(request) if name not in ("id", "rev")]
        return (
            ("Yours to say (sync never touches it)", {"fields": (*EDITABLE, "seen_rev")}),
            ("Facts, kept by sync and the rules", {"fields": facts}),
        )

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, DecimalField):
            kwargs["min_value"] = 0  # the prices
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Write only the overrides: a sync that runs meanwhile keeps its facts. Leaves an Event."""
        changed = {
            name: (form.initial.get(name), form.cleaned_data[name])
            for name in form.changed_data
            if name in EDITABLE
        }
        if not changed:
            return
        now = timezone.now()
        with transaction.atomic():
            rev = next_revision()
            before = Model.objects.values_list("status", flat=True).get(pk=obj.pk)
            new = {name: value for name, (_, value) in changed.items()}
            Model.objects.filter(pk=obj.pk).update(**new, rev=rev, changed_at=now)
            obj.refresh_from_db()
            event(
                obj,
                "overridden",
                now=now,
                actor=request.user,  # type: ignore[arg-type]
                from_status=before,
                to_status=obj.status,
                detail={"changes": plain_changes(changed)},
            ).save()

    def has_enable_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(ENABLE_MODELS)

    @admin.action(description="Enable selected models", permissions=["enable"])
    def enable_selected(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        self._switch(request, queryset, True)

    @admin.action(description="Disable selected models", permissions=["enable"])
    def disable_selected(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        self._switch(request, queryset, False)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Model], wanted: bool) -> None:
        outcomes = set_enabled_many(queryset, wanted, actor=request.user)  # type: ignore[arg-type]
        refused = [outcome.refused for outcome in outcomes if outcome.refused]
        verb = "enabled" if wanted else "disabled"
        done = len(outcomes) - len(refused)
        if done:
            self.message_user(request, f"{done} {verb}.", messages.SUCCESS)
        if refused:
            self.message_user(request, f"{len(refused)} skipped: {' '.join(refused[:10])}", messages.WARNING)


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    list_display = ("id", "platform", "state", "requested_at", "finished_at", "added_count", "changed_count",
                    "gone_count", "refused_count", "error_message")  # fmt: skip
    list_filter = ("platform", "state")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "model", "action", "from_status", "to_status", "actor_name", "why")
    list_filter = ("action",)
    list_select_related = ("model",)
    search_fields = ("model__name", "model__external_id", "actor_name", "why")
    date_hierarchy = "at"
