"""What AWS says Amazon Bedrock costs: the Price List service, read only.

Shapes: botocore's service model pricing/2017-10-15. A page has at most 100 products, and each
product is a *string* of JSON.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog.platforms.base import TransientError
from customization.gateways.door import aws
from customization.price_list import Product, product_from

SERVICE = "AmazonBedrock"


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything Amazon Bedrock charges for in one region, and how many entries were of no shape we know."""

    products: tuple[Product, ...]
    unreadable: int = 0


def listing(region: str) -> Listing:
    """Read the whole list of a region. Raises one of our platform errors; an answer without its list is one."""
    found: list[Product | None] = []
    where = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}]
    with aws.translated():
        pages = aws.client("pricing").get_paginator("get_products")
        for page in pages.paginate(ServiceCode=SERVICE, Filters=where):
            entries = page.get("PriceList")
            if not isinstance(entries, list):
                raise TransientError("GetProducts answered without “PriceList”.", code="BrokenAnswer")
            found += map(product_from, entries)
    products = tuple(product for product in found if product is not None)
    return Listing(products, len(found) - len(products))
