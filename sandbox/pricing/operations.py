"""GetProducts.

Source: botocore 1.44.5, service model pricing/2017-10-15: a page has at most 100 products, and each product is a
*string* of JSON.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.aws.json_target import Service
from sandbox.bedrock import pages
from sandbox.errors import PlatformError
from sandbox.pricing import products

if TYPE_CHECKING:
    from sandbox.world import World

MOST = 100
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "TERM_MATCH": lambda have, want: have.casefold() == want.casefold(),
    "EQUALS": lambda have, want: have == want,
    "CONTAINS": lambda have, want: want in have,
    "ANY_OF": lambda have, want: have in _words(want),
    "NONE_OF": lambda have, want: have not in _words(want),
}


def get_products(world: "World", given: dict[str, Any]) -> dict[str, Any]:
    size = given.get("MaxResults", MOST)
    if not isinstance(size, int) or not 1 <= size <= MOST:
        raise _invalid(f"MaxResults must be between 1 and {MOST}.")
    if given.get("FormatVersion", "aws_v1") != "aws_v1":
        raise _invalid("The format version is invalid.")
    service = given.get("ServiceCode")
    if not service:
        raise _invalid("A service code is needed.")
    found = [] if service != products.SERVICE else _matching(world, given.get("Filters") or [])
    start = _start(given.get("NextToken"))
    page = [json.dumps(product, separators=(",", ":")) for product in found[start : start + size]]
    more = {"NextToken": pages.write_token(start + size)} if start + size < len(found) else {}
    return {"FormatVersion": "aws_v1", "PriceList": page, **more}


SERVICE = Service(
    "pricing", "AWSPriceListService", "application/x-amz-json-1.1", {"GetProducts": get_products}
)


def _matching(world: "World", filters: list[Any]) -> list[dict[str, Any]]:
    for each in filters:
        if not isinstance(each, dict) or each.get("Type") not in _TESTS or not each.get("Field"):
            raise _invalid("A filter needs a known Type, a Field and a Value.")
    found = [products.product(row) for row in products.rows(world.prices)]
    return [product for product in found if all(_fits(product, each) for each in filters)]


def _fits(product: dict[str, Any], wanted: dict[str, Any]) -> bool:
    own = {"productFamily": product["product"]["productFamily"], "sku": product["product"]["sku"]}
    have = (product["product"]["attributes"] | own).get(wanted["Field"])
    return have is not None and _TESTS[wanted["Type"]](have, str(wanted.get("Value", "")))


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


def _start(token: str | None) -> int:
    try:
        return pages.read_token(token)
    except PlatformError:
        raise PlatformError(400, "InvalidNextTokenException", "The pagination token is invalid.") from None


def _invalid(message: str) -> PlatformError:
    return PlatformError(400, "InvalidParameterException", message)
