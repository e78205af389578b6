"""The fastest lane: rows that have, byte for byte, the frame of a row already found right. Pure.

A file's rows mostly differ in their texts alone. From a good row the lane learns the bytes between the texts:
``{"messages": [{"role": "user", "content": [{"text": `` and so on. A later row is right when
1. it is valid JSON (msgspec, decoding nothing) and UTF-8;
2. its patterns, in order, are those of a learnt frame, and between two rows stand exactly an end, a line feed and a
   beginning; no reserved word or escaped ASCII letter is found;
3. no other quote ends a string: in valid JSON a closing quote is followed by one of ``, : } ]`` or space, and
   each such pair is a pattern. Escaped quotes and backslashes are patterns too, so they are never mistaken for one;
4. no text is blank: one begins with a letter, or with one escaped line break and a letter. One that begins with
   anything else (other escapes, more breaks, whatever may be a space) goes to the next lane.
Then the texts are all that differs, and the slow rules would find nothing. Anything else is left to the next lane.
"""

import re
from collections.abc import Sequence
from itertools import chain, compress
from operator import not_

import msgspec

from customization.datasets.limits import Limits
from customization.datasets.patterns import finder, words_for
from customization.datasets.tokens import PER_BYTE, PER_FURTHER_BYTE, PER_TOKEN

_MOST_GLUES = 8
_MOST_FRAMES = 256
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"')
_KEY_END = re.compile(rb"\s*:")
_ODD = "!"
_END, _NEXT = ";", "\n"
_TWO_BYTES, _THREE_BYTES = "2", "3"
_GLUE_CODES = "abcdefgh"
# Each \uXXXX is 6 ASCII bytes in the file but a letter of 2 or 3 bytes in truth: what to take off its weight.
_LESS = {_TWO_BYTES: 6 * PER_BYTE - 8, _THREE_BYTES: 6 * PER_BYTE - 13}
_ESCAPES = {
    **{f"\\u00{digit}": _ODD for digit in "01234567"},  # could spell a reserved word, or a NUL
    **dict.fromkeys(("\\ud", "\\uD", "\\/"), _ODD),  # surrogates; a slash has a shorter form
    **{f"\\u0{digit}": _TWO_BYTES for digit in "01234567"},
    "\\u": _THREE_BYTES,
    **dict.fromkeys(('\\"', "\\\\"), ""),
}
# A quote before these either ends a string out of place or begins a text that may be blank; after a line feed within
# a row comes a quote or more space.
_QUOTES = {
    **{f'"{after}': _ODD for after in ",:}] \t\r"},
    **{f'"{after}': _ODD for after in ('"', '\\n"', "\\n ", "\\n\\", "\\t", "\\r", "\\f", "\\b", "\\u")},
    **{f"\n{after}": _ODD for after in '" \t\r\n'},
}
# The search is over ASCII. Bytes beyond it are told apart only where they may begin a letter that is space, for a text
# of nothing else is blank too: U+0085 and U+00A0 begin with C2, U+1680 with E1, U+2000 to U+205F with E2 80 and E2 81,
# U+3000 is E3 80 80. In valid JSON none of the stand-ins, control characters, can be real.
_STAND_INS = {0xC2: 1, 0xE1: 2, 0xE2: 3, 0xE3: 4, 0x80: 5, 0x81: 6}
_TO_ASCII = bytes(byte if byte < 0x80 else _STAND_INS.get(byte, 7) for byte in range(256))
_WIDE_SPACES = {
    f"{begin}{space}": _ODD for begin in ('"', '"\\n') for space in ("\1", "\2", "\3\5", "\3\6", "\4\5\5")
}
_split = msgspec.json.Decoder(msgspec.Raw).decode_lines
Row = bytes | msgspec.Raw


