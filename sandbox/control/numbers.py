"""How often a model was called, and what AWS asks for it: numbers that CloudWatch and the price list show."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.cloudwatch import metrics
from sandbox.control.refusal import Refusal
from sandbox.pricing import products
from sandbox.wire import Request

if TYPE_CHECKING:
    from sandbox.world import World

_SHOWN = ("usagetype", "region", "unit", "usd", "provider", "model")


def invoke(world: "World", request: Request) -> dict[str, Any]:
    """Body: arn (or any model id), count, optional at (ISO 8601). Counts invocations in that minute."""
    wish = request.json()
    count = int(wish.get("count", 1))
    if count < 1:
        raise Refusal(400, "count must be a whole number from 1")
    moment = wish.get("at")
    at = world.clock.timestamp() if moment is None else _timestamp(str(moment))
    with world.owned.lock:
        return metrics.record(world.invocations, str(wish["arn"]), count, at)


def prices(world: "World", request: Request) -> dict[str, Any]:
    """Every row of the price list as it is now."""
    rows = [{name: row[name] for name in _SHOWN} for row in products.rows(world.prices)]
    return {"prices": [row | {"usd": float(row["usd"])} for row in rows]}


def set_price(world: "World", request: Request) -> dict[str, Any]:
    """Body: usagetype, region, usd; null takes the row out of the list."""
    wish = request.json()
    region, usagetype = str(wish["region"]), str(wish["usagetype"])
    if not products.is_known(region, usagetype):
        raise Refusal(404, f"no such price: {usagetype} in {region}")
    usd = None if wish["usd"] is None else float(wish["usd"])
    if usd is not None and not 0 <= usd < 1_000_000:
        raise Refusal(400, "usd must be a number from 0, or null")
    world.prices.put(products.key_of(region, usagetype), {"usd": usd})
    return {"usagetype": usagetype, "region": region, "usd": usd}


def _timestamp(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
