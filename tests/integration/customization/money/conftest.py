"""Throughputs of every kind, written as they end up, and prices."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from catalog.customs import add_custom_model
from catalog.models import Model
from customization.models import Throughput
from tests.builders import NOW, a_model

HOUR = timedelta(hours=1)


def a_base(number: int = 1, external_id: str = "amazon.nova-2-lite-v1:0:256k", **facts: Any) -> Model:
    usual = {"external_id": external_id, "name": "Nova 2 Lite", "capability_set": ",chat,fine-tunable,"}
    return a_model(number, **{**usual, **facts})


def rented(
    model: Model, number: int = 1, start: float | None = 3, end: float | None = None, **columns: Any
) -> Throughput:
    """Rented ``start`` hours before NOW, gone ``end`` hours before it."""
    state = "removed" if end is not None else "in service"
    usual = {
        "name": model.name,
        "remote_name": f"{model.name}-{number:04x}",
        "state": state,
        "units": 1,
        "unit_hour": Decimal("60.50"),
        "price_source": "AWS Price List, 2026-08-15",
        "created_at": NOW - (start or 0) * HOUR,
        "changed_at": NOW,
        "billed_from": None if start is None else NOW - start * HOUR,
        "billed_until": None if end is None else NOW - end * HOUR,
    }
    return Throughput.objects.create(model=model, **{**usual, **columns})


@pytest.fixture
def base(db: None) -> Model:
    return a_base()


@pytest.fixture
def model(base: Model) -> Model:
    return a_custom(base)


def a_custom(base: Model, name: str = "tone", **facts: Any) -> Model:
    made = add_custom_model(name, base, description="", actor=None, now=NOW)
    if facts:
        Model.objects.filter(pk=made.pk).update(**facts)
        made.refresh_from_db()
    return made
