"""What strangers on the platform cost, for pages: ``{% unknown_cost as cost %}``."""

from __future__ import annotations

from django import template
from django.utils import timezone

from customization.radar.board import in_words
from customization.radar.costs import unknown_hourly

register = template.Library()


@register.simple_tag
def unknown_cost() -> str:
    """ "2 unknown throughputs cost $121.00 an hour"; "" when there are none."""
    return in_words(unknown_hourly(timezone.now()))
