"""From what a platform says to the columns sync keeps."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.columns import SYNCED, columns_of
from catalog.facts import Kind, Platform
from catalog.models import Model
from catalog.platforms.base import ModelInfo
from tests.builders import NOW

NOVA = ModelInfo(
    platform=Platform.BEDROCK,
    external_id="amazon.nova-lite-v1:0",
    name="Nova Lite",
    provider="Amazon",
    input_modalities=("TEXT", "IMAGE", "VIDEO"),
    output_modalities=("TEXT",),
    streaming=True,
    inference_types=("ON_DEMAND",),
    lifecycle_word="ACTIVE",
)


def test_exactly_the_synced_columns_are_made():
    assert tuple(columns_of(NOVA, NOW)) == SYNCED
    assert set(SYNCED) <= {field.name for field in Model._meta.fields}


def test_nothing_that_people_decide_is_synced():
    decided = {"enabled", "note", "listed", "missed_syncs", "rev", "build", "serving", "serving_arn"}
    assert not set(SYNCED) & decided
    assert not [name for name in SYNCED if name.endswith("_override")]


def test_the_same_answer_makes_the_same_columns():
    assert columns_of(NOVA, NOW) == columns_of(replace(NOVA), NOW + timedelta(days=1))


def test_known_models_get_traits_context_and_dated_prices():
    columns = columns_of(NOVA, NOW)
    assert columns["traits"].startswith("Text, images and video in, text out")
    assert columns["capability_set"].startswith(",chat,")
    assert columns["context_tokens"] == 300_000
    assert isinstance(columns["input_price"], Decimal)
    assert columns["price_source"].startswith("litellm")
    assert columns["platform_invocation_id"] == NOVA.external_id


def test_what_nobody_knows_stays_empty():
    columns = columns_of(ModelInfo(platform=Platform.BEDROCK, external_id="acme.x", name="X"), NOW)
    unknown = ("capability_set", "traits", "price_source", "platform_invocation_id", "lifecycle_word")
    assert [columns[name] for name in unknown] == [""] * 5
    numbers = ("context_tokens", "max_output_tokens", "input_price", "output_price", "streaming")
    assert [columns[name] for name in numbers] == [None] * 5
    assert columns["lifecycle"] == "active"


@pytest.mark.parametrize(
    ("word", "ends", "lifecycle"),
    [
        ("ACTIVE", None, "active"),
        ("LEGACY", 30, "legacy"),
        ("LEGACY", -1, "ended"),
        ("SUNSET", None, "unknown"),
    ],
)
def test_the_lifecycle_is_read_from_word_and_date(word, ends, lifecycle):
    end = None if ends is None else NOW + timedelta(days=ends)
    columns = columns_of(replace(NOVA, lifecycle_word=word, end_of_life_at=end), NOW)
    assert (columns["lifecycle"], columns["lifecycle_word"]) == (lifecycle, word)


def test_a_fine_tune_of_openai_is_custom_and_called_by_its_own_id():
    tune = ModelInfo(
        platform=Platform.OPENAI, external_id="ft:gpt-4.1-2025-04-14:acme::x", name="x", kind=Kind.CUSTOM
    )
    columns = columns_of(tune, NOW)
    assert (columns["kind"], columns["platform_invocation_id"]) == ("custom", tune.external_id)


def test_no_text_is_longer_than_its_column():
    words = tuple(f"MODALITY_{number}_" + "X" * 80 for number in range(100))
    columns = columns_of(replace(NOVA, input_modalities=words, output_modalities=words), NOW)
    for name in SYNCED:
        most = getattr(Model._meta.get_field(name), "max_length", None)
        assert most is None or len(columns[name] or "") <= most, name
