"""How a change of a throughput or deployment reaches its model: one transaction, one Event, one computed status."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from catalog.customs import change_custom_model
from catalog.models import Model
from customization.capacity.facts import Server, Serving, serving_of
from customization.capacity.states import LIVE
from customization.models import TABLES


def tell_model(
    model: Model,
    action: str,
    *,
    now: datetime,
    actor: User | None = None,
    why: str = "",
    detail: dict[str, Any] | None = None,
    withdrawn: str = "",
) -> Model:
    """Write what serves the model now. Must run in the transaction that changed the row, after ``next_revision()``.

    ``withdrawn``: the ARN that may not be called any more. A model that was called by it, or that nothing serves
    now, is no longer enabled: what is provisioned later must be enabled again.
    """
    serving = serving_now(model)
    facts: dict[str, Any] = {
        "serving": serving.state,
        "serving_message": serving.message[:2000],
        "serving_arn": serving.arn,
    }
    called_by = Model.objects.values_list("serving_arn", flat=True).get(pk=model.pk)
    if withdrawn and (called_by == withdrawn or not serving.arn):
        facts["enabled"] = False
    return change_custom_model(model, action, now=now, actor=actor, why=why[:2000], detail=detail, **facts)


def serving_now(model: Model) -> Serving:
    """What serves the model, from its live rows and the newest of the ended ones."""
    servers: list[Server] = []
    for table in TABLES.values():
        rows = table.objects.filter(model=model)
        servers += [row.server for row in rows.filter(state__in=sorted(LIVE))]
        newest = rows.order_by("-created_at", "-pk").first()
        servers += [newest.server] if newest and not newest.is_live else []
    return serving_of(servers)
