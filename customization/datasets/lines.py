"""Bytes into lines, in bounded memory: a line that grows too long is dropped and only reported. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

# Small enough to stay in the processor's second-level cache through all passes: larger blocks are slower.
BLOCK = 65_536


class Block(NamedTuple):
    """Whole lines without the last one's line feed. ``too_long`` stands for one dropped line.

    ``ended`` is False for a last line that has no line feed.
    """

    data: bytes
    too_long: bool = False
    ended: bool = True


def pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks of any size as pieces of at most ``BLOCK`` bytes."""
    for chunk in chunks:
        if len(chunk) <= BLOCK:
            yield bytes(chunk)
        else:
            view = memoryview(chunk)
            for start in range(0, len(chunk), BLOCK):
                yield bytes(view[start : start + BLOCK])


class LineSplitter:
    """Feed it pieces; it hands out blocks of whole lines and keeps at most one unfinished line."""

    def __init__(self, line_bytes: int) -> None:
        self._line_bytes = line_bytes
        self._parts: list[bytes] = []
        self._kept = 0
        self._skipping = False

    def feed(self, piece: bytes) -> Iterator[Block]:
        end = piece.rfind(b"\n")
        if end < 0:
            self._keep(piece)
            return
        begin = 0
        if self._skipping or self._kept + piece.find(b"\n") > self._line_bytes:
            begin = piece.find(b"\n") + 1
            self._forget()
            yield Block(b"", too_long=True)
        if begin <= end:
            yield Block(b"".join((*self._parts, memoryview(piece)[begin:end])))
        self._forget()
        self._keep(piece[end + 1 :])

    def rest(self) -> Iterator[Block]:
        """The last line, when nothing ended it."""
        if self._skipping:
            yield Block(b"", too_long=True, ended=False)
        elif self._kept:
            yield Block(b"".join(self._parts), ended=False)

    def _keep(self, part: bytes) -> None:
        if part and not self._skipping:
            self._parts.append(part)
            self._kept += len(part)
            if self._kept > self._line_bytes:
                self._forget()
                self._skipping = True

    def _forget(self) -> None:
        self._parts, self._kept, self._skipping = [], 0, False
