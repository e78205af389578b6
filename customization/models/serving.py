"""What makes a custom model callable, and what it costs: throughputs and deployments, all that ever were."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import Q

from catalog.models import Model
from customization.capacity.decide import ServeFacts
from customization.capacity.facts import Server
from customization.capacity.ledger import Meter
from customization.capacity.states import ENDED, LIVE, Noun, ServeState
from customization.models.resource import RemoteResource, due_index

_LIVE = sorted(state.value for state in LIVE)
# Instead of a reason that somebody typed: nobody has chosen that it runs without an end.
END_NOT_KNOWN = "recovered: its end is not known"


class ServingResource(RemoteResource):
    """A throughput or a deployment. Rows are never deleted: they are the history of what was paid for."""

    noun: Noun

    model = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="%(class)ss")
    name = models.CharField(max_length=63)
    adopted = models.BooleanField(default=False)
    billed_from = models.DateTimeField("accepted by the platform", null=True, blank=True)
    billed_until = models.DateTimeField("gone from the platform", null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failure_at = models.DateTimeField("failure first seen", null=True, blank=True)
    seen_at = models.DateTimeField("last seen on the platform", null=True, blank=True)
    removal_asked_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField("why it ended", max_length=300, blank=True)
    ended_by_name = models.CharField("removed by", max_length=200, blank=True)
    # In words, for accounts are deleted and what was paid for stays.
    provisioned_by = models.CharField(max_length=300, default="modelhub")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.remote_name or self.name

    @property
    def facts(self) -> ServeFacts:
        return ServeFacts(
            state=ServeState(self.state),
            sent_at=self.sent_at,
            shown=self.seen_at is not None or self.adopted,
            misses=0 if self.trouble else self.attempts,  # a look that failed has shown nothing
            created_at=self.created_at,
            model_arn=self.model.arn,
        )

    @property
    def server(self) -> Server:
        return Server(
            noun=self.noun,
            state=ServeState(self.state),
            created_at=self.created_at,
            arn=self.arn,
            message=self._message[:2000],
        )

    @property
    def _message(self) -> str:
        if self.state == ServeState.UNKNOWN and not self.alarm:
            return f"the platform says “{self.remote_word}”"
        return self.failure or self.alarm

    @property
    def is_live(self) -> bool:
        return self.state not in ENDED

    @property
    def can_be_removed(self) -> bool:
        return self.is_live and self.state != ServeState.REMOVING


class Throughput(ServingResource):
    """Model units rented by the hour, without commitment, with an end."""

    noun = Noun.THROUGHPUT

    units = models.PositiveIntegerField("model units")
    ends_at = models.DateTimeField("lease ends", null=True, blank=True)
    no_end_reason = models.CharField("why it has no end", max_length=300, blank=True)
    warned_minutes = models.PositiveSmallIntegerField(
        "last warning, minutes before the end", null=True, blank=True
    )
    unit_hour = models.DecimalField(
        "USD per unit-hour", max_digits=14, decimal_places=4, null=True, blank=True
    )
    price_source = models.CharField(max_length=300, blank=True)
    in_service_at = models.DateTimeField("in service since", null=True, blank=True)
    last_invoked_at = models.DateTimeField("last call seen", null=True, blank=True)
    usage_read_from = models.DateTimeField("usage known without a gap since", null=True, blank=True)
    usage_read_at = models.DateTimeField("usage last read", null=True, blank=True)
    usage_trouble = models.CharField("why usage is unknown", max_length=500, blank=True)
    idle_told_for = models.DateTimeField("beginning of the idle time last told of", null=True, blank=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [("spend", "May spend: provision, extend and remove throughput and deployments")]
        ordering = ["-created_at", "-id"]
        indexes = [due_index("throughput_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["model"], condition=Q(state__in=_LIVE), name="one_live_throughput_per_model"
            ),
            models.UniqueConstraint(fields=["arn"], condition=~Q(arn=""), name="one_row_per_throughput"),
        ]

    @property
    def meter(self) -> Meter:
        return Meter(self.units, self.unit_hour, self.billed_from, self.billed_until, self.failed_at)

    @property
    def lost_its_end(self) -> bool:
        """Did it come home by itself? An alarm that is over once somebody sets an end, or types why there is none."""
        return self.ends_at is None and self.no_end_reason == END_NOT_KNOWN

    @property
    def in_service_since(self) -> datetime | None:
        """From when on it could be called; for rows that do not know, from when on it was billed."""
        return self.in_service_at or self.billed_from

    def hours(self, now: datetime) -> Decimal:
        return self.meter.hours(now)

    def cost(self, now: datetime) -> Decimal | None:
        return self.meter.cost(now)


class Deployment(ServingResource):
    """An on-demand deployment: callers pay by the token, nothing is paid while nobody calls."""

    noun = Noun.DEPLOYMENT

    class Meta:
        default_permissions = ("view",)
        ordering = ["-created_at", "-id"]
        indexes = [due_index("deployment_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["model"], condition=Q(state__in=_LIVE), name="one_live_deployment_per_model"
            ),
            models.UniqueConstraint(fields=["arn"], condition=~Q(arn=""), name="one_row_per_deployment"),
        ]


TABLES: dict[Noun, type[Throughput] | type[Deployment]] = {
    Noun.THROUGHPUT: Throughput,
    Noun.DEPLOYMENT: Deployment,
}
