"""Seeded damage to good files: bytes flipped, cut, doubled; nasty tokens; rows bent in their structure.

Texts of nothing but space are made of all kinds of it, escaped and raw, in any order: each lane must call them blank.
"""

import json
import random

from .rows_for_tests import CANVAS, CLAUDE, LLAMA, LLAMA_3_3, MAKERS, NOVA, NOVA_2, jsonl, medium

NASTY = [
    *(
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x00",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\r\n",
        b"\r",
        b"\n",
        b"\n\n",
    ),
    *(b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"[" * 3000, b'{"a":' * 3000, b'"', b"\\", b"\\u0000"),
    *(
        b"\\ud800",
        b"\\udc00",
        b"\\ud83d\\ude00",
        b"\\u0055ser:",
        b"User:",
        b"ASSISTANT:",
        b"[EOS]",
        b"<image>",
    ),
    *(
        b'","text":"',
        b'", "text": "',
        b'","role":"user',
        b'"},{"text":"',
        b'"}]},{"role":"user","content":[{"text":"',
    ),
    *(
        b'", "te\\u0078t": "',
        b'","extra":"',
        b'"role": "user", ',
        b'"system": [], ',
        b'"system": null, ',
        b" ",
        b"\t",
    ),
    *(
        "é".encode(),
        "\u00a0".encode(),
        "\u3000".encode(),
        "😀".encode(),
        b"\x7f",
        b"\\/",
        b"\\x",
        b"\x1f",
        b"'",
        b",",
    ),
    *(
        b'"messages": [], ',
        b'"content": [], ',
        b'"prompt": "", ',
        b"{}",
        b"[]",
        b"null",
        b"}",
        b"{",
        b"]",
        b":",
        b"//",
    ),
]
BASES = [NOVA, NOVA, NOVA_2, LLAMA, LLAMA_3_3, CLAUDE, CANVAS]
CONVERSATIONS = (NOVA, NOVA_2, LLAMA_3_3)
STYLES = [{}, {"separators": (",", ":")}, {"ensure_ascii": False}, {"sort_keys": True}]
TEXTS = [
    "",
    " ",
    "\n",
    "\n\n",
    "\u00a0",
    "\u2003x",
    ' "q"',
    '"',
    "\\",
    "\\n",
    "a\\",
    "text",
    "user",
    "é",
    "日本語",
]
TEXTS += [
    "User: hi",
    "user: hi",
    "x" * 900,
    "\tx",
    "a\nb",
    'He said: "text", "role": yes',
    "</s>",
    "\u2028",
    "😀",
]
# Of those that JSON escapes, of those that it may write as they are, and what only looks like one of them.
SPACES = [
    "\n",
    "\t",
    "\r",
    "\f",
    " ",
    "\u0085",
    "\u00a0",
    "\u1680",
    "\u2003",
    "\u2028",
    "\u202f",
    "\u205f",
    "\u3000",
]
NOT_QUITE = ["\u00a1", "\u1681", "\u200b", "\u2060", "\u3001", "\b", "x"]


def mutated(seed):
    """(base model, bytes) of one damaged file; the same for the same seed."""
    rnd = random.Random(seed)
    base = rnd.choice(BASES)
    rows = [MAKERS[base](number) for number in range(rnd.choice((1, 7, 8, 9, 33)))]
    if base in CONVERSATIONS and rnd.random() < 0.5:
        rows = [MAKERS[base](number, turns=rnd.choice((1, 1, 2, 3))) for number in range(len(rows))]
    for _ in range(rnd.choice((0, 1, 1, 2))):
        _bend(rnd, rows, base)
    data = bytearray(jsonl(rows, **rnd.choice(STYLES)))
    for _ in range(rnd.choice((0, 1, 1, 1, 2, 3))):
        rnd.choice((_flip, _insert, _insert, _insert, _cut, _double, _quote_insert))(rnd, data)
    return base, bytes(data)


def _flip(rnd, data):
    if data:
        data[rnd.randrange(len(data))] ^= 1 << rnd.randrange(8)


def _insert(rnd, data):
    place = rnd.randrange(len(data) + 1)
    data[place:place] = rnd.choice(NASTY)


def _quote_insert(rnd, data):
    """Right after a quote, where a token does most harm."""
    quotes = [index for index, byte in enumerate(data) if byte == 34]
    if quotes:
        place = rnd.choice(quotes) + rnd.randrange(2)
        data[place:place] = rnd.choice(NASTY)


def _cut(rnd, data):
    begin = rnd.randrange(len(data) + 1)
    end = len(data) if rnd.random() < 0.3 else min(len(data), begin + rnd.choice((1, 2, 20, 300)))
    del data[begin:end]


def _double(rnd, data):
    begin = rnd.randrange(len(data) + 1)
    piece = data[begin : begin + rnd.choice((1, 5, 40, 400))]
    place = rnd.randrange(len(data) + 1)
    data[place:place] = piece


def _bend(rnd, rows, base):
    """Change one value somewhere in one row, or one row as a whole."""
    number = rnd.randrange(len(rows))
    row = rows[number] = json.loads(json.dumps(rows[number]))
    places = list(_places(row))
    holder, key = rnd.choice(places)
    choice = rnd.randrange(8)
    if choice == 0:
        if isinstance(holder, dict):
            del holder[key]
    elif choice == 1:
        holder[key] = rnd.choice([None, 0, 1.5, True, [], {}, "", "x", [[]], [None], {"text": "x"}])
    elif choice == 2 and isinstance(holder, dict):
        holder["extra"] = holder[key]
    elif choice == 3 and base in CONVERSATIONS:
        holder, key = row, "messages"
        if isinstance(row.get("messages"), list) and row["messages"]:
            block = rnd.choice([medium(), medium("video", "mp4"), medium(form="bmp"), medium(form="webp")])
            row["messages"][0] = {"role": "user", "content": [{"text": "Look."}, block]}
    elif choice == 4 and "messages" in row and isinstance(row["messages"], list):
        rnd.shuffle(row["messages"])
    elif choice == 5:
        rows.insert(number, json.loads(json.dumps(row)))
    else:
        texts = [(h, k) for h, k in places if isinstance(h[k], str)]
        holder, key = rnd.choice(texts or places)
        holder[key] = rnd.choice(TEXTS) if rnd.random() < 0.5 else _blank(rnd)


def _blank(rnd):
    """Nothing but space, as a rule."""
    spaces = rnd.choices(SPACES, k=rnd.choice((1, 2, 2, 3)))
    return "".join(spaces) + (rnd.choice(NOT_QUITE) if rnd.random() < 0.25 else "")


def _places(value):
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)
