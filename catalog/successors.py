"""What could take a retiring model's place."""

from __future__ import annotations

from django.db.models import F

from catalog.facts import Colour, Lifecycle
from catalog.models import Model


def successors_of(model: Model, most: int = 5) -> list[Model]:
    """Usable or enableable models of the same provider that do the same main thing, the newest first."""
    if not model.capabilities:
        return []
    same = (
        Model.objects.filter(provider=model.provider, status__in=[Colour.GREEN, Colour.YELLOW])
        .filter(capability_set__startswith=f",{model.capabilities[0]},", lifecycle=Lifecycle.ACTIVE)
        .exclude(pk=model.pk)
        .exclude(platform_invocation_id="", serving_arn="")
    )
    newest = F("released_at").desc(nulls_last=True)  # PostgreSQL takes "unknown" for the newest
    dated = list(same.order_by(newest, "-created_at", "name")[: most * 4])
    return [found for found in dated if found.end_of_life_at is None][:most]
