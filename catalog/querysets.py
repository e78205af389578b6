"""Questions about models, asked of the database."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from catalog.facts import Capability, Colour, Kind, Platform, Use


def has_capability(capability: str) -> Q:
    """``capability_set`` is stored as ",chat,tools,": the commas keep "image" from matching "imagery"."""
    return Q(capability_set__contains=f",{capability},")


CALLABLE = ~Q(serving_arn="") | ~Q(platform_invocation_id="")


class AppendOnly(models.QuerySet[Any]):
    """``Event.objects``: rows are added and read. (Django's own upkeep, such as SET_NULL, goes past this.)"""

    def update(self, **columns: Any) -> int:
        raise TypeError("Events are append-only: write a new one instead of changing these.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Events are append-only: they are never deleted.")


class ModelQuerySet(models.QuerySet[Any]):
    """``Model.objects``: which models exist and what they are good for."""

    def current(self) -> ModelQuerySet:
        """Without archived and deleted custom models; their rows stay for history."""
        return self.filter(archived_at=None)

    def usable(self) -> ModelQuerySet:
        """Only green models: listed, served and enabled.

        >>> Model.objects.usable().values_list("external_id", flat=True)
        """
        return self.filter(status=Colour.GREEN)

    def usable_for(self, use: Use | str) -> ModelQuerySet:
        """Green models that are also technically fit for ``use``; raises ValueError for an unknown use.

        Calling needs an id that can be called; being a customization base does not.

        >>> Model.objects.usable_for(Use.CHAT).first().invocation_id
        'us.anthropic.claude-sonnet-5-5'
        """
        use = Use(use)
        if use == Use.CUSTOMIZATION:
            fit = has_capability(Capability.FINE_TUNABLE) & Q(platform=Platform.BEDROCK, kind=Kind.BASE)
        else:
            fit = has_capability(use.value) & CALLABLE
        return self.usable().filter(fit)

    def search(self, text: str) -> ModelQuerySet:
        """Models whose name, id, provider or traits hold every word of ``text``, in any order and case."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(name__icontains=word)
                | Q(external_id__icontains=word)
                | Q(provider__icontains=word)
                | Q(traits__icontains=word)
                | Q(traits_override__icontains=word)
            )
        return found
