"""OpenAI's model list, as the openai client sees it."""

import json
import urllib.error
import urllib.request

import openai
import pytest

FINE_TUNE = "ft:gpt-4.1-mini-2025-04-14:acme::AbC123"


def test_it_lists_all_models_with_owners_and_request_id(openai_client, control):
    page = openai_client().models.list()
    assert len(page.data) == control.state()["models"]["openai"] > 75
    assert {model.owned_by for model in page.data} == {"system", "openai-internal", "acme-ltd"}
    assert page._request_id.startswith("req_")


def test_a_shutdown_date_is_a_day_or_null_or_missing(openai_client):
    models = {model.id: model for model in openai_client().models.list().data}
    assert len(models["gpt-5"].shutdown_date) == len("2026-12-11")
    assert models["gpt-6.1-sol"].shutdown_date is None
    assert "shutdown_date" not in models[FINE_TUNE].model_fields_set


@pytest.mark.parametrize("model_id", ["gpt-6.1-sol", FINE_TUNE])
def test_one_model_is_found_by_id_even_with_colons(openai_client, model_id):
    assert openai_client().models.retrieve(model_id).id == model_id


def test_an_unknown_model_is_model_not_found(openai_client):
    with pytest.raises(openai.NotFoundError) as caught:
        openai_client().models.retrieve("gpt-99")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    assert caught.value.request_id.startswith("req_")


@pytest.mark.parametrize("key", ["invalid-key", "invalid123456789012345"])
def test_an_invalid_key_is_refused_and_not_repeated_in_full_when_long(openai_client, key):
    with pytest.raises(openai.AuthenticationError) as caught:
        openai_client(key).models.list()
    assert caught.value.code == "invalid_api_key"
    assert (key in caught.value.message) == (len(key) <= 12)


def test_a_missing_key_is_401_in_openais_words(sandbox):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{sandbox.url}/v1/models")
    with caught.value as answer:
        assert answer.code == 401
        assert json.load(answer)["error"]["message"].startswith("You didn't provide an API key")


def test_an_unknown_address_is_404_in_openais_words(openai_client):
    with pytest.raises(openai.NotFoundError, match="Invalid URL"):
        openai_client().files.list()
