"""What the catalog may expect of any platform: both adapters pass the same tests, over HTTP."""

from datetime import UTC

import pytest

from catalog.facts import Kind, Platform
from catalog.platforms.base import Listing, ModelInfo
from catalog.sync import adapter_for

PLATFORMS = [platform.value for platform in Platform]
ID_FIELD = {"bedrock": "modelId", "openai": "id"}


@pytest.fixture(params=PLATFORMS)
def platform(request) -> str:
    return request.param


def listing_of(platform: str) -> Listing:
    return adapter_for(platform).list_models()


def test_every_model_that_is_offered_is_listed_once(sandbox, platform):
    listing = listing_of(platform)
    ids = [info.external_id for info in listing.models]
    assert sorted(ids) == sorted(record[ID_FIELD[platform]] for record in sandbox.models(platform))
    assert listing.refused == []
    assert len(ids) > 50


def test_every_model_says_where_it_is_and_has_a_name(sandbox, platform):
    assert adapter_for(platform).platform == platform
    for info in listing_of(platform).models:
        assert isinstance(info, ModelInfo)
        assert info.platform == platform
        assert info.external_id
        assert info.name


def test_the_kinds_it_lists_are_those_it_covers(sandbox, platform):
    listing = listing_of(platform)
    assert {info.kind for info in listing.models} <= listing.covers
    assert Kind.BASE in listing.covers


def test_times_carry_their_zone(sandbox, platform):
    moments = [
        moment
        for info in listing_of(platform).models
        for moment in (info.released_at, info.legacy_at, info.end_of_life_at)
        if moment
    ]
    assert moments
    assert all(
        moment.tzinfo and moment.utcoffset() == moment.astimezone(UTC).utcoffset() for moment in moments
    )


def test_two_looks_at_an_unchanged_platform_are_equal(sandbox, platform):
    assert listing_of(platform) == listing_of(platform)


def test_news_and_withdrawals_show_at_the_next_look(sandbox, platform):
    before = {info.external_id for info in listing_of(platform).models}
    sandbox.publish_model(platform, "acme.rocket-v1:0")
    gone = min(before)
    sandbox.withdraw_model(platform, gone)
    after = {info.external_id for info in listing_of(platform).models}
    assert after == before - {gone} | {"acme.rocket-v1:0"}


def test_ids_of_any_shape_are_kept_to_the_letter(sandbox, platform):
    strange = ["a.b-v1:0:256k", "ft-like:x", "id with spaces", "ünï-çødé", "<script>alert(1)</script>", "a/b"]
    for model_id in strange:
        sandbox.publish_model(platform, model_id)
    assert set(strange) <= {info.external_id for info in listing_of(platform).models}


def test_an_entry_without_an_id_is_refused_and_costs_nobody_else(sandbox, platform):
    sandbox.publish_model(platform, "x" * 600)
    listing = listing_of(platform)
    assert [refusal.why for refusal in listing.refused] == ["its id is longer than 512 characters"]
    assert len(listing.models) == len(sandbox.models(platform)) - 1


@pytest.mark.parametrize(
    ("platform", "fields"),
    [
        ("bedrock", {"modelLifecycle": {"status": "ACTIVE", "endOfLifeTime": "soon"}}),
        (
            "bedrock",
            {"modelName": None, "providerName": None, "inputModalities": None, "modelLifecycle": None},
        ),
        ("bedrock", {"responseStreamingSupported": None, "inferenceTypesSupported": ["BRAND_NEW"]}),
        ("openai", {"created": None, "owned_by": None, "shutdown_date": "soon"}),
        ("openai", {"created": "yesterday", "shutdown_date": 7}),
    ],
)
def test_a_field_that_makes_no_sense_does_not_cost_the_list(sandbox, platform, fields):
    sandbox.publish_model(platform, "acme.odd", **fields)
    odd = {info.external_id: info for info in listing_of(platform).models}["acme.odd"]
    assert (odd.name, odd.end_of_life_at) == ("acme.odd", None)


def test_bedrock_models_know_the_profiles_that_route_to_them(sandbox):
    routed = [info for info in listing_of("bedrock").models if info.inference_profiles]
    assert routed
    for info in routed:
        assert list(info.inference_profiles) == sorted(info.inference_profiles)
        assert all(profile.endswith(info.external_id) for profile in info.inference_profiles)


def test_openais_fine_tunes_are_custom_models(sandbox):
    sandbox.publish_model("openai", "ft:gpt-4.1-2025-04-14:acme:bot:1")
    tunes = [info for info in listing_of("openai").models if info.kind == Kind.CUSTOM]
    assert "ft:gpt-4.1-2025-04-14:acme:bot:1" in {info.external_id for info in tunes}
    assert all(info.external_id.startswith("ft:") for info in tunes)
