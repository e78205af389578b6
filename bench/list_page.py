"""The list page against the stock admin change list of the same rows, and 10,000 rows against 500."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.core.cache import cache

from bench.pairs import Aim, Comparison, alternate, cpu
from bench.size import Size
from bench.world import Ask, Database, asker, fill, login
from catalog import rows

OURS, STOCK = "/models/", "/bench/stock/catalog/model/"
STOCK_WITH_FILTERS = "/bench/stock-filters/catalog/model/"


class World:
    """One size of catalog with somebody logged in."""

    def __init__(self, which: str, count: int) -> None:
        self.database = Database(which)
        self.count = count
        fill(count)
        self.ask: Ask = asker(login())

    def page(self, address: str) -> None:
        self.database.use()
        self.ask(address)


def compare(size: Size) -> Iterator[Comparison]:
    small, large = World("small", size.few), World("large", size.many)
    for world in (small, large):
        yield _against_stock(world, size, "first page", OURS, STOCK, Aim(low=5))
        yield _against_stock(world, size, "first page, both with filters", OURS, STOCK_WITH_FILTERS)
    yield _growth(small, large, size)
    yield _after(large, size, "first page after a change", cache.clear)
    yield _after(large, size, "first page, nothing remembered", _forget)
    sides = (
        ("filtered: status yellow", "?status=yellow", "?status__exact=yellow"),
        ("filtered: provider Meta", "?provider=Meta", "?provider__exact=Meta"),
        ("searched: “meta 7”", "?q=meta+7", "?q=meta+7"),
        ("page 2", "?page=2", "?p=2"),
    )
    for what, ours, stock in sides:
        for world in (small, large):
            yield _against_stock(world, size, what, OURS + ours, STOCK + stock)


def _against_stock(
    world: World, size: Size, what: str, ours: str, stock: str, aim: Aim | None = None
) -> Comparison:
    _warm(world, ours, stock)
    pairs = alternate(
        cpu(lambda: world.page(ours), size.calls),
        cpu(lambda: world.page(stock), size.calls),
        size.pairs,
    )
    return Comparison(f"list, {world.count:,} rows, {what}", "list page", "stock admin", pairs, aim=aim)


def _growth(small: World, large: World, size: Size) -> Comparison:
    pairs = alternate(
        cpu(lambda: small.page(OURS), size.calls * 2),
        cpu(lambda: large.page(OURS), size.calls * 2),
        size.pairs,
    )
    sides = (f"{small.count:,} rows", f"{large.count:,} rows")
    return Comparison("list, first page, growth", *sides, pairs, aim=Aim(high=1.15))


def _after(world: World, size: Size, what: str, forget: Callable[[], None]) -> Comparison:
    """The first look after something was forgotten: a change makes the counts anew, a new process the rows too."""

    def page() -> None:
        forget()
        world.page(OURS)

    pairs = alternate(cpu(page, size.calls), cpu(lambda: world.page(STOCK), size.calls), size.pairs)
    return Comparison(f"list, {world.count:,} rows, {what}", "list page", "stock admin", pairs)


def _forget() -> None:
    cache.clear()
    rows._remembered.cache_clear()
    rows._html_of.cache_clear()


def _warm(world: World, *addresses: str) -> None:
    for address in addresses:
        for _ in range(3):
            world.page(address)
