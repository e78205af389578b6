"""Which slice of the list a page shows, and the links to the others. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class Turns(Protocol):
    @property
    def page(self) -> int: ...

    def url(self, **changes: object) -> str: ...


@dataclass(frozen=True)
class Pages:
    """``wish`` knows the wanted page and how to make links; a page past the end shows the last one."""

    wish: Turns
    total: int
    size: int

    @property
    def count(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def number(self) -> int:
        return min(self.wish.page, self.count)

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    @property
    def stop(self) -> int:
        return min(self.start + self.size, self.total)

    @property
    def first(self) -> int:
        return self.start + 1 if self.total else 0

    @property
    def previous_url(self) -> str:
        return self.wish.url(page=self.number - 1) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        return self.wish.url(page=self.number + 1) if self.number < self.count else ""

    def links(self) -> Iterator[tuple[int, str]]:
        """Page numbers near this one and at both ends, with their URLs; number 0 stands for a gap."""
        near = {1, self.count, *range(self.number - 1, self.number + 2)}
        last = 0
        for number in sorted(n for n in near if 1 <= n <= self.count):
            if number > last + 1:
                yield 0, ""
            yield number, self.wish.url(page=number)
            last = number
