"""Which row format a base model wants. Pure.

Sources, all read on 2026-11-22: Amazon Bedrock user guide, "Prepare data for fine-tuning your models"; Amazon Nova
user guide, "Preparing data for fine-tuning Understanding models" and "… Creative Content Generation models".
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum


class Family(StrEnum):
    """A row format with its rules. The models of one family may still differ in their ``Limits``."""

    NOVA = "nova"
    CONVERSE = "converse"
    PROMPT_COMPLETION = "prompt-completion"
    CLAUDE = "claude"
    IMAGE_CAPTION = "image-caption"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """The format's name in a sentence: "this looks like … rows"."""
        return _LABELS[self]

    @property
    def example(self) -> str:
        """The shape of one row, for messages and help texts."""
        return _EXAMPLES[self]

    @property
    def is_conversation(self) -> bool:
        """Content in blocks, as in Bedrock's Converse API."""
        return self in (Family.NOVA, Family.CONVERSE)


_LABELS = {
    Family.NOVA: "Nova conversation",
    Family.CONVERSE: "Converse conversation",
    Family.PROMPT_COMPLETION: "prompt/completion",
    Family.CLAUDE: "Claude messages",
    Family.IMAGE_CAPTION: "image/caption",
    Family.UNKNOWN: "JSON Lines",
}
_CONVERSATION = (
    '{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "…"}], "messages": '
    '[{"role": "user", "content": [{"text": "…"}]}, {"role": "assistant", "content": [{"text": "…"}]}]}'
)
_EXAMPLES = {
    Family.NOVA: _CONVERSATION,
    Family.CONVERSE: _CONVERSATION,
    Family.PROMPT_COMPLETION: '{"prompt": "…", "completion": "…"}',
    Family.CLAUDE: (
        '{"system": "…", "messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}'
    ),
    Family.IMAGE_CAPTION: '{"image-ref": "s3://bucket/image.png", "caption": "…"}',
    Family.UNKNOWN: "one JSON object per line",
}
# First match wins. Llama 3.2 and 3.3 take Converse rows, Llama 2 and 3.1 prompt and completion.
_FAMILIES = (
    (r"amazon\.nova-([0-9]+-)?(micro|lite|pro|premier)\b", Family.NOVA),
    (r"amazon\.(nova-canvas|titan-image-generator|titan-embed-image)\b", Family.IMAGE_CAPTION),
    (r"meta\.llama3-[23]-", Family.CONVERSE),
    (r"meta\.llama|amazon\.titan-text|amazon\.titan-tg1|cohere\.command", Family.PROMPT_COMPLETION),
    (r"anthropic\.claude-3", Family.CLAUDE),
)
_PATTERNS = tuple((re.compile(pattern), family) for pattern, family in _FAMILIES)


def plain_id(base_external_id: str) -> str:
    """The model's own id out of an id, an ARN or an inference profile's id ("us.meta.llama3-2-…")."""
    name = base_external_id.strip().rsplit("/", 1)[-1].lower()
    return re.sub(r"^(us|eu|apac|jp|au|ca|global|us-gov)\.", "", name)


def family_of(base_external_id: str, input_modalities: Iterable[str] = ()) -> Family:
    """The family of a base model by Bedrock's id.

    ``input_modalities`` decide only for a Nova of a name that is new to us: one that reads text takes conversations.
    """
    name = plain_id(base_external_id)
    for pattern, family in _PATTERNS:
        if pattern.match(name):
            return family
    words = {word.upper() for word in input_modalities}
    spoken = "SPEECH" in words or "AUDIO" in words
    if re.match(r"amazon\.nova-[0-9]", name) and "TEXT" in words and not spoken:
        return Family.NOVA
    return Family.UNKNOWN


def looks_like(row: Mapping[str, object]) -> Family | None:
    """The family whose keys a row bears, or None. Content in text means Claude's format, in a list Nova's."""
    if "prompt" in row and "completion" in row:
        return Family.PROMPT_COMPLETION
    if "image-ref" in row:
        return Family.IMAGE_CAPTION
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages or not isinstance(messages[0], Mapping):
        return None
    content = messages[0].get("content")
    if isinstance(content, str):
        return Family.CLAUDE
    return Family.NOVA if isinstance(content, list) else None
