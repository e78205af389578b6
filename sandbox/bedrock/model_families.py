"""What a base model takes: its data format, row limits, and hyperparameters with their ranges.

Ranges and limits: Amazon Bedrock User Guide, "Custom model hyperparameters" and "Prepare your training datasets", as
distilled in modelhub's design notes (2026-11). Families that are not listed take any hyperparameters and the
prompt/completion format.
"""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.errors import validation

PROMPT = (
    '{"prompt": "<input text>", "completion": "<output text>"}'  # recorded; the other three follow its manner
)
CONVERSATION = (
    '{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "<system>"}], "messages": '
    '[{"role": "user", "content": [{"text": "<text>"}]}, {"role": "assistant", "content": [{"text": "<text>"}]}]}'
)
MESSAGES = '{"system": "<system>", "messages": [{"role": "user", "content": "<text>"}]}'
CAPTION = '{"image-ref": "s3://bucket/image.png", "caption": "<caption>"}'

Ranges = dict[str, tuple[str, str, bool]]  # name -> lowest, highest, whole numbers only


@dataclass(frozen=True)
class Family:
    words: str  # the format, as failure messages spell it
    rows: tuple[int, int] = (1, 10**9)
    ranges: Ranges = field(default_factory=dict)
    validates: bool = True  # validation data is used; images refuse it, Nova 2 ignores it
    takes_validation: bool = True
    default_batch: int = 8


_LLAMA = Family(
    PROMPT,
    (1, 10_000),
    {"epochCount": ("1", "10", True), "batchSize": ("1", "1", True), "learningRate": ("5e-6", "0.1", False)},
    default_batch=1,
)
_NOVA_RANGES: Ranges = {
    "epochCount": ("1", "5", True),
    "learningRate": ("1e-6", "1e-4", False),
    "learningRateWarmupSteps": ("0", "100", True),
}
_NOVA = Family(CONVERSATION, (8, 20_000), _NOVA_RANGES)
_EMBEDDINGS: Ranges = {
    "epochCount": ("1", "100", True),
    "batchSize": ("256", "9216", True),
    "learningRate": ("5e-8", "1", False),
}
_IMAGES = Family(CAPTION, takes_validation=False, validates=False)
_FAMILIES = (
    ("amazon.nova-canvas", _IMAGES),
    ("amazon.nova-2", Family(CONVERSATION, (8, 20_000), _NOVA_RANGES, validates=False)),
    ("amazon.nova", _NOVA),
    ("amazon.titan-embed-image", Family(CAPTION, ranges=_EMBEDDINGS, default_batch=576)),
    ("amazon.titan-image", _IMAGES),
    ("anthropic.", Family(MESSAGES, (32, 10_000))),
    ("meta.llama", _LLAMA),
)


def family_of(model_id: str) -> Family:
    return next((family for start, family in _FAMILIES if model_id.startswith(start)), Family(PROMPT))


def check_hyperparameters(family: Family, given: dict[str, str]) -> None:
    """AWS's exact words are not recorded."""
    if not family.ranges:
        return
    for name, text in given.items():
        if name not in family.ranges:
            known = ", ".join(sorted(family.ranges))
            raise validation(f"Unknown hyperparameter '{name}'. Supported hyperparameters: {known}.")
        low, high, whole = family.ranges[name]
        number = _number(text)
        if number is None or (whole and number != number.to_integral_value()):
            raise validation(f"The value '{text}' of hyperparameter '{name}' is not a valid number.")
        if not Decimal(low) <= number <= Decimal(high):
            raise validation(
                f"The value '{text}' of hyperparameter '{name}' must be between {low} and {high}."
            )


def whole(given: dict[str, Any], name: str, default: int) -> int:
    number = _number(given.get(name, ""))
    return max(1, int(number)) if number is not None else default


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**12 else None
