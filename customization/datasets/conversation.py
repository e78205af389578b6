"""The rules of a conversation row: Amazon Nova, and Llama 3.2 and 3.3 in Converse format. Pure.

Sources (read on 2026-11-22): Amazon Nova user guide, "Preparing data for multimodal fine-tuning"; Amazon Nova 2 user
guide, "Preparing data for SFT"; Amazon Bedrock user guide, "Nova 2.0 SFT". Not written there, but refused by AWS's
validation script (aws-samples/amazon-nova-samples): media in an assistant's message, more than one video or document.

Careful where they are silent: unknown keys are errors (a misspelt "image" would be data lost), and every text must say
something. ``schemaVersion`` "can be any string value"; only the Nova 2 guide requires it: its lack is a warning.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from customization.datasets.rules import RowCheck, roles

_MEDIA = ("image", "video", "document")


def check(row: RowCheck, value: Mapping[str, Any]) -> None:
    """Examine one row."""
    tools = ("toolConfig",) if row.limits.tools else ()
    row.exact(value, ("schemaVersion", "system", "messages", *tools), "")
    _head(row, value)
    if not row.needs(value, "messages", ""):
        return
    messages = row.filled_list(value["messages"], "messages")
    blocks: list[tuple[str, Mapping[str, Any]]] = []
    for number, message in enumerate(messages):
        blocks += _message(row, message, f"messages[{number}]")
    if messages and not any(not problem.warning for problem in row.problems):
        roles(row, messages)
    _media_counts(row, [block for _, block in blocks])
    if row.limits.tools:
        _tool_ids(row, blocks)


def _head(row: RowCheck, value: Mapping[str, Any]) -> None:
    if "schemaVersion" not in value:
        row.doubt("no_schema_version", 'The key "schemaVersion" is missing. Add "bedrock-conversation-2024".')
    elif not isinstance(value["schemaVersion"], str) or not value["schemaVersion"]:
        row.wrong("wrong_type", 'schemaVersion must be text, such as "bedrock-conversation-2024".')
    if "system" in value:
        for number, item in enumerate(row.filled_list(value["system"], "system")):
            path = f"system[{number}]"
            block = row.mapping(item, path)
            if block is not None:
                row.exact(block, ("text",), path)
                if row.needs(block, "text", path):
                    row.text(block["text"], f"{path}.text")
    if "toolConfig" in value and row.limits.tools:
        _risk(row, "toolConfig")
        row.mapping(value["toolConfig"], "toolConfig")


def _message(row: RowCheck, value: object, path: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Examine one message; returns its blocks with its role."""
    message = row.mapping(value, path)
    if message is None:
        return []
    row.exact(message, ("role", "content"), path)
    row.needs(message, "role", path)
    if not row.needs(message, "content", path):
        return []
    role = message.get("role")
    blocks = []
    for number, item in enumerate(row.filled_list(message["content"], f"{path}.content")):
        place = f"{path}.content[{number}]"
        block = row.mapping(item, place)
        if block is not None:
            _block(row, block, place, role)
            blocks.append((str(role), block))
    return blocks


def _block(row: RowCheck, block: Mapping[str, Any], path: str, role: object) -> None:
    limits = row.limits
    reasoning = ("reasoningContent",) if limits.reasoning else ()
    tools = ("toolUse", "toolResult") if limits.tools else ()
    media = [name for name in _MEDIA if name in limits.media]
    row.exact(block, ("text", *media, *reasoning, *tools), path)
    if not block:
        row.wrong("empty_field", f'{path} is an empty object. Put {{"text": "…"}} there.')
    elif len(block) > 1:
        row.wrong("several_in_block", f"{path} holds {len(block)} things. Give each a block of its own.")
    for name, value in block.items():
        place = f"{path}.{name}"
        if name == "text":
            row.text(value, place)
        elif name in limits.media:
            _medium(row, name, value, place, role)
        elif name in reasoning and _only_for(row, place, role, "assistant"):
            _reasoning(row, value, place)
        elif name in tools and _only_for(row, place, role, "assistant" if name == "toolUse" else "user"):
            _risk(row, name)
            _tool(row, name, value, place)


def _medium(row: RowCheck, name: str, value: object, path: str, role: object) -> None:
    row.media.add(name)
    _risk(row, name)
    if not _only_for(row, path, role, "user"):
        return
    medium = row.mapping(value, path)
    if medium is None or not (row.needs(medium, "format", path) and row.needs(medium, "source", path)):
        return
    formats = {"image": row.limits.image_formats, "video": row.limits.video_formats}.get(name, ("pdf",))
    if not isinstance(medium["format"], str) or medium["format"].lower() not in formats:
        row.wrong("media_format", f"{path}.format must be one of {', '.join(formats)}.")
    source = row.mapping(medium["source"], f"{path}.source")
    if source is not None and row.needs(source, "s3Location", f"{path}.source"):
        location = row.mapping(source["s3Location"], f"{path}.source.s3Location")
        if location is not None and row.needs(location, "uri", f"{path}.source.s3Location"):
            row.uri(location["uri"], f"{path}.source.s3Location.uri")


def _reasoning(row: RowCheck, value: object, path: str) -> None:
    """Only ``reasoningText`` is supported; it is trained on, so it counts as text."""
    outer = row.mapping(value, path)
    if outer is None or not row.needs(outer, "reasoningText", path):
        return
    inner = row.mapping(outer["reasoningText"], f"{path}.reasoningText")
    if inner is not None and row.needs(inner, "text", f"{path}.reasoningText"):
        row.text(inner["text"], f"{path}.reasoningText.text")


def _tool(row: RowCheck, name: str, value: object, path: str) -> None:
    tool = row.mapping(value, path)
    if tool is not None:
        for key in ("toolUseId", "name", "input") if name == "toolUse" else ("toolUseId", "content"):
            row.needs(tool, key, path)


def _only_for(row: RowCheck, path: str, role: object, wanted: str) -> bool:
    if role == wanted:
        return True
    row.wrong("wrong_place", f'{path} may stand only in a message of the "{wanted}". Move or remove it.')
    return False


def _risk(row: RowCheck, name: str) -> None:
    """Bedrock's guide warns of it, the Nova 2 guide allows it: said, not refused."""
    if name in row.limits.risky:
        row.doubt(
            "may_fail", f'AWS\'s documents disagree on "{name}": the training job might fail because of it.'
        )


def _media_counts(row: RowCheck, blocks: Sequence[Mapping[str, Any]]) -> None:
    counts = Counter(name for block in blocks for name in block if name in row.limits.media)
    if counts["image"] > row.limits.images_per_row:
        row.wrong(
            "too_many_images", f"{counts['image']} images in one row; at most {row.limits.images_per_row}."
        )
    for name in ("video", "document"):
        if counts[name] > 1:
            row.wrong(
                "too_many_media", f"{counts[name]} {name}s in one row; only one is allowed. Split the row."
            )


def _tool_ids(row: RowCheck, blocks: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Each toolUseId once, each result for an earlier use (Nova 2 guide, Tool calling)."""
    used: set[str] = set()
    answered: set[str] = set()
    for _, block in blocks:
        for name, ids in (("toolUse", used), ("toolResult", answered)):
            tool = block.get(name)
            key = tool.get("toolUseId") if isinstance(tool, dict) else None
            if not isinstance(key, str):
                continue
            if key in ids or (name == "toolResult" and key not in used):
                row.wrong(
                    "tool_id",
                    f'{name}: the toolUseId "{key[:40]}" is used twice or answers no earlier toolUse.',
                )
            ids.add(key)
