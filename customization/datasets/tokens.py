"""How many tokens a text is, about. Pure.

No tokenizer of these models is public. A token has about 4 ASCII characters, counted as JSON writes them (a line break,
\\n, is two). Other letters cost more: ⅔ of a token with 2 bytes in UTF-8 (é, я), about 1 with 3 bytes (Chinese,
Japanese, Korean, Indic), 1½ with 4 (emoji). AWS plans with 6 characters to a token, and its script for Claude with 3:
this lies between.

Counted in twelfths of a token, so that sums stay whole numbers: 3 for each byte, 2 more for each byte beyond the first
of a letter.
"""

from collections.abc import Iterable

import msgspec

PER_TOKEN = 12
PER_BYTE = 3
PER_FURTHER_BYTE = 2
_encode = msgspec.json.Encoder().encode


def twelfths(text: str) -> int:
    """The estimate for one text, in twelfths of a token. A lone surrogate counts as three bytes."""
    try:
        written = len(_encode(text)) - 2
    except UnicodeEncodeError:
        written = len(text.encode("utf-8", "surrogatepass"))
    if text.isascii():
        return PER_BYTE * written
    return PER_BYTE * written + PER_FURTHER_BYTE * (len(text.encode("utf-8", "surrogatepass")) - len(text))


def tokens(texts: Iterable[str]) -> int:
    return whole(sum(map(twelfths, texts)))


def whole(weight: int) -> int:
    """Twelfths as tokens, rounded up."""
    return -(-weight // PER_TOKEN)
