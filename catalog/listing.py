"""The Models page as data: what the URL asks for, which rows that is, and the counts beside each filter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2s
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.http import QueryDict

from catalog.facts import Capability, Colour, Kind, Lifecycle, Platform
from catalog.models import Model
from catalog.querysets import ModelQuerySet, has_capability

PAGE_SIZE = 50
_BY_NAME = (Lower("name").asc(), "id")
SORTS: dict[str, tuple[Any, ...]] = {
    "name": _BY_NAME,
    "-name": (Lower("name").desc(), "-id"),
    "kind": ("kind", *_BY_NAME),
    "-kind": ("-kind", *_BY_NAME),
    "platform": ("platform", *_BY_NAME),
    "-platform": ("-platform", *_BY_NAME),
    "provider": ("provider", *_BY_NAME),
    "-provider": ("-provider", *_BY_NAME),
    "status": ("status", *_BY_NAME),
    "-status": ("-status", *_BY_NAME),
}
# URL parameter -> (title, words with a fixed order and label; None: whatever the data holds).
FACETS: dict[str, tuple[str, Iterable[Any] | None]] = {
    "status": ("Status", Colour),
    "type": ("Type", Kind),
    "platform": ("Platform", Platform),
    "provider": ("Provider", None),
    "capability": ("Capability", Capability),
    "lifecycle": ("Lifecycle", Lifecycle),
}
_COLUMNS = {"status": "status", "type": "kind", "platform": "platform", "provider": "provider",
            "lifecycle": "lifecycle", "capability": "capability_set"}  # fmt: skip
NO_PROVIDER = "unknown"


@dataclass(frozen=True)
class Wish:
    """What the address bar asks for. Unknown words are dropped, so every URL shows a page."""

    q: str = ""
    sort: str = "name"
    page: int = 1
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_query(cls, query: QueryDict) -> Wish:
        chosen = {}
        for name, (_, words) in FACETS.items():
            asked = (value.replace("\x00", "") for value in query.getlist(name))  # PostgreSQL refuses NUL
            wanted = [value for value in dict.fromkeys(asked) if value]
            known = None if words is None else {word.value for word in words}
            kept = tuple(value for value in wanted if known is None or value in known)
            if kept:
                chosen[name] = kept
        page = query.get("page", "1")
        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:200],
            sort=query.get("sort", "") if query.get("sort") in SORTS else "name",
            page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
            chosen=chosen,
        )

    def url(self, **changes: Any) -> str:
        """The query string of this wish with some fields changed; page 1 unless ``page`` is given."""
        other = replace(self, **{"page": 1, **changes})
        pairs: list[tuple[str, str]] = [("q", other.q)] if other.q else []
        pairs += [(name, value) for name in FACETS for value in other.chosen.get(name, ())]
        pairs += [("sort", other.sort)] if other.sort != "name" else []
        pairs += [("page", str(other.page))] if other.page > 1 else []
        return f"?{urlencode(pairs)}" if pairs else "?"

    def toggled(self, name: str, value: str) -> str:
        """The URL with one filter value switched on or off."""
        values = self.chosen.get(name, ())
        kept = tuple(v for v in values if v != value) if value in values else (*values, value)
        return self.url(chosen={**self.chosen, name: kept})

    def without(self, name: str) -> str:
        return self.url(chosen={**self.chosen, name: ()})

    def sorted_by(self, column: str) -> str:
        """The URL that sorts by a column, or turns the order round when it is sorted by it already."""
        return self.url(sort=f"-{column}" if self.sort == column else column)

    @property
    def is_filtered(self) -> bool:
        return bool(self.q or any(self.chosen.values()))


@dataclass(frozen=True)
class Option:
    """One value of a facet: how many models it would show, and the URL that switches it."""

    value: str
    label: str
    count: int
    chosen: bool
    url: str


@dataclass(frozen=True)
class Facet:
    name: str
    title: str
    options: list[Option]
    clear_url: str

    @property
    def chosen(self) -> list[Option]:
        return [option for option in self.options if option.chosen]

    @property
    def total(self) -> int:
        """What is shown when nothing of this facet is chosen; right where a model has one value of it."""
        return sum(option.count for option in self.options)


@dataclass(frozen=True)
class Head:
    """A column's head: the URL that sorts by it ("" when it can't be sorted) and how it is sorted now."""

    column: str
    label: str
    url: str = ""
    direction: str = ""


def heads(wish: Wish) -> list[Head]:
    """The heads of the table, in order."""
    titles = {"status": "Status", "name": "Model name", "kind": "Type", "provider": "Model provider",
              "platform": "Platform"}  # fmt: skip
    found = [
        Head(column, label, wish.sorted_by(column), _direction(wish.sort, column))
        for column, label in titles.items()
    ]
    return [*found, Head("traits", "Traits")]


def _direction(sort: str, column: str) -> str:
    return {column: "ascending", f"-{column}": "descending"}.get(sort, "")


Combo = tuple[dict[str, str], int]


def matching(wish: Wish) -> ModelQuerySet:
    """The models a wish asks for, sorted."""
    found = Model.objects.current().search(wish.q)
    for name, values in wish.chosen.items():
        found = found.filter(_filter(name, values))
    return found.order_by(*SORTS[wish.sort])


def _filter(name: str, values: tuple[str, ...]) -> Q:
    if name == "capability":
        wanted = Q()
        for value in values:
            wanted |= has_capability(value)
        return wanted
    if name == "provider":
        values = tuple("" if value == NO_PROVIDER else value for value in values)
    return Q(**{f"{_COLUMNS[name]}__in": values})


def combos(q: str, revision: int) -> list[Combo]:
    """How many models share each combination of facet values, for one search text.

    One GROUP BY answers every count on the page, and the revision makes it safe to keep: it changes with any model.
    """
    key = f"combos:{revision}:{blake2s(q.encode()).hexdigest()}"
    found: list[Combo] | None = cache.get(key)
    if found is None:
        names = list(_COLUMNS)
        rows = (
            Model.objects.current()
            .search(q)
            .order_by()
            .values_list(*_COLUMNS.values())
            .annotate(count=Count("pk"))
        )
        found = [(dict(zip(names, row, strict=False)), row[-1]) for row in rows]
        cache.set(key, found, 300)
    return found


def total(wish: Wish, rows: list[Combo]) -> int:
    """How many models match the wish."""
    return sum(count for _, count in _matching(rows, wish, skip=""))


def facets(wish: Wish, rows: list[Combo]) -> list[Facet]:
    """Every facet with counts; a facet's own choice does not narrow its own counts."""
    return [_facet(name, wish, rows) for name in FACETS]


