"""The status table: every combination of facts, its colour in Python and in SQL, its words, its warnings."""

from datetime import timedelta
from itertools import product

import pytest

from catalog.facts import BuildState, Colour, Kind, Lifecycle, Platform, ServingState
from catalog.models import Model
from catalog.status import Facts, lifecycle_of, status_of, warnings_of
from tests.builders import NOW, a_model, unsaved_model

B, S, L = BuildState, ServingState, Lifecycle
COMBINATIONS = list(
    product(Kind, (True, False), Lifecycle, ("", "active", "legacy"), BuildState, ServingState, (True, False))
)


def facts(**changes: object) -> Facts:
    return Facts(**{"platform": Platform.BEDROCK, "kind": Kind.CUSTOM, **changes})  # type: ignore[arg-type]


def row(number: int, combination: tuple) -> Model:
    kind, listed, lifecycle, override, build, serving, enabled = combination
    return unsaved_model(
        number,
        kind=kind,
        listed=listed,
        lifecycle=lifecycle,
        lifecycle_override=override,
        build=build,
        serving=serving,
        enabled=enabled,
    )


@pytest.mark.django_db
def test_python_and_the_database_agree_over_every_combination_of_facts():
    Model.objects.bulk_create(
        (row(number, combination) for number, combination in enumerate(COMBINATIONS)), batch_size=500
    )
    disagreeing = [
        (model.explained.colour, model.status, COMBINATIONS[int(model.external_id[-5:])])
        for model in Model.objects.iterator()
        if model.explained.colour != model.status
    ]
    assert disagreeing == []
    assert set(Model.objects.values_list("status", flat=True)) == {"green", "yellow", "red"}


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["build", "serving", "lifecycle"])
def test_a_word_that_nobody_knows_is_never_green(column):
    """Also when a newer release, or a hand, has written it into the row."""
    model = a_model(kind="custom", enabled=True, **{column: "brand-new-word"})
    assert (model.status, model.explained.colour) == ("red", "red")


GREEN = facts(enabled=True)
RULES = [
    # build comes first
    (facts(build=B.REQUESTED), "red", "Training requested", "Wait, or stop the job", False),
    (facts(build=B.RUNNING, build_message="data ✓"), "red", "Training: data ✓", "Wait, or stop the job", False),
    (facts(build=B.STOPPING), "red", "Training is being stopped", "Wait", False),
    (facts(build=B.STOPPED), "red", "Training was stopped", "Clone the job or archive it", True),
    (facts(build=B.FAILED, build_message="No rows"), "red", "Training failed: No rows",
     "See the failure; clone the job or archive it", True),
    (facts(build=B.UNKNOWN, enabled=True), "red", "Build state unknown", "Look at the job on the platform", False),
    (facts(build=B.FAILED, serving=S.FAILED, listed=False), "red", "Training failed",
     "See the failure; clone the job or archive it", True),
    # then a model of ours that somebody removed on the platform
    (facts(listed=False, enabled=True), "red", "Gone from Amazon Bedrock: removed outside modelhub",
     "Clone its job to train it again", True),
    (facts(listed=False, serving=S.NOTHING), "red", "Gone from Amazon Bedrock: removed outside modelhub",
     "Clone its job to train it again", True),
    # then serving
    (facts(serving=S.NOTHING), "red", "Created, nothing serves it yet", "Provision throughput, or deploy on demand",
     True),
    (facts(serving=S.CREATING), "red", "Provisioning", "Wait", False),
    (facts(serving=S.REMOVING, enabled=True), "red", "Serving is being removed", "Wait", False),
    (facts(serving=S.FAILED, serving_message="No units"), "red", "Provisioning failed: No units",
     "Retry; if it is still there, remove it first", True),
    (facts(serving=S.UNKNOWN, enabled=True), "red", "Serving state unknown", "Look at it on the platform", False),
    # then presence and life
    (facts(kind=Kind.BASE, listed=False, enabled=True), "red", "Retired by Amazon Bedrock", "Choose a successor", True),
    (facts(platform=Platform.OPENAI, listed=False), "red", "Retired by OpenAI", "Choose a successor", True),
    (facts(lifecycle=L.ENDED, enabled=True), "red", "Retired by Amazon Bedrock: past its end of life",
     "Choose a successor", True),
    (facts(lifecycle=L.ENDED, end_of_life_at=NOW), "red",
     "Retired by Amazon Bedrock: past its end of life since 2026-11-22", "Choose a successor", True),
    (facts(lifecycle=L.UNKNOWN, lifecycle_word="SUNSET", enabled=True), "red",
     "Amazon Bedrock calls its lifecycle “SUNSET”, a word modelhub does not know",
     "Read what it means, then override the lifecycle in the admin", True),
    # then the wish
    (facts(), "yellow", "Ready, not enabled", "Enable it", True),
    (facts(serving=S.READY), "yellow", "Ready, not enabled", "Enable it", True),
    (facts(serving=S.READY, enabled=True), "green", "Enabled: applications may use it", "", True),
    (facts(lifecycle=L.LEGACY, enabled=True), "green", "Enabled: applications may use it", "", True),
    (facts(kind=Kind.BASE, enabled=True, missed_syncs=2), "green", "Enabled: applications may use it", "", True),
    (facts(kind=Kind.BASE, build=B.FAILED, serving=S.FAILED), "yellow", "Ready, not enabled", "Enable it", True),
]  # fmt: skip


