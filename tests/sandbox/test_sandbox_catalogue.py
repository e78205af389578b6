"""The catalogue holds every oddity that real answers hold, so that nobody meets them first in production."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.catalogue import seed

NOW = datetime(2027, 3, 4, 5, tzinfo=UTC)  # any day: relative dates must hold whenever it is seeded


@pytest.fixture(scope="module")
def bedrock_models():
    return seed.bedrock_models(NOW)


@pytest.fixture(scope="module")
def openai_models():
    return seed.openai_models(NOW)


def ends(models):
    dates = [model.get("modelLifecycle", {}).get("endOfLifeTime") for model in models]
    return [datetime.fromisoformat(date) for date in dates if date]


def test_it_has_the_promised_size(bedrock_models, openai_models):
    assert 110 <= len(bedrock_models) <= 130
    assert 75 <= len(openai_models) <= 90


@pytest.mark.parametrize(
    "model_id",
    [
        "amazon.nova-2-lite-v1:0:256k",
        "amazon.nova-pro-v1:0:300k",
        "amazon.nova-micro-v1:0:128k",
        "amazon.nova-canvas-v1:0",
        "amazon.titan-embed-image-v1:0",
        "meta.llama3-3-70b-instruct-v1:0:128k",
        "anthropic.claude-3-haiku-20240307-v1:0:200k",
    ],
)
def test_todays_customization_bases_can_be_fine_tuned_and_provisioned(bedrock_models, model_id):
    model = next(model for model in bedrock_models if model["modelId"] == model_id)
    assert "FINE_TUNING" in model["customizationsSupported"]
    assert "PROVISIONED" in model["inferenceTypesSupported"]


def test_some_life_ends_lie_behind_some_within_20_days_some_months_ahead(bedrock_models):
    distances = [end - NOW for end in ends(bedrock_models)]
    assert any(distance < timedelta() for distance in distances)
    assert any(timedelta() < distance < timedelta(days=20) for distance in distances)
    assert any(distance > timedelta(days=60) for distance in distances)


def test_it_holds_words_no_enum_lists(bedrock_models):
    modalities = {word for m in bedrock_models for word in m["inputModalities"] + m["outputModalities"]}
    assert {"SPEECH", "AUDIO", "VIDEO", "HOLOGRAM"} <= modalities
    assert "ELASTIC" in {word for m in bedrock_models for word in m["inferenceTypesSupported"]}
    assert "SUNRISE" in {m.get("modelLifecycle", {}).get("status") for m in bedrock_models}


def test_it_holds_gaps_nulls_long_and_repeated_names(bedrock_models):
    assert any(model["providerName"] is None for model in bedrock_models)
    assert any("modelLifecycle" not in model for model in bedrock_models)
    assert any("responseStreamingSupported" not in model for model in bedrock_models)
    assert any(model["inferenceTypesSupported"] == [] for model in bedrock_models)
    assert any(model["inferenceTypesSupported"] == ["PROVISIONED"] for model in bedrock_models)
    names = Counter(model["modelName"] for model in bedrock_models)
    assert max(map(len, names)) > 180
    assert sum(1 for count in names.values() if count > 1) >= 8


def test_openai_has_two_fine_tunes_and_all_forms_of_shutdown_date(openai_models):
    assert sum(model["id"].startswith("ft:") for model in openai_models) == 2
    dates = [model.get("shutdown_date", "missing") for model in openai_models]
    assert None in dates
    assert "missing" in dates
    days = [datetime.fromisoformat(day).replace(tzinfo=UTC) for day in dates if day not in (None, "missing")]
    assert any(day < NOW for day in days)
    assert any(NOW < day < NOW + timedelta(days=20) for day in days)
