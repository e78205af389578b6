"""The vocabulary of facts: what can be observed about a model. Pure; imports nothing of ours.

Every enum is *our* word list. Words a platform sends that are not listed here are stored as they came and
never taken for success (see ``BuildState.UNKNOWN`` and ``Lifecycle.UNKNOWN``).
"""

from enum import StrEnum
from typing import Self

# After so many complete syncs without it a model counts as retired.
RETIRED_AFTER = 3


class Platform(StrEnum):
    """Where a model is served."""

    BEDROCK = "bedrock"
    OPENAI = "openai"

    @property
    def label(self) -> str:
        return {"bedrock": "Amazon Bedrock", "openai": "OpenAI"}[self.value]

    @property
    def short_label(self) -> str:
        """For columns that must stay narrow."""
        return self.label.removeprefix("Amazon ")


class Kind(StrEnum):
    """Offered by a platform, or made here by a customization job on a base model."""

    BASE = "base"
    CUSTOM = "custom"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class Colour(StrEnum):
    """The three answers to "may applications use it?"."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class ObservedWord(StrEnum):
    """Words read from rows and platforms; every such list has an ``UNKNOWN``."""

    @classmethod
    def _missing_(cls, value: object) -> Self:
        """A word of a newer release or of somebody's hand: never taken for success."""
        return cls["UNKNOWN"]


class Lifecycle(ObservedWord):
    """What the platform says of the model's life; ``ENDED`` is ours: its end-of-life date has passed."""

    ACTIVE = "active"
    LEGACY = "legacy"
    ENDED = "ended"
    UNKNOWN = "unknown"


class BuildState(ObservedWord):
    """How far the making of a custom model has come. Base models are always ``BUILT``."""

    REQUESTED = "requested"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    BUILT = "built"
    DELETING = "deleting"
    DELETED = "deleted"
    UNKNOWN = "unknown"


class ServingState(ObservedWord):
    """What makes the model callable. ``PLATFORM``: the platform serves it without our doing."""

    PLATFORM = "platform"
    NOTHING = "nothing"
    CREATING = "creating"
    READY = "ready"
    REMOVING = "removing"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Use(StrEnum):
    """What an application or a page may want a model for."""

    CHAT = "chat"
    EMBEDDING = "embedding"
    IMAGE = "image"
    VIDEO = "video"
    SPEECH = "speech"
    TRANSCRIPTION = "transcription"
    RERANK = "rerank"
    MODERATION = "moderation"
    CUSTOMIZATION = "customization"


class Capability(StrEnum):
    """The traits people filter by, in the order in which a sentence names them."""

    CHAT = "chat"
    EMBEDDING = "embedding"
    IMAGE = "image"
    VIDEO = "video"
    SPEECH = "speech"
    TRANSCRIPTION = "transcription"
    RERANK = "rerank"
    MODERATION = "moderation"
    VISION = "vision"
    REASONING = "reasoning"
    TOOLS = "tools"
    FINE_TUNABLE = "fine-tunable"
