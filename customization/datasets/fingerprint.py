"""Which rows a file holds, small enough to keep: for duplicates inside a file and between two files. Pure.

Each row's bytes become a 64-bit XXH3 hash. Up to ``CAPACITY`` rows every hash is kept; beyond that only those
whose last ``shift`` bits are zero, one more bit each time the table is full. The sample depends on the rows
alone, so the samples of two files can be compared.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from sys import byteorder
from typing import Any

import xxhash

CAPACITY = 65_536  # rows; about 10 MB while checking, 512 KiB stored
row_hash = xxhash.xxh3_64_intdigest


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The sorted hashes of a file's rows; one row in 2**shift is represented."""

    hashes: array[int]
    shift: int = 0

    def to_bytes(self) -> bytes:
        """One byte for the shift, then 8 bytes per hash, little-endian; b"" reads as "no rows"."""
        return bytes([self.shift]) + _little(self.hashes).tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Fingerprint:
        hashes = array("Q")
        hashes.frombytes(stored[1:])
        return cls(_little(hashes), stored[0] if stored else 0)

    def sampled(self, shift: int) -> set[int]:
        mask = (1 << shift) - 1
        return {value for value in self.hashes if not value & mask}


class Rows:
    """The table while a file is read: hash -> first line."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._lines: dict[int, int] = {}
        self._mask = 0

    @property
    def shift(self) -> int:
        return self._mask.bit_length()

    def add(self, lines: Sequence[Any], first: int) -> Iterator[tuple[int, int]]:
        """Note consecutive lines; yields (line, the line it repeats) for each that was seen before."""
        hashes = list(map(row_hash, lines))
        known = self._lines
        fresh = dict(zip(hashes, range(first, first + len(hashes)), strict=True))
        if not self._mask and len(fresh) == len(hashes) and known.keys().isdisjoint(fresh):
            known.update(fresh)
        else:
            mask = self._mask
            for number, value in enumerate(hashes, first):
                if not value & mask and known.setdefault(value, number) != number:
                    yield number, known[value]
        while len(known) > self._capacity:
            self._mask = mask = self._mask << 1 | 1
            self._lines = known = {value: line for value, line in known.items() if not value & mask}

    def fingerprint(self) -> Fingerprint:
        return Fingerprint(array("Q", sorted(self._lines)), self.shift)


def _little(hashes: array[int]) -> array[int]:
    """The same array on a little-endian machine, swapped otherwise: files outlive machines."""
    if byteorder == "little":
        return hashes
    swapped = array("Q", hashes)
    swapped.byteswap()
    return swapped
