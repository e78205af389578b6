"""How much a base model takes: rows, tokens, sizes, media, reserved words. A dated table; None is "not known". Pure.

Where two documents disagree the careful one is followed, and the table says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from customization.datasets.families import Family, family_of, plain_id

READ_ON = date(2026, 11, 22)
_BEDROCK = "Amazon Bedrock user guide, Prepare data for fine-tuning your models, Model requirements"
_NOVA = "Amazon Nova user guide, Preparing data for multimodal fine-tuning, Dataset constraints"
_NOVA_2 = "Amazon Nova 2 user guide, Preparing data for SFT; Amazon Bedrock user guide, Nova 2.0 SFT"
_CANVAS = "Amazon Nova user guide, Creative Content Generation models, Dataset constraints"

MIB = 1024 * 1024
GB = 1000**3
# Both guides list exactly these. AWS's own validation script (aws-samples/amazon-nova-samples) also refuses
# them in capitals; in any other case they are a warning here, for common prose says "the user: …".
NOVA_RESERVED = ("User:", "Bot:", "Assistant:", "System:", "<image>", "<video>", "[EOS]")
NOVA_RESERVED_CAPITALS = ("USER:", "BOT:", "ASSISTANT:", "SYSTEM:")
# Only the script names "Thought:" and "<unk>".
NOVA_SUSPECT = (
    *("user:", "bot:", "assistant:", "system:", "Thought:", "THOUGHT:", "thought:"),
    *("<unk>", "<IMAGE>", "<VIDEO>", "[eos]"),
)
# Markers of the models' own prompt formats. No document forbids them in fine-tuning data: warnings.
CLAUDE_SUSPECT = ("\n\nHuman:", "\n\nAssistant:")
LLAMA_SUSPECT = ("<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>")


class Purpose(StrEnum):
    TRAINING = "training"
    VALIDATION = "validation"


class Validation(StrEnum):
    """What the model does with validation data."""

    USED = "used"
    IGNORED = "ignored"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one model for one purpose. Sizes in bytes, lengths in tokens or characters.

    ``risky`` names fields that one document allows and another warns of. ``line_bytes`` is ours: no row within
    ``row_tokens`` needs more, and it bounds our memory.
    """

    family: Family
    source: str
    as_of: date = READ_ON
    min_rows: int = 1
    max_rows: int | None = None
    min_rows_together: int | None = None
    max_rows_together: int | None = None
    row_tokens: int | None = None
    file_bytes: int | None = None
    line_bytes: int = 2 * MIB
    min_caption: int = 1
    max_caption: int | None = None
    reserved: tuple[str, ...] = ()
    suspect: tuple[str, ...] = ()
    media: frozenset[str] = frozenset()
    image_formats: tuple[str, ...] = ("png", "jpeg", "gif", "webp")
    video_formats: tuple[str, ...] = ("mov", "mkv", "mp4", "webm")
    images_per_row: int = 10
    reasoning: bool = False
    tools: bool = False
    risky: frozenset[str] = frozenset()
    validation: Validation = Validation.USED
    max_validation_rows: int | None = None
    validation_bytes: int | None = None

    @property
    def row_characters(self) -> int | None:
        """Beyond this a row is surely too long: AWS counts "token quota x 6" characters per sample."""
        return None if self.row_tokens is None else self.row_tokens * 6


