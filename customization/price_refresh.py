"""Prices from AWS's own list, once a day and when somebody asks. What can't be read or believed changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from catalog.platforms.base import AuthError, PlatformError, TransientError
from customization.gateways import price_list as gateway
from customization.gateways.price_list import Listing
from customization.models import Price, PriceList
from customization.price_list import Figure, Known, Understood, understand, why_implausible
from customization.pricing import Part

log = structlog.get_logger(__name__)

_EVERY, _AGAIN, _WHILE_LOOKING = timedelta(days=1), timedelta(hours=1), timedelta(minutes=10)
_SHOWN = 200


def state() -> PriceList | None:
    """What became of reading our region's list; None before the first look."""
    return PriceList.objects.filter(region=settings.AWS_REGION).first()


def ask(now: datetime) -> None:
    """Somebody wants it read now; a second press changes nothing."""
    PriceList.objects.update_or_create(
        region=settings.AWS_REGION, defaults={"next_check_at": now, "asked_at": now}
    )


def refresh_due(now: datetime) -> bool:
    """Read the list if it is due; True when this call looked. Safe to run twice and in parallel."""
    row, _ = PriceList.objects.get_or_create(region=settings.AWS_REGION, defaults={"next_check_at": now})
    if row.next_check_at > now or not row.claim(now + _WHILE_LOOKING):
        return False
    refresh(row, now)
    return True


def refresh(row: PriceList, now: datetime) -> None:
    """Read the list and take it over in one transaction, or write down why not."""
    try:
        listing = gateway.listing(row.region)
    except PlatformError as error:
        log.info("prices_not_read", error=error.message, code=error.code)
        _note(
            row,
            now,
            again=_AGAIN if isinstance(error, TransientError) else _EVERY,
            trouble=error.message,
            needs_permission=isinstance(error, AuthError),
        )
        return
    _take_over(row, listing, now)


def _take_over(row: PriceList, listing: Listing, now: datetime) -> None:
    understood = understand(listing.products)
    said: dict[str, Any] = {
        "not_understood": list(understood.not_understood[:_SHOWN]),
        "unreadable": listing.unreadable,
    }
    with transaction.atomic():
        before = {price.base_prefix: price for price in _ours(row.region)}
        if why := why_implausible(_known(before), understood.figures):
            _note(row, now, trouble=f"{why} The prices stay as they were.", **said)
            return
        _write(row.region, before, understood)
        _note(row, now, refreshed_at=now, figures=len(understood.figures), **said)


def _ours(region: str) -> list[Price]:
    return list(Price.objects.select_for_update().filter(region=region, origin=Price.Source.PLATFORM))


def _known(prices: dict[str, Price]) -> list[Known]:
    """What an earlier look found. The sandbox's prices are no measure for those of AWS, nor the other way round."""
    return [
        (prefix, part)
        for prefix, price in prices.items()
        for part in Part
        if price.source == _source() and getattr(price, part.value) is not None
    ]


def _write(region: str, before: dict[str, Price], understood: Understood) -> None:
    figures: dict[str, dict[Part, Figure]] = {}
    for (prefix, part), figure in understood.figures.items():
        figures.setdefault(prefix, {})[part] = figure
    Price.objects.filter(pk__in=[row.pk for prefix, row in before.items() if prefix not in figures]).delete()
    for prefix, parts in figures.items():
        columns: dict[str, Any] = {part.value: parts[part].usd if part in parts else None for part in Part}
        Price.objects.update_or_create(
            base_prefix=prefix,
            region=region,
            origin=Price.Source.PLATFORM,
            defaults=columns | {"source": _source(), "as_of": max(figure.as_of for figure in parts.values())},
        )


def _source() -> str:
    return "The sandbox’s price list" if settings.PLATFORM_ENDPOINTS.aws_is_sandbox else "AWS Price List"


def _note(
    row: PriceList, now: datetime, *, again: timedelta = _EVERY, trouble: str = "", **columns: Any
) -> None:
    said = {"needs_permission": False, **columns}
    PriceList.objects.filter(pk=row.pk).update(checked_at=now, trouble=trouble, **said)
    # Who asked meanwhile is not made to wait a day.
    PriceList.objects.filter(pk=row.pk, next_check_at=row.next_check_at).update(next_check_at=now + again)
