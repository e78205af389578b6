"""May we read what the radar, the idle notice and the prices need? One line each, which names what is not allowed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.utils import timezone

from customization.gateways import permissions
from customization.gateways.permissions import Denied, Noun
from modelhub.finding import Finding, State, simulated

_ALLOW = "Allow it (docs/operations.md, “What AWS must allow”)"


def things(name: str, noun: Noun) -> Finding:
    """Lists, one Get and its tags: what a look of the radar asks for."""
    try:
        there = permissions.read(noun)
    except Denied as denied:
        # Who makes no custom models here may leave their permissions out.
        state: State = "failed" if settings.S3_BUCKET else "warning"
        return _denied(name, state, denied, "until then what is there, and what it costs, is not known")
    return Finding(name, "ok", f"{'may be read' if there else 'may be listed, none is there'}{simulated()}")


def usage() -> Finding:
    """Is CloudWatch open to us?"""
    try:
        permissions.read_usage(timezone.now())
    except Denied as denied:
        return _denied("CloudWatch", "warning", denied, "until then no throughput is ever called idle")
    return Finding("CloudWatch", "ok", f"says how often a throughput was called{simulated()}")


def prices() -> Finding:
    """Is AWS's price list open to us?"""
    try:
        permissions.read_prices(settings.AWS_REGION)
    except Denied as denied:
        loss = "until then prices come from the bundled table and from admins"
        return _denied("AWS prices", "warning", denied, loss)
    return Finding("AWS prices", "ok", f"AWS’s price list may be read{simulated()}")


CHECKS: tuple[tuple[str, Callable[[], Finding]], ...] = (
    *(
        (name, partial(things, name, noun))
        for name, noun in (
            ("Custom models", permissions.MODELS),
            ("Jobs", permissions.JOBS),
            ("Throughputs", permissions.THROUGHPUTS),
            ("Deployments", permissions.DEPLOYMENTS),
        )
    ),
    ("CloudWatch", usage),
    ("AWS prices", prices),
)


def _denied(name: str, state: State, denied: Denied, loss: str) -> Finding:
    return Finding(name, state, f"{denied.action} is not allowed", f"{_ALLOW}; {loss}.")
