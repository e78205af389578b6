"""Whether anybody calls a throughput, for pages: ``{% usage_of throughput as usage %}``."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.template import Context
from django.utils import timezone

from customization.capacity.idle import Idle
from customization.capacity.states import ServeState
from customization.models import Throughput
from customization.serving import usage

register = template.Library()


@register.simple_tag(takes_context=True)
def usage_of(context: Context, throughput: Throughput) -> Idle | None:
    """What is known of its calls at the page's ``now``; None unless it is in service."""
    now = context.get("now")
    moment = now if isinstance(now, datetime) else timezone.now()
    if throughput.state != ServeState.IN_SERVICE:
        return None
    return usage.usage_of(throughput, moment, timezone.get_current_timezone())