def _facet(name: str, wish: Wish, rows: list[Combo]) -> Facet:
    counts: Counter[str] = Counter()
    for values, count in _matching(rows, wish, skip=name):
        for word in _words(name, values[name]):
            counts[word] += count
    title, words = FACETS[name]
    chosen = wish.chosen.get(name, ())
    if words is None:
        labels = {value: value for value in sorted({*counts, *chosen}, key=str.lower)}
    else:
        labels = {word.value: getattr(word, "label", word.value.capitalize()) for word in words}
    options = [
        Option(value, label, counts[value], value in chosen, wish.toggled(name, value))
        for value, label in labels.items()
        if counts[value] or value in chosen or name == "status"
    ]
    return Facet(name, title, options, wish.without(name))


def _words(name: str, value: str) -> list[str]:
    if name == "capability":
        return [word for word in value.split(",") if word]
    return [value or NO_PROVIDER] if name == "provider" else [value]


def _matching(rows: list[Combo], wish: Wish, skip: str) -> Iterable[Combo]:
    """The combinations that the wish's filters let through, ``skip`` left out."""
    wanted = [(name, set(chosen)) for name, chosen in wish.chosen.items() if chosen and name != skip]
    if not wanted:
        return rows
    return (
        (values, count)
        for values, count in rows
        if all(not chosen.isdisjoint(_words(name, values[name])) for name, chosen in wanted)
    )
