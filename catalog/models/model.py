"""One AI model: its facts as columns, and the status computed from them."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Lower
from django.urls import reverse

from catalog.facts import BuildState, Colour, Kind, Lifecycle, Platform, ServingState
from catalog.models.choices import choices
from catalog.querysets import ModelQuerySet
from catalog.status import Facts, Status, status_of

# The same rules as catalog.status.status_of, in SQL. An admin's lifecycle override wins over an unknown word.
STATUS_EXPRESSION = Case(
    When(~Q(kind=Kind.BASE.value) & ~Q(build=BuildState.BUILT.value), then=Value("red")),
    When(~Q(kind=Kind.BASE.value) & ~Q(serving__in=["platform", "ready"]), then=Value("red")),
    When(Q(listed=False) | ~Q(lifecycle__in=["active", "legacy", "unknown"]), then=Value("red")),
    When(Q(lifecycle=Lifecycle.UNKNOWN.value, lifecycle_override=""), then=Value("red")),
    When(enabled=True, then=Value("green")),
    default=Value("yellow"),
)


class Model(models.Model):
    """One AI model. Columns up to ``output_price`` are the platform's facts and belong to sync."""

    platform = models.CharField(max_length=20, choices=choices(Platform))
    external_id = models.CharField("platform's id", max_length=512)
    arn = models.CharField("ARN", max_length=1024, blank=True)
    kind = models.CharField("type", max_length=20, choices=choices(Kind), default=Kind.BASE)
    name = models.CharField(max_length=500)
    provider = models.CharField(max_length=500, blank=True)
    base_external_id = models.CharField("base model", max_length=512, blank=True)
    description = models.TextField(blank=True)
    input_modalities = models.JSONField(default=list, blank=True)
    output_modalities = models.JSONField(default=list, blank=True)
    streaming = models.BooleanField(null=True)
    customizations = models.JSONField(default=list, blank=True)
    inference_types = models.JSONField(default=list, blank=True)
    inference_profiles = models.JSONField(default=list, blank=True)
    platform_invocation_id = models.CharField(max_length=1024, blank=True)
    lifecycle = models.CharField(max_length=20, choices=choices(Lifecycle), default=Lifecycle.ACTIVE)
    lifecycle_word = models.CharField("platform's lifecycle word", max_length=200, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    legacy_at = models.DateTimeField(null=True, blank=True)
    end_of_life_at = models.DateTimeField(null=True, blank=True)
    capability_set = models.CharField(max_length=500, blank=True)
    traits = models.CharField(max_length=1000, blank=True)
    context_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    max_output_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    input_price = models.DecimalField("input, USD per 1M tokens", max_digits=14, decimal_places=6, null=True)
    output_price = models.DecimalField(
        "output, USD per 1M tokens", max_digits=14, decimal_places=6, null=True
    )
    price_source = models.CharField(max_length=300, blank=True)

    # Presence: kept by sync. A model counts as gone only after several complete syncs without it.
    listed = models.BooleanField(default=True)
    missed_syncs = models.PositiveSmallIntegerField(default=0)

    # Making and serving of custom models: kept by the customization app.
    build = models.CharField(max_length=20, choices=choices(BuildState), default=BuildState.BUILT)
    build_message = models.CharField(max_length=2000, blank=True)
    serving = models.CharField(max_length=20, choices=choices(ServingState), default=ServingState.PLATFORM)
    serving_message = models.CharField(max_length=2000, blank=True)
    serving_arn = models.CharField("throughput or deployment ARN", max_length=1024, blank=True)

    # What people decide.
    enabled = models.BooleanField(default=False)
    traits_override = models.CharField(
        "traits",
        max_length=1000,
        blank=True,
        help_text="Shown instead of the synced traits; sync never touches it.",
    )
    input_price_override = models.DecimalField(
        "input price, USD per 1M tokens", max_digits=14, decimal_places=6, null=True, blank=True
    )
    output_price_override = models.DecimalField(
        "output price, USD per 1M tokens", max_digits=14, decimal_places=6, null=True, blank=True
    )
    lifecycle_override = models.CharField(
        "lifecycle",
        max_length=20,
        blank=True,
        choices=[("active", "Treat as active"), ("legacy", "Treat as legacy")],
        help_text="Only used while the platform's own word is unknown to modelhub.",
    )
    note = models.TextField("note to other admins", blank=True)

    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    rev = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField("first seen", auto_now_add=True)
    changed_at = models.DateTimeField(auto_now_add=True)

    status = models.GeneratedField(
        expression=STATUS_EXPRESSION,
        output_field=models.CharField(max_length=10, choices=choices(Colour)),
        db_persist=True,
    )

    objects = ModelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "external_id"], name="one_row_per_platform_id"),
            # Names of our custom models are unique without regard to case; an archived model gives its name back.
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(kind="custom", platform="bedrock", archived_at=None),
                name="one_custom_model_per_name",
            ),
        ]
        indexes = [
            models.Index(Lower("name"), "id", name="model_by_name"),
            models.Index("provider", Lower("name"), "id", name="model_by_provider"),
            models.Index("status", Lower("name"), "id", name="model_by_status"),
            models.Index("kind", Lower("name"), "id", name="model_by_kind"),
            models.Index("platform", Lower("name"), "id", name="model_by_platform"),
            # Every count beside a filter comes from one GROUP BY over these: five times quicker at 10,000 rows.
            models.Index(
                fields=["status", "kind", "platform", "provider", "lifecycle", "capability_set"],
                name="model_facets",
            ),
        ]
        permissions = [
            ("enable_model", "Can enable and disable models"),
            ("sync_models", "Can sync models from the platforms"),
        ]
        default_permissions = ("change", "view")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalog:model", args=[self.pk])

    @property
    def facts(self) -> Facts:
        return Facts(
            platform=Platform(self.platform),
            kind=Kind(self.kind),
            listed=self.listed,
            lifecycle=self.effective_lifecycle,
            build=BuildState(self.build),
            serving=ServingState(self.serving),
            enabled=self.enabled,
            lifecycle_word=self.lifecycle_word,
            build_message=self.build_message,
            serving_message=self.serving_message,
            legacy_at=self.legacy_at,
            end_of_life_at=self.end_of_life_at,
            missed_syncs=self.missed_syncs,
        )

    @property
    def effective_lifecycle(self) -> Lifecycle:
        if self.lifecycle == Lifecycle.UNKNOWN.value and self.lifecycle_override:
            return Lifecycle(self.lifecycle_override)
        return Lifecycle(self.lifecycle)

    @property
    def explained(self) -> Status:
        """Colour, reason and next action, computed from the facts this object holds."""
        return status_of(self.facts)

    @property
    def capabilities(self) -> list[str]:
        return [word for word in self.capability_set.split(",") if word]

    @property
    def invocation_id(self) -> str:
        """The id an application passes to call this model: what serves it, else the platform's own; may be ""."""
        return self.serving_arn or self.platform_invocation_id

    @property
    def shown_traits(self) -> str:
        return self.traits_override or self.traits

    @property
    def shown_input_price(self) -> Decimal | None:
        return self.input_price if self.input_price_override is None else self.input_price_override

    @property
    def shown_output_price(self) -> Decimal | None:
        return self.output_price if self.output_price_override is None else self.output_price_override