_UNKNOWN = Limits(
    Family.UNKNOWN, "none: this model's rules are not known; only what holds for all is checked"
)
_NOVA_1 = Limits(
    Family.NOVA,
    _NOVA,
    min_rows=8,
    max_rows=20_000,
    row_tokens=32_000,
    reserved=NOVA_RESERVED + NOVA_RESERVED_CAPITALS,
    suspect=NOVA_SUSPECT,
    media=frozenset({"image", "video"}),
)
_LLAMA = Limits(
    Family.PROMPT_COMPLETION,
    _BEDROCK,
    min_rows_together=100,
    max_rows_together=10_000,
    max_rows=10_000,
    row_tokens=16_000,
    suspect=LLAMA_SUSPECT,
)
_LLAMA_3_2 = replace(_LLAMA, family=Family.CONVERSE)
_LLAMA_VISION = replace(_LLAMA_3_2, media=frozenset({"image"}))
# The Titan page gives no number of rows ("Sum of training and validation records" is a Service Quota): not known.
_TITAN = Limits(
    Family.PROMPT_COMPLETION, _BEDROCK, row_tokens=4_096, file_bytes=GB, validation_bytes=GB // 10
)
_IMAGES = Limits(
    Family.IMAGE_CAPTION,
    _BEDROCK,
    min_rows=5,
    max_rows=10_000,
    min_caption=3,
    max_caption=1_024,
    validation=Validation.REFUSED,
)
# By the beginning of Bedrock's id; first match wins.
_TABLE: tuple[tuple[str, Limits], ...] = (
    ("amazon.nova-canvas", replace(_IMAGES, source=_CANVAS)),
    ("amazon.nova-micro", replace(_NOVA_1, media=frozenset())),
    (
        "amazon.nova-2-",
        # Bedrock's guide: no WebP, no WebM, tools "might cause your job to fail"; the Nova 2 guide allows them.
        replace(
            _NOVA_1,
            source=_NOVA_2,
            media=frozenset({"image", "video", "document"}),
            image_formats=("png", "jpeg", "gif"),
            video_formats=("mov", "mkv", "mp4"),
            reasoning=True,
            tools=True,
            risky=frozenset({"toolConfig", "toolUse", "toolResult", "document"}),
            validation=Validation.IGNORED,
        ),
    ),
    ("amazon.nova-", _NOVA_1),
    # 6,144 is the sum of Cohere's 4,096 input and 2,048 output tokens.
    (
        "cohere.command",
        Limits(
            Family.PROMPT_COMPLETION, _BEDROCK, max_rows=10_000, max_validation_rows=1_000, row_tokens=6_144
        ),
    ),
    ("amazon.titan-text", _TITAN),
    ("amazon.titan-tg1", _TITAN),
    (
        "amazon.titan-embed-image",
        replace(_IMAGES, min_rows=1_000, max_rows=500_000, min_caption=0, max_caption=2_560),
    ),
    ("amazon.titan-image-generator", _IMAGES),
    ("meta.llama3-2-90b", replace(_LLAMA_VISION, row_tokens=10_000)),
    ("meta.llama3-2-11b", _LLAMA_VISION),
    ("meta.llama3-3-", _LLAMA_VISION),
    ("meta.llama3-2-", _LLAMA_3_2),
    ("meta.llama3-1-", _LLAMA),
    # Llama 2 has left the guide: its bounds are not known any more.
    ("meta.llama", Limits(Family.PROMPT_COMPLETION, _BEDROCK)),
    (
        "anthropic.claude-3",
        Limits(
            Family.CLAUDE,
            _BEDROCK,
            min_rows=32,
            max_rows=10_000,
            max_validation_rows=1_000,
            max_rows_together=10_000,
            row_tokens=32_000,
            file_bytes=10 * GB,
            validation_bytes=GB,
            suspect=CLAUDE_SUSPECT,
        ),
    ),
)


def limits_of(
    base_external_id: str, purpose: Purpose | str = Purpose.TRAINING, input_modalities: Iterable[str] = ()
) -> Limits:
    """The bounds of a base model for training or validation data; an unknown model has hardly any."""
    name = plain_id(base_external_id)
    family = family_of(base_external_id, input_modalities)
    found = next((limits for start, limits in _TABLE if name.startswith(start)), _UNKNOWN)
    if found.family != family:
        found = _NOVA_1 if family == Family.NOVA else _UNKNOWN
    if Purpose(purpose) == Purpose.VALIDATION:
        found = replace(
            found,
            max_rows=found.max_validation_rows or found.max_rows,
            file_bytes=found.validation_bytes or found.file_bytes,
        )
    return found


def limits_of_family(family: Family, purpose: Purpose | str = Purpose.TRAINING) -> Limits:
    """The usual bounds of a family, for callers that know no model: those of its commonest one."""
    return limits_of(_COMMONEST[family], purpose)


_COMMONEST = {
    Family.NOVA: "amazon.nova-lite-v1:0",
    Family.CONVERSE: "meta.llama3-3-70b-instruct-v1:0",
    Family.PROMPT_COMPLETION: "meta.llama3-1-8b-instruct-v1:0",
    Family.CLAUDE: "anthropic.claude-3-haiku-20240307-v1:0",
    Family.IMAGE_CAPTION: "amazon.nova-canvas-v1:0",
    Family.UNKNOWN: "",
}
