"""What S3 holds of a file that goes up in parts: S3 is asked, the browser is not believed."""

from __future__ import annotations

from collections.abc import Collection

from customization.gateways import storage
from customization.gateways.places import StoredObject
from customization.models import Dataset


def count(dataset: Dataset) -> int:
    return -(-dataset.size // dataset.part_size)


def held(dataset: Dataset, *, hurried: bool = False) -> dict[int, tuple[str, int]]:
    """Part number -> (ETag, bytes) of the parts that are there in full; one that was cut off must be sent again."""
    found = storage.parts(dataset.place, dataset.upload_id, hurried=hurried)
    return {number: part for number, part in found.items() if part[1] == _size(dataset, number)}


def missing(dataset: Dataset, held: Collection[int]) -> list[int]:
    return [number for number in range(1, count(dataset) + 1) if number not in held]


def _size(dataset: Dataset, number: int) -> int:
    """How many bytes a part must have; -1 for one that the file does not have."""
    if not 1 <= number <= count(dataset):
        return -1
    return min(dataset.part_size, dataset.size - (number - 1) * dataset.part_size)


def whole(dataset: Dataset, *, hurried: bool = False) -> StoredObject | None:
    """The object the parts were put together to; None when it is not there, or is another."""
    there = storage.look(dataset.place, hurried=hurried)
    return there if there and there.size == dataset.size else None
