"""Platforms whose HTTP answer has been fetched already: sync is measured from the Listing on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.conf import settings

from catalog.facts import Platform
from catalog.platforms import bedrock, openai
from catalog.platforms.base import Listing
from sandbox.catalogue import synthetic

CHANGED_NAME = " (renamed)"
_held: dict[str, Listing] = {}


class Canned:
    """A ``CatalogPlatform`` that answers at once with the listing it was given."""

    platform: Platform

    def list_models(self) -> Listing:
        return _held[self.platform]


class CannedBedrock(Canned):
    platform = Platform.BEDROCK


class CannedOpenAI(Canned):
    platform = Platform.OPENAI


def listing(platform: str, count: int) -> Listing:
    """``count`` synthetic models, read by the product's own adapter code."""
    if platform == "openai":
        return openai.read_listing([synthetic.openai_model(number) for number in range(count)])
    return bedrock.read_listing((synthetic.bedrock_model(number) for number in range(count)), {})


def with_changes(full: Listing, every: int, mark: str = CHANGED_NAME) -> Listing:
    """The same listing with one model in ``every`` renamed."""
    models = [
        replace(info, name=info.name + mark) if position % every == 0 else info
        for position, info in enumerate(full.models)
    ]
    return replace(full, models=models)


def hold(platform: str, answer: Listing) -> None:
    """What the platform answers from now on."""
    _held[platform] = answer


@contextmanager
def platforms(**counts: int) -> Iterator[None]:
    """Put canned platforms in the place of the real adapters."""
    for platform, count in counts.items():
        hold(platform, listing(platform, count))
    real = settings.CATALOG_PLATFORMS
    settings.CATALOG_PLATFORMS = {
        "bedrock": "bench.canned.CannedBedrock",
        "openai": "bench.canned.CannedOpenAI",
    }
    try:
        yield
    finally:
        settings.CATALOG_PLATFORMS = real
