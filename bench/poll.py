"""One poll of 50 rows, unchanged and with 5 changed, against 50 polls of one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.core.cache import cache

from bench.pairs import Aim, Comparison, alternate, cpu
from bench.size import Size
from bench.world import Database, asker, fill, login
from catalog.history import current_revision
from catalog.listing import PAGE_SIZE, Wish, matching
from catalog.models import Model, Revision

CHANGED = 5


def compare(size: Size) -> Iterator[Comparison]:
    Database("large")
    fill(size.many)
    ask = asker(login())
    shown = list(matching(Wish()).values_list("pk", flat=True)[:PAGE_SIZE])
    revision = current_revision()
    query = f"&everything={size.many}&ids={','.join(map(str, shown))}"

    def unchanged() -> None:
        ask(f"/models/poll?since={revision}{query}", 204)

    def changed() -> None:
        ask(f"/models/poll?since={revision - 1}{query}")

    def changed_uncounted() -> None:
        cache.clear()
        changed()

    def one_by_one() -> None:
        for pk in shown:
            ask(f"/bench/row/{pk}")

    yield _line("poll, nothing changed (204)", unchanged, one_by_one, size, size.calls * 10, Aim(low=75))
    _change(shown[:CHANGED], revision + 1)
    revision += 1
    changed()
    yield _line("poll, 5 of 50 changed", changed, one_by_one, size, size.calls)
    yield _line("poll, 5 of 50 changed, first to ask", changed_uncounted, one_by_one, size, size.calls)


def _line(
    what: str,
    ours: Callable[[], None],
    theirs: Callable[[], None],
    size: Size,
    calls: int,
    aim: Aim | None = None,
) -> Comparison:
    ours()
    theirs()
    pairs = alternate(cpu(ours, calls), cpu(theirs, max(1, size.calls // 10)), size.pairs)
    return Comparison(f"{what}, {size.many:,} rows", "one poll", "50 one-row polls", pairs, aim=aim)


def _change(keys: list[int], revision: int) -> None:
    Model.objects.filter(pk__in=keys).update(rev=revision)
    Revision.objects.update(number=revision)
    assert current_revision() == revision
