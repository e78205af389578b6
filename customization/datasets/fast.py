"""The fast lane: plain, correct rows are recognised by their types and never met by the slow rules. Pure.

A block of lines passes when all of this holds, and then the slow rules would find nothing either:
1. msgspec decodes every line into the family's strict type: valid JSON and UTF-8, the right keys and types, no more.
2. Every text says something, roles alternate, no row is over-long.
3. One search over the raw bytes (``patterns``) finds exactly as many key names as the decoded
   rows have. One more would be a repeated key, which msgspec passes over, a reserved word, or an escaped ASCII letter
   (\\u0055ser:) that could hide either. A text can only add to the count: then the slow rules decide.
   Lists are never empty and nothing is null, so a repeated "content" or "messages" shows up as a further "text".

Anything else is not said to be wrong: it takes the slow lane.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal, Protocol

import msgspec
from msgspec import UNSET, UnsetType

from customization.datasets.families import Family
from customization.datasets.limits import Limits
from customization.datasets.patterns import finder, words_for
from customization.datasets.tokens import PER_TOKEN, twelfths

_ESCAPED_ASCII = "\\u00"
_TURNS = ("user", "assistant")
Weigh = Callable[[Sequence[bytes]], "tuple[list[int], int]"]


class Unusual(Exception):
    """A row for the slow lane."""


class Lane(Protocol):
    """Token weights (twelfths) of all rows of a block, or None when the slow lane must look at it."""

    def __call__(self, data: bytes, lines: Sequence[bytes]) -> list[int] | None: ...


class _Strict(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    pass


class _Text(_Strict):
    text: str


_Some = msgspec.Meta(min_length=1)
_Texts = Annotated[list[_Text], _Some]


class _Turn(_Strict):
    role: Literal["user", "assistant"]


class _BlockMessage(_Turn):
    content: _Texts


class _Conversation(_Strict):
    schemaVersion: Annotated[str, _Some]  # noqa: N815 - the platform's own key
    messages: Annotated[list[_BlockMessage], _Some]
    system: _Texts | UnsetType = UNSET


class _Message(_Turn):
    content: str


class _Claude(_Strict):
    messages: Annotated[list[_Message], _Some]
    system: str | UnsetType = UNSET


class _Pair(_Strict):
    prompt: str
    completion: str


def lane_of(limits: Limits) -> Lane | None:
    """The fast lane of a family; images, and unknown families, have none."""
    weigh, keys = _LANES.get(limits.family, (None, ()))
    if weigh is None:
        return None
    words = words_for(limits.reserved, limits.suspect)
    spell = finder(dict.fromkeys([_ESCAPED_ASCII, *words, *(f'"{key}"' for key in keys)], "."))
    longest = None if limits.row_tokens is None else limits.row_tokens * PER_TOKEN

    def lane(data: bytes, lines: Sequence[bytes]) -> list[int] | None:
        try:
            weights, names = weigh(lines)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, Unusual):
            return None
        if longest is not None and max(weights) > longest:
            return None
        return weights if len(spell(data.decode("latin-1"))) == names else None

    return lane


def _weigh_conversations(lines: Sequence[bytes]) -> tuple[list[int], int]:
    """Weights and the number of key names: schemaVersion, each role, each text."""
    decode, weights, names = _decode_conversation, [], len(lines)
    for line in lines:
        row = decode(line)
        weight = 0
        _take_turns(row.messages)
        for message in row.messages:
            names += 1 + len(message.content)
            for block in message.content:
                weight += _weigh(block.text)
        if row.system is not UNSET:
            for block in row.system:
                weight += _weigh(block.text)
                names += 1
        weights.append(weight)
    return weights, names


def _weigh_claude(lines: Sequence[bytes]) -> tuple[list[int], int]:
    """Weights and the number of key names: messages, system, each role, each content."""
    decode, weights, names = _decode_claude, [], len(lines)
    for line in lines:
        row = decode(line)
        weight = 0
        _take_turns(row.messages)
        for message in row.messages:
            weight += _weigh(message.content)
        names += 2 * len(row.messages)
        if row.system is not UNSET:
            weight += _weigh(row.system)
            names += 1
        weights.append(weight)
    return weights, names


def _take_turns(messages: Sequence[_Turn]) -> None:
    """Raise Unusual unless the user begins, both take turns, and the assistant has the last word."""
    if len(messages) % 2:
        raise Unusual
    for number, message in enumerate(messages):
        if message.role != _TURNS[number % 2]:
            raise Unusual


def _weigh_pairs(lines: Sequence[bytes]) -> tuple[list[int], int]:
    decode = _decode_pair
    rows = [decode(line) for line in lines]
    return [_weigh(row.prompt) + _weigh(row.completion) for row in rows], 2 * len(rows)


def _weigh(text: str) -> int:
    if not text or text.isspace():
        raise Unusual
    return twelfths(text)


_decode_conversation = msgspec.json.Decoder(_Conversation).decode
_decode_claude = msgspec.json.Decoder(_Claude).decode
_decode_pair = msgspec.json.Decoder(_Pair).decode
_CONVERSATION_KEYS = ("schemaVersion", "role", "text")
_LANES: dict[Family, tuple[Weigh | None, tuple[str, ...]]] = {
    Family.NOVA: (_weigh_conversations, _CONVERSATION_KEYS),
    Family.CONVERSE: (_weigh_conversations, _CONVERSATION_KEYS),
    Family.CLAUDE: (_weigh_claude, ("messages", "system", "role", "content")),
    Family.PROMPT_COMPLETION: (_weigh_pairs, ("prompt", "completion")),
}
# The keys whose values are the texts: what changes from row to row.
TEXT_KEYS: dict[Family, tuple[str, ...]] = {
    Family.NOVA: ("text",),
    Family.CONVERSE: ("text",),
    Family.CLAUDE: ("system", "content"),
    Family.PROMPT_COMPLETION: ("prompt", "completion"),
}