@pytest.mark.parametrize(("given", "colour", "reason", "next_action", "settled"), RULES)
def test_each_rule_gives_colour_reason_and_next_action(given, colour, reason, next_action, settled):
    status = status_of(given)
    assert (status.colour, status.reason, status.next_action, status.settled) == (
        colour,
        reason,
        next_action,
        settled,
    )


def test_everything_but_green_names_a_next_action():
    for kind, listed, lifecycle, _, build, serving, enabled in COMBINATIONS:
        status = status_of(
            facts(
                kind=kind, listed=listed, lifecycle=lifecycle, build=build, serving=serving, enabled=enabled
            )
        )
        assert bool(status.next_action) == (status.colour != Colour.GREEN)
        assert status.reason


def test_the_hint_is_the_reason_and_the_next_action():
    assert status_of(facts()).hint == "Ready, not enabled — Enable it"
    assert status_of(GREEN).hint == "Enabled: applications may use it"


def labels(**changes: object) -> list[str]:
    return [warning.label for warning in warnings_of(facts(**changes), NOW)]


def days(count: float) -> dict[str, object]:
    return {"end_of_life_at": NOW + timedelta(days=count)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"missed_syncs": 1}, ["Missing"]),
        ({"missed_syncs": 3, "listed": False}, []),
        ({"lifecycle": L.LEGACY}, ["Legacy"]),
        ({"lifecycle": L.LEGACY, **days(200)}, ["Legacy"]),
        ({"lifecycle": L.LEGACY, **days(20)}, ["Ends 2026-12-12"]),
        (days(0), ["Ends 2026-11-22"]),
        (days(-1), ["Ends 2026-11-21"]),
        (days(90), ["Ends 2027-02-20"]),
        (days(90.9), ["Ends 2027-02-21"]),
        (days(91), []),
        ({"lifecycle": L.ENDED, **days(-1)}, []),
        ({"lifecycle": L.ENDED, "missed_syncs": 2}, ["Missing"]),
        ({"lifecycle": L.UNKNOWN, **days(3)}, ["Ends 2026-11-25"]),
        ({"missed_syncs": 2, "lifecycle": L.LEGACY}, ["Missing", "Legacy"]),
    ],
)
def test_warnings(changes, expected):
    assert labels(**changes) == expected


def test_a_legacy_warning_says_since_when_and_until_when():
    legacy = {"lifecycle": L.LEGACY, "legacy_at": NOW - timedelta(days=30)}
    (dated,) = warnings_of(facts(**legacy, **days(200)), NOW)
    assert dated.detail == "Legacy since 2026-10-23: still callable until 2027-06-10; plan a successor"
    (undated,) = warnings_of(facts(lifecycle=L.LEGACY), NOW)
    assert undated.detail == "Legacy: still callable; plan a successor"


@pytest.mark.parametrize(
    ("word", "ends", "expected"),
    [
        ("", None, L.ACTIVE),
        ("ACTIVE", None, L.ACTIVE),
        ("LEGACY", None, L.LEGACY),
        ("LEGACY", 1, L.LEGACY),
        ("ACTIVE", 0, L.ENDED),
        ("SUNSET", -1, L.ENDED),
        ("active", None, L.UNKNOWN),
        ("SUNSET", None, L.UNKNOWN),
        ("ACTIVE ", None, L.UNKNOWN),
    ],
)
def test_a_platforms_lifecycle_word_and_date_become_ours(word, ends, expected):
    end = None if ends is None else NOW + timedelta(days=ends)
    assert lifecycle_of(word, end, NOW) == expected


def test_an_override_counts_only_while_the_platforms_word_is_unknown():
    assert unsaved_model(lifecycle="unknown", lifecycle_override="legacy").effective_lifecycle == L.LEGACY
    assert unsaved_model(lifecycle="ended", lifecycle_override="active").effective_lifecycle == L.ENDED
    assert unsaved_model(lifecycle="active", lifecycle_override="legacy").effective_lifecycle == L.ACTIVE
