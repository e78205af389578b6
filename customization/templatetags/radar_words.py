"""What strangers on the platform cost, for pages: ``{% unknown_cost as cost %}``."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils import timezone

from customization.radar.board import in_words
from customization.radar.costs import unknown_hourly

register = template.Library()


@register.simple_tag(takes_context=True)
def unknown_cost(context: Context) -> str:
    """ "2 unknown throughputs cost $121.00 an hour"; "" when there are none. The page's money clock knows already."""
    clock = context.get("money_clock")
    return in_words(clock().strangers if clock else unknown_hourly(timezone.now()))
