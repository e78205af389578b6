"""The heart of the product: which colour a model has, why, and what a person can do next. Pure.

The colour is computed here for people and, over the same facts, by ``catalog.models.model.STATUS_EXPRESSION`` for
filtering in the database; ``tests/unit/catalog/test_status.py`` proves that both agree over every combination.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from catalog.facts import RETIRED_AFTER, BuildState, Colour, Kind, Lifecycle, Platform, ServingState

ENDING_SOON_DAYS = 90


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one model; every field is observed and stored, none is an opinion."""

    platform: Platform
    kind: Kind
    listed: bool = True
    lifecycle: Lifecycle = Lifecycle.ACTIVE
    build: BuildState = BuildState.BUILT
    serving: ServingState = ServingState.PLATFORM
    enabled: bool = False
    lifecycle_word: str = ""
    build_message: str = ""
    serving_message: str = ""
    legacy_at: datetime | None = None
    end_of_life_at: datetime | None = None
    missed_syncs: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """The answer. ``settled`` is False while it will change without anybody's doing: pages look more often.
    ``tab``: the tab of a custom model's page where the next action is taken, or ""."""

    colour: Colour
    reason: str
    next_action: str
    settled: bool = True
    tab: str = ""

    @property
    def hint(self) -> str:
        """The text behind the icon: the reason and the next user action."""
        return f"{self.reason} — {self.next_action}" if self.next_action else self.reason


def status_of(facts: Facts) -> Status:
    """Decide colour, reason and next action from the facts; the first rule that matches wins."""
    if facts.kind != Kind.BASE:
        trouble = _build_trouble(facts) or _absence(facts) or _serving_trouble(facts)
        if trouble:
            return trouble
    if not facts.listed:
        return Status(Colour.RED, f"Retired by {facts.platform.label}", "Choose a successor")
    if facts.lifecycle == Lifecycle.ENDED:
        return Status(Colour.RED, f"Retired by {facts.platform.label}: past its end of life{_on(facts.end_of_life_at)}",
                      "Choose a successor")  # fmt: skip
    if facts.lifecycle == Lifecycle.UNKNOWN:
        reason = f"{facts.platform.label} calls its lifecycle “{facts.lifecycle_word}”, a word modelhub does not know"
        return Status(Colour.RED, reason, "Read what it means, then override the lifecycle in the admin")
    if facts.enabled:
        return Status(Colour.GREEN, "Enabled: applications may use it", "")
    return Status(Colour.YELLOW, "Ready, not enabled", "Enable it")


_BUILD: dict[BuildState, tuple[str, str, bool]] = {
    BuildState.REQUESTED: ("Training requested", "Wait, or stop the job", False),
    BuildState.RUNNING: ("Training", "Wait, or stop the job", False),
    BuildState.STOPPING: ("Training is being stopped", "Wait", False),
    BuildState.STOPPED: ("Training was stopped", "Clone the job or archive it", True),
    BuildState.FAILED: ("Training failed", "See the failure; clone the job or archive it", True),
    BuildState.DELETING: ("Being deleted", "Wait", False),
    BuildState.DELETED: ("Deleted", "Clone its job to make another", True),
    BuildState.UNKNOWN: ("Build state unknown", "Look at the job on the platform", False),
}

_SERVING: dict[ServingState, tuple[str, str, bool]] = {
    ServingState.NOTHING: (
        "Created, nothing serves it yet",
        "Provision throughput, or deploy on demand",
        True,
    ),
    ServingState.CREATING: ("Provisioning", "Wait", False),
    ServingState.REMOVING: ("Serving is being removed", "Wait", False),
    ServingState.FAILED: ("Provisioning failed", "Retry; if it is still there, remove it first", True),
    ServingState.UNKNOWN: ("Serving state unknown", "Look at it on the platform", False),
}


def _build_trouble(facts: Facts) -> Status | None:
    return _red(_BUILD.get(facts.build), facts.build_message, "job")


def _absence(facts: Facts) -> Status | None:
    """A model made here has no successor to choose: somebody removed it on the platform."""
    if facts.listed or facts.platform != Platform.BEDROCK:
        return None
    reason = f"Gone from {facts.platform.label}: removed outside modelhub"
    return Status(Colour.RED, reason, "Clone its job to train it again", tab="job")


def _serving_trouble(facts: Facts) -> Status | None:
    return _red(_SERVING.get(facts.serving), facts.serving_message, "serving")


def _red(row: tuple[str, str, bool] | None, message: str, tab: str) -> Status | None:
    if row is None:
        return None
    reason, next_action, settled = row
    return Status(Colour.RED, f"{reason}: {message}" if message else reason, next_action, settled, tab)


@dataclass(frozen=True, slots=True)
class Warning:
    """A badge beside the icon; it never changes the colour."""

    label: str
    detail: str


def warnings_of(facts: Facts, now: datetime) -> list[Warning]:
    """Things worth knowing about a model that is still usable: legacy, ending soon, missing from the last sync."""
    found = []
    if facts.listed and facts.missed_syncs:
        found.append(Warning("Missing", f"Absent from the last {facts.missed_syncs} complete sync(s); "
                             f"it counts as retired after {RETIRED_AFTER}"))  # fmt: skip
    if facts.lifecycle == Lifecycle.ENDED:
        return found
    ends = facts.end_of_life_at
    if ends and (ends - now).days <= ENDING_SOON_DAYS:
        found.append(Warning(f"Ends {day(ends)}", f"End of life on {day(ends)}: choose a successor"))
    elif facts.lifecycle == Lifecycle.LEGACY:
        until = f" until {day(ends)}" if ends else ""
        found.append(
            Warning("Legacy", f"Legacy{_on(facts.legacy_at)}: still callable{until}; plan a successor")
        )
    return found


def lifecycle_of(word: str, end_of_life_at: datetime | None, now: datetime) -> Lifecycle:
    """Turn the platform's lifecycle word and date into ours. No word at all counts as active (OpenAI sends none).

    Words: Amazon Bedrock API reference, FoundationModelLifecycle (ACTIVE, LEGACY), read 2026-11-22.
    """
    if end_of_life_at and end_of_life_at <= now:
        return Lifecycle.ENDED
    return {"": Lifecycle.ACTIVE, "ACTIVE": Lifecycle.ACTIVE, "LEGACY": Lifecycle.LEGACY}.get(
        word, Lifecycle.UNKNOWN
    )


def _on(moment: datetime | None) -> str:
    return f" since {day(moment)}" if moment else ""


def day(moment: datetime) -> str:
    """A platform's date as the platform means it: in UTC, wherever this installation is."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"
