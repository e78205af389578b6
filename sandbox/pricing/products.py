"""Amazon Bedrock's rows of the AWS Price List, from ``catalogue/prices.csv``, and what control changed in them.

The shape of a product and its attributes (regionCode, inferenceType, servicecode, feature, provider, usagetype,
locationType, location, model, servicename, operation): a real answer of June 2025 quoted in
github.com/aws/aws-cli/issues/9567, where an input-token row has the unit "1K tokens". Units "1K tokens", "hour" and
"Model / month" and the rows marked ``real``: people's records of the API of August 2026 (Nova 2 Lite, Llama 3.1 70B).
The other rows, "1M tokens", the features of customization rows and all of Oregon's prices but Llama's are plausible
inventions. SKUs are ours. Claude and a few others have no throughput row, as in the real list.
"""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.bedrock.ids import short_id
from sandbox.store import Record, Shelf

SERVICE = "AmazonBedrock"
REGIONS = {  # code -> prefix of its usage types, AWS's name for it
    "us-east-1": ("USE1", "US East (N. Virginia)"),
    "us-west-2": ("USW2", "US West (Oregon)"),
}
_TABLE = Path(__file__).parent.parent / "catalogue" / "prices.csv"
_TERM, _RATE, _DAY = "JRTCKXETXF", "6YS6EN2CT7", "2026-08-01T00:00:00Z"  # AWS's codes for on-demand terms


@cache
def _table() -> tuple[Record, ...]:
    with _TABLE.open(newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    return tuple(
        row | {"region": region, "usagetype": f"{REGIONS[region][0]}-{row['usage']}"}
        for row in csv.DictReader(lines)
        for region in row["regions"].split()
    )


def rows(changes: Shelf) -> Iterator[Record]:
    """As they are now; a row whose price was taken away is not there."""
    for row in _table():
        change = changes.get(key_of(row["region"], row["usagetype"]))
        usd = change["usd"] if change else row["usd"]
        if usd is not None:
            yield row | {"usd": usd}


def is_known(region: str, usagetype: str) -> bool:
    return any((row["region"], row["usagetype"]) == (region, usagetype) for row in _table())


def key_of(region: str, usagetype: str) -> str:
    return f"{region}/{usagetype}"


def product(row: Record) -> dict[str, Any]:
    sku = short_id(key_of(row["region"], row["usagetype"])).upper()
    return {
        "product": {"productFamily": "Amazon Bedrock", "attributes": _attributes(row), "sku": sku},
        "serviceCode": SERVICE,
        "terms": {"OnDemand": {f"{sku}.{_TERM}": _term(row, sku)}},
        "version": "20260801000000",
        "publicationDate": _DAY,
    }


def _attributes(row: Record) -> dict[str, str]:
    attributes = {
        "regionCode": row["region"],
        "inferenceType": row["inference"],
        "servicecode": SERVICE,
        "feature": row["feature"],
        "provider": row["provider"],
        "usagetype": row["usagetype"],
        "locationType": "AWS Region",
        "location": REGIONS[row["region"]][1],
        "model": row["model"],
        "servicename": "Amazon Bedrock",
    }
    return {name: value for name, value in attributes.items() if value} | {"operation": ""}


def _term(row: Record, sku: str) -> dict[str, Any]:
    place, rate = REGIONS[row["region"]][1], f"{sku}.{_TERM}.{_RATE}"
    dimension = {
        "unit": row["unit"],
        "endRange": "Inf",
        "description": f"${float(row['usd']):.5f} per {row['unit']} for {row['usage']} in {place}",
        "appliesTo": [],
        "rateCode": rate,
        "beginRange": "0",
        "pricePerUnit": {"USD": f"{float(row['usd']):.10f}"},
    }
    return {
        "priceDimensions": {rate: dimension},
        "sku": sku,
        "effectiveDate": _DAY,
        "offerTermCode": _TERM,
        "termAttributes": {},
    }
