"""Which id an application passes to call a model."""

import pytest

from catalog.facts import Kind, Platform
from catalog.invocation import platform_invocation_id
from tests.builders import unsaved_model

ID = "acme.rocket-v1:0"


def resolved(platform=Platform.BEDROCK, kind=Kind.BASE, types=(), profiles=(), external_id=ID) -> str:
    return platform_invocation_id(
        platform=platform,
        kind=kind,
        external_id=external_id,
        inference_types=types,
        inference_profiles=profiles,
    )


@pytest.mark.parametrize(
    ("types", "profiles", "expected"),
    [
        (("ON_DEMAND",), (), ID),
        (("ON_DEMAND", "PROVISIONED"), (f"us.{ID}",), ID),
        (("INFERENCE_PROFILE",), (f"us.{ID}",), f"us.{ID}"),
        (("INFERENCE_PROFILE",), (f"global.{ID}", f"us.{ID}"), f"us.{ID}"),
        (("INFERENCE_PROFILE",), (f"global.{ID}",), f"global.{ID}"),
        (("INFERENCE_PROFILE",), (), ""),
        (("PROVISIONED",), (), ""),
        ((), (), ""),
        (("on_demand",), (), ""),
        (("SOMETHING_NEW",), (f"eu.{ID}", f"apac.{ID}"), f"apac.{ID}"),
    ],
)
def test_a_bedrock_base_model_is_called_on_demand_or_through_a_profile(types, profiles, expected):
    assert resolved(types=types, profiles=profiles) == expected


def test_the_choice_does_not_depend_on_the_order_of_the_profiles():
    profiles = (f"us.{ID}", f"eu.{ID}", f"global.{ID}")
    assert {resolved(profiles=order) for order in (profiles, profiles[::-1])} == {f"eu.{ID}"}


def test_a_custom_bedrock_model_is_never_called_by_its_own_id():
    assert resolved(kind=Kind.CUSTOM, types=("ON_DEMAND",), profiles=(f"us.{ID}",)) == ""


@pytest.mark.parametrize("kind", Kind)
def test_an_openai_model_is_called_by_its_own_id(kind):
    assert resolved(Platform.OPENAI, kind, external_id="ft:gpt-4.1:acme::abc") == "ft:gpt-4.1:acme::abc"


def test_what_serves_a_custom_model_wins_over_everything():
    arn = "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc"
    assert unsaved_model(serving_arn=arn).invocation_id == arn
    assert unsaved_model(kind="custom", platform_invocation_id="").invocation_id == ""
