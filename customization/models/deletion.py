"""The wish to delete a custom model for good, and how far it has come."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from catalog.models import Model
from customization.models.resource import RemoteResource, due_index


class Deletion(RemoteResource):
    """One attempt to delete one custom model; a refused one stays as history."""

    class State(models.TextChoices):
        REQUESTED = "requested", "Being deleted"
        CLEANING = "cleaning", "Deleted; its results in S3 are being deleted"
        DONE = "done", "Deleted"
        REFUSED = "refused", "Refused"

    model = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="deletions")
    with_artifacts = models.BooleanField("also the results in S3", default=False)

    class Meta:
        default_permissions = ("view",)
        permissions = [("delete_custom_model", "Can delete custom models")]
        ordering = ["-created_at", "-id"]
        indexes = [due_index("deletion_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["model"], condition=Q(state="requested"), name="one_deletion_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"deletion of {self.remote_name or self.model_id}"

    @property
    def is_moving(self) -> bool:
        """Will it change without anybody's doing? Pages then look more often."""
        return self.state in (self.State.REQUESTED, self.State.CLEANING)
