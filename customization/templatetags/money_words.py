"""The three costs of a custom model, for pages: ``{% costs_of model as costs %}``."""

from __future__ import annotations

from django import template

from catalog.models import Model
from customization import costs

register = template.Library()


@register.simple_tag
def costs_of(model: Model) -> list[costs.Cost]:
    return costs.costs_of(model)
