"""What every row has that stands for something on the platform: our token, its name, its state, when to look next."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When


def new_token() -> str:
    return str(uuid.uuid4())


def token_in(text: str) -> str:
    """The token that a form brings back; "" for what is none."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""


class RemoteResource(models.Model):
    """An intent, committed before any remote call, and what has been seen of it since.

    ``next_check_at`` is the work list: a tick looks at every row that is due; None means that nothing will change.
    """

    request_token = models.CharField(max_length=256, unique=True, default=new_token, editable=False)
    remote_name = models.CharField("name on the platform", max_length=63, blank=True)
    arn = models.CharField("ARN", max_length=1024, blank=True, db_index=True)
    state = models.CharField(max_length=20)
    remote_word = models.CharField("platform's word", max_length=100, blank=True)
    failure = models.TextField(blank=True)
    trouble = models.TextField("passing trouble", blank=True)
    alarm = models.TextField(blank=True)
    last_request_id = models.CharField("AWS request id", max_length=200, blank=True)
    sent_at = models.DateTimeField("last sent", null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField("fruitless looks in a row", default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True

    @classmethod
    def due(cls, now: datetime, most: int = 1000) -> list[Self]:
        """Rows whose time has come, the longest waiting first."""
        return list(
            cls._default_manager.filter(next_check_at__lte=now).order_by("next_check_at", "pk")[:most]
        )

    def claim(self, until: datetime) -> bool:
        """Take the row for one look: its due time moves on *before* the look, so that a broken row can't stall the
        loop, and two reconcilers never look at the same row at once. False when somebody else was first."""
        taken = (
            type(self)
            ._default_manager.filter(pk=self.pk, next_check_at=self.next_check_at)
            .update(next_check_at=until)
        )
        if taken:
            self.next_check_at = until
        return bool(taken)

    def move(self, before: str, *, only_if: Q | None = None, **columns: Any) -> bool:
        """Compare-and-swap: write ``columns`` if the state is still ``before``. The only way a state changes.

        ``only_if`` names more that must still be as it was when the row was read. Of two due times
        the sooner wins: whoever made the row due since it was read (somebody stops it) is not made to wait.
        """
        same = type(self)._default_manager.filter(pk=self.pk, state=before)
        written = columns | self._due_unless_sooner(columns)
        moved = (same.filter(only_if) if only_if else same).update(**written)
        if moved:
            for name, value in columns.items():
                setattr(self, name, value)
        return bool(moved)

    def _due_unless_sooner(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        if "next_check_at" not in columns:
            return {}
        wanted = columns["next_check_at"]
        ours_to_write = Q(next_check_at=self.next_check_at)  # nobody has touched it since this object read it
        if wanted is not None:
            ours_to_write |= Q(next_check_at=None) | Q(next_check_at__gt=wanted)
        new = When(ours_to_write, then=Value(wanted, output_field=models.DateTimeField()))
        return {"next_check_at": Case(new, default=F("next_check_at"))}


def due_index(name: str) -> models.Index:
    """The work list stays small however many settled rows there are."""
    return models.Index(fields=["next_check_at"], name=name, condition=Q(next_check_at__isnull=False))
