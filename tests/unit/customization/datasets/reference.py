"""A second opinion on datasets, as plain as can be: whole file in memory, json.loads, straight rules.

It says only whether a file is certainly bad. Written apart from the checker on purpose: they share no code.
"""

import json
import re

RESERVED = ("User:", "Bot:", "Assistant:", "System:", "USER:", "BOT:", "ASSISTANT:", "SYSTEM:")
RESERVED += ("<image>", "<video>", "[EOS]")


class Bad(Exception):
    pass


def _pairs(pairs):
    row = dict(pairs)
    if len(row) != len(pairs):
        raise Bad("duplicate key")
    return row


def _constant(word):
    raise Bad(word)


def _int(digits):
    if len(digits) > 40:
        raise Bad("huge number")
    return int(digits)


def _float(digits):
    if abs(float(digits)) == float("inf"):
        raise Bad("huge number")
    return float(digits)


def _load(line: bytes):
    if b"\0" in line or b"\r" in line:
        raise Bad("nul or cr")
    try:
        text = line.decode("utf-8")
        row = json.loads(
            text, object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_int, parse_float=_float
        )
        json.dumps(row, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Bad(str(error)) from error
    if not isinstance(row, dict):
        raise Bad("not an object")
    return row


def _must(condition, why):
    if not condition:
        raise Bad(why)


def _text(value, reserved=RESERVED):
    _must(isinstance(value, str), "not text")
    _must(value.strip(), "blank")
    _must("\0" not in value, "nul")
    _must(not any(word in value for word in reserved), "reserved")
    return len(value)


def _roles(messages):
    _must(len(messages) >= 2 and len(messages) % 2 == 0, "number of messages")
    for index, message in enumerate(messages):
        _must(message["role"] == ("assistant" if index % 2 else "user"), "role")


def _keys(row, required, optional=()):
    _must(isinstance(row, dict), "not an object")
    _must(set(required) <= set(row) <= {*required, *optional}, "keys")


def _list(value):
    _must(isinstance(value, list) and value, "not a filled list")
    return value


NOVA = {"image": ("png", "jpeg", "gif", "webp"), "video": ("mov", "mkv", "mp4", "webm")}
NOVA_2 = {"image": ("png", "jpeg", "gif"), "video": ("mov", "mkv", "mp4"), "document": ("pdf",)}
CONVERSE = {"image": ("png", "jpeg", "gif", "webp")}


def nova(row, formats=NOVA, reserved=RESERVED, thinks=False):
    _keys(row, ("messages",), ("schemaVersion", "system"))
    length = 0
    if "schemaVersion" in row:
        _must(isinstance(row["schemaVersion"], str) and row["schemaVersion"], "schemaVersion")
    for block in _list(row["system"]) if "system" in row else ():
        _keys(block, ("text",))
        length += _text(block["text"], reserved)
    media = set()
    for message in _list(row["messages"]):
        _keys(message, ("role", "content"))
        for block in _list(message["content"]):
            _must(isinstance(block, dict) and len(block) == 1, "block")
            name = next(iter(block))
            if name == "text":
                length += _text(block["text"], reserved)
            elif name == "reasoningContent" and thinks:
                length += _thought(block[name], message["role"], reserved)
            else:
                _medium(name, block[name], message["role"], formats)
                media.add(name)
    _roles(row["messages"])
    return length, media


def _thought(value, role, reserved):
    _must(
        role == "assistant" and isinstance(value, dict) and isinstance(value.get("reasoningText"), dict),
        "thought",
    )
    return _text(value["reasoningText"].get("text"), reserved)


def _medium(name, value, role, formats):
    _must(name in formats and role == "user", "medium")
    _must(isinstance(value, dict) and isinstance(value.get("format"), str), "format")
    _must(value["format"].lower() in formats[name], "format")
    _must(isinstance(value.get("source"), dict), "source")
    location = value["source"].get("s3Location")
    _must(isinstance(location, dict) and isinstance(location.get("uri"), str), "uri")
    _must(re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[\w\-/.]+", location["uri"]), "uri")


def pairs(row):
    _must(isinstance(row, dict) and "prompt" in row and "completion" in row, "keys")
    return _text(row["prompt"], ()) + _text(row["completion"], ()), set()


def claude(row):
    _keys(row, ("messages",), ("system",))
    length = _text(row["system"], ()) if "system" in row else 0
    for message in _list(row["messages"]):
        _keys(message, ("role", "content"))
        length += _text(message["content"], ())
    _roles(row["messages"])
    return length, set()


def picture(row):
    _must("image-ref" in row and "caption" in row, "keys")
    _must(isinstance(row["image-ref"], str) and isinstance(row["caption"], str), "not text")
    _must(re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[\w\-/.]+", row["image-ref"]), "uri")
    _must(3 <= _text(row["caption"], ()) <= 1024, "length of the caption")
    return 0, set()


RULES = {
    "nova": nova,
    "nova-2": lambda row: nova(row, NOVA_2, thinks=True),
    "converse": lambda row: nova(row, CONVERSE, ()),
    "prompt-completion": pairs,
    "claude": claude,
    "image-caption": picture,
}


def is_valid(data: bytes, family: str, *, least: int, most: int, characters: int) -> bool:
    """Whether the file may be called valid; ``characters``: the most in one row."""
    try:
        lines = data.split(b"\n")
        if lines and not lines[-1]:
            lines.pop()
        _must(least <= len(lines) <= most, "number of rows")
        seen = set()
        for line in lines:
            length, media = RULES[family](_load(line))
            _must(characters is None or length <= characters, "too long")
            seen |= media
        _must(len(seen) < 2, "mixed media")
    except Bad:
        return False
    return True
