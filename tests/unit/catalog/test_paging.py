"""Which slice of the list a page shows, and the links to the others."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.paging import Pages


@dataclass(frozen=True)
class Turn:
    page: int = 1

    def url(self, **changes: object) -> str:
        return f"?page={changes['page']}"


@pytest.mark.parametrize(
    ("asked", "total", "expected"),
    [
        # count, number, first, stop, previous, next
        (1, 0, (1, 1, 0, 0, "", "")),
        (9, 0, (1, 1, 0, 0, "", "")),
        (1, 1, (1, 1, 1, 1, "", "")),
        (1, 50, (1, 1, 1, 50, "", "")),
        (1, 51, (2, 1, 1, 50, "", "?page=2")),
        (2, 51, (2, 2, 51, 51, "?page=1", "")),
        (999_999, 51, (2, 2, 51, 51, "?page=1", "")),
        (2, 150, (3, 2, 51, 100, "?page=1", "?page=3")),
    ],
)
def test_a_page_knows_its_slice_and_its_neighbours(asked, total, expected):
    pages = Pages(Turn(asked), total, 50)
    found = (pages.count, pages.number, pages.first, pages.stop, pages.previous_url, pages.next_url)
    assert found == expected


@pytest.mark.parametrize(
    ("asked", "total", "expected"),
    [
        (1, 0, [1]),
        (1, 200, [1, 2, 0, 4]),
        (2, 150, [1, 2, 3]),
        (1, 100, [1, 2]),
        (5, 500, [1, 0, 4, 5, 6, 0, 10]),
        (2, 500, [1, 2, 3, 0, 10]),
        (9, 500, [1, 0, 8, 9, 10]),
        (10, 500, [1, 0, 9, 10]),
    ],
)
def test_links_show_both_ends_and_the_neighbours_with_gaps_between(asked, total, expected):
    assert [number for number, _ in Pages(Turn(asked), total, 50).links()] == expected


@given(st.integers(1, 10_000), st.integers(0, 10_000), st.integers(1, 100))
def test_whatever_is_asked_a_page_stays_inside_the_list(page, total, size):
    pages = Pages(Turn(page), total, size)
    assert 0 <= pages.start <= pages.stop <= total
    assert pages.stop > pages.start or total == 0
    assert 1 <= pages.number <= pages.count
    numbers = [number for number, _ in pages.links() if number]
    assert numbers == sorted(set(numbers))
    assert {1, pages.number, pages.count} <= set(numbers)
