"""The rules of one row, family by family, in full and with words. ``fast`` accepts only what these accept. Pure.

Sources (read on 2026-11-22): Amazon Bedrock user guide, "Prepare data for fine-tuning text-to-text models" and "… image
generation and embedding models"; Anthropic's "Finetuning Claude 3 Haiku on Bedrock" ("No extraneous keys are
allowed"). Conversations: see ``conversation``.
"""

from collections.abc import Mapping
from typing import Any

from customization.datasets import conversation
from customization.datasets.families import Family, looks_like
from customization.datasets.limits import Limits
from customization.datasets.rules import RowCheck, roles


def check_row(row: Mapping[str, Any], limits: Limits) -> tuple[RowCheck, Family | None]:
    """Examine a row; also tells the other family whose format it has, when that is what is wrong with it."""
    check = RowCheck(limits)
    other = _other_family(row, limits.family)
    if other:
        check.wrong(
            "other_format",
            f"This looks like a {other.label} row ({other.example}), but this model wants {limits.family.label} rows: "
            f"{limits.family.example}.",
        )
        return check, other
    if limits.family.is_conversation:
        conversation.check(check, row)
    elif limits.family == Family.PROMPT_COMPLETION:
        _prompt_completion(check, row)
    elif limits.family == Family.CLAUDE:
        _claude(check, row)
    elif limits.family == Family.IMAGE_CAPTION:
        _image_caption(check, row)
    else:
        check.texts.extend(_all_texts(row))
    return check, None


def _other_family(row: Mapping[str, Any], family: Family) -> Family | None:
    found = looks_like(row)
    if found is None or family == Family.UNKNOWN or found == family:
        return None
    return None if found.is_conversation and family.is_conversation else found


def _prompt_completion(check: RowCheck, row: Mapping[str, Any]) -> None:
    """More keys than the two are a warning: no document forbids them, none says that they are read."""
    check.exact(row, ("prompt", "completion"), "", warn=True)
    for key in ("prompt", "completion"):
        if check.needs(row, key, ""):
            check.text(row[key], key)


def _claude(check: RowCheck, row: Mapping[str, Any]) -> None:
    check.exact(row, ("system", "messages"), "")
    if "system" in row:
        check.text(row["system"], "system")
    if not check.needs(row, "messages", ""):
        return
    messages = check.filled_list(row["messages"], "messages")
    for number, value in enumerate(messages):
        path = f"messages[{number}]"
        message = check.mapping(value, path)
        if message is None:
            continue
        check.exact(message, ("role", "content"), path)
        check.needs(message, "role", path)
        if check.needs(message, "content", path):
            check.text(message["content"], f"{path}.content")
    if messages and not check.problems:
        roles(check, messages)


def _image_caption(check: RowCheck, row: Mapping[str, Any]) -> None:
    """Titan Image Generator and Nova Canvas: captions of 3 to 1,024 characters; Titan embeddings: 0 to 2,560."""
    check.exact(row, ("image-ref", "caption"), "", warn=True)
    if check.needs(row, "image-ref", ""):
        check.uri(row["image-ref"], "image-ref")
    if not check.needs(row, "caption", ""):
        return
    caption, limits = row["caption"], check.limits
    check.text(caption, "caption", may_be_empty=limits.min_caption == 0)
    if isinstance(caption, str) and len(caption) < limits.min_caption:
        check.wrong(
            "caption_length", f"The caption has {len(caption)} characters; at least {limits.min_caption}."
        )
    if isinstance(caption, str) and limits.max_caption is not None and len(caption) > limits.max_caption:
        check.wrong(
            "caption_length",
            f"The caption has {len(caption):,} characters; shorten it to {limits.max_caption:,}.",
        )


def _all_texts(row: Mapping[str, Any]) -> list[str]:
    """Every text of a row of an unknown family, keys aside."""
    texts, level = [], list(row.values())
    while level:
        value = level.pop()
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, dict):
            level.extend(value.values())
        elif isinstance(value, list):
            level.extend(value)
    return texts