class Skeletons:
    """The frames learnt from one file."""

    def __init__(self, limits: Limits, text_keys: Sequence[str]) -> None:
        self._text_keys = tuple(f'"{key}"'.encode() for key in text_keys)
        # A search of their own: two small sets of patterns are five times as fast as a large one.
        self._words = finder(dict.fromkeys(words_for(limits.reserved, limits.suspect), _ODD))
        self._most = None if limits.row_tokens is None else limits.row_tokens * PER_TOKEN
        self._glues: dict[str, str] = {}
        self._starts: tuple[str, ...] = ()
        self._end = ""
        self._frames: dict[str, int] = {}
        self._spell = finder({_ODD: _ODD})

    def weigh(self, data: bytes) -> tuple[Sequence[Row], list[int | None]] | None:
        """The rows of a block of lines with their weights in twelfths of tokens.

        The weight is None for a row to look at; None altogether if nothing fits.
        """
        if not self._frames:
            return None
        try:
            found = self._weigh_ascii(data) if data.isascii() else self._weigh_wide(data)
        except (msgspec.MsgspecError, RecursionError):
            return None
        return (found[0], self._short_enough(found[1])) if found else None

    def _weigh_ascii(self, data: bytes) -> tuple[Sequence[Row], list[int | None]] | None:
        codes = self._codes(data.decode("ascii"))
        rows = _split(data) if codes else []
        return (rows, self._weights(rows, codes)) if codes and len(codes) == len(rows) else None

    def _weigh_wide(self, data: bytes) -> tuple[Sequence[Row], list[int | None]] | None:
        """Rows beyond ASCII apart from the others: they are often few, and translating costs more than the search."""
        rows = [bytes(row) for row in _split(data)]
        if sum(map(len, rows)) + len(rows) - 1 != len(data):
            return None  # space around a row, or an empty line
        plain = [row.isascii() for row in rows]
        ascii_weights = iter(self._group(list(compress(rows, plain))))
        wide_weights = iter(self._group_beyond_ascii(list(compress(rows, map(not_, plain)))))
        weights = [next(ascii_weights if is_plain else wide_weights) for is_plain in plain]
        return None if weights.count(None) == len(weights) else (rows, weights)

    def _group(self, rows: list[bytes]) -> list[int | None]:
        data = b"\n".join(rows)
        codes = self._codes((data if data.isascii() else data.translate(_TO_ASCII)).decode("ascii"))
        return self._weights(rows, codes) if codes and len(codes) == len(rows) else [None] * len(rows)

    def _group_beyond_ascii(self, rows: list[bytes]) -> list[int | None]:
        """Weights with what letters of several bytes add."""
        try:
            further = [PER_FURTHER_BYTE * _further(row) for row in rows]
        except UnicodeDecodeError:
            return [None] * len(rows)
        both = zip(further, self._group(rows), strict=True)
        return [None if weight is None else weight + more for more, weight in both]

    def _codes(self, text: str) -> list[str] | None:
        """Each row's patterns in order; None when a row can't be of a known frame."""
        spelt = self._spell(text)
        # It begins like one frame's first glue and ends like all frames; what lies between is spelt out.
        if (
            spelt[-1:] != _END
            or not text.startswith(self._starts)
            or not text.endswith(self._end)
            or self._words(text)
        ):
            return None
        return spelt[:-1].split(_NEXT)

    def _weights(self, rows: Sequence[Row], codes: list[str]) -> list[int | None]:
        frames = self._frames
        weights: list[int | None] = []
        for row, code in zip(rows, codes, strict=True):
            frame, less = frames.get(code), 0
            if frame is None:
                frame, less = self._without_escapes(code)
            weights.append(None if frame is None else PER_BYTE * (len(row) - frame) - less)
        return weights

    def learn(self, line: bytes, weight: int) -> bool:
        """Learn the frame of a row that another lane has found right; False when it has nothing to teach."""
        found = self._frame_of(line)
        if found is None or not line.isascii() or len(self._frames) >= _MOST_FRAMES:
            return False
        glues, end = found
        known = list(dict.fromkeys([*self._glues, *glues]))
        if (self._end or end) != end or len(known) > _MOST_GLUES or end in glues:
            return False
        before = self._glues, self._end, self._starts, self._spell, self._frames
        self._glues, self._end = dict(zip(known, _GLUE_CODES, strict=False)), end
        self._starts = tuple(dict.fromkeys((*self._starts, glues[0])))
        nexts = {f"{end}\n{start}": _NEXT + self._glues[start] for start in self._starts}
        self._spell = finder({**nexts, **self._glues, end: _END, **_ESCAPES, **_QUOTES, **_WIDE_SPACES})
        codes = "".join(self._glues[glue] for glue in glues)
        self._frames = {**self._frames, codes: sum(map(len, chain(glues, (end,)))) + len(glues)}
        # The proof that this frame reads its own row as the other lane did.
        proof = self.weigh(line)
        if proof and proof[1] == [weight]:
            return True
        self._glues, self._end, self._starts, self._spell, self._frames = before
        return False

    def _frame_of(self, line: bytes) -> tuple[list[str], str] | None:
        """The bytes before each text, from its predecessor's closing quote to before its own opening one; the end."""
        glues, begin, key = [], 0, b""
        for match in _STRING.finditer(line):
            if _KEY_END.match(line, match.end()):
                key = match.group()
            elif key in self._text_keys:
                glues.append(line[begin : match.start()])
                begin = match.end() - 1
        end = line[begin:]
        if not glues or b"\\" in b"".join((*glues, end)):
            return None
        return [glue.decode("latin-1") for glue in glues], end.decode("latin-1")

    def _without_escapes(self, codes: str) -> tuple[int | None, int]:
        """The frame of a row whose texts hold \\uXXXX, and what their real letters weigh less."""
        twos, threes = codes.count(_TWO_BYTES), codes.count(_THREE_BYTES)
        if not twos and not threes:
            return None, 0
        plain = codes.replace(_TWO_BYTES, "").replace(_THREE_BYTES, "")
        return self._frames.get(plain), twos * _LESS[_TWO_BYTES] + threes * _LESS[_THREE_BYTES]

    def _short_enough(self, weights: list[int | None]) -> list[int | None]:
        if self._most is None or max((weight or 0 for weight in weights), default=0) <= self._most:
            return weights
        return [None if weight is not None and weight > self._most else weight for weight in weights]


def _further(row: bytes) -> int:
    """How many bytes a row's letters take beyond one each; raises UnicodeDecodeError."""
    return len(row) - len(row.decode("utf-8"))
