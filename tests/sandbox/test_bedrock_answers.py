"""Bedrock's read operations, as boto3 sees them."""

from datetime import datetime

import pytest
from botocore.exceptions import ClientError


def ids(answer):
    return [model["modelId"] for model in answer["modelSummaries"]]


def error_of(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def test_it_lists_every_model_in_one_answer_with_a_request_id(bedrock, control):
    answer = bedrock.list_foundation_models()
    assert len(ids(answer)) == control.state()["models"]["bedrock"] > 110
    assert answer["ResponseMetadata"]["RequestId"]
    assert "nextToken" not in answer


def test_it_never_shows_the_sandboxs_own_notes(bedrock):
    assert not any(
        name.startswith("_") for model in bedrock.list_foundation_models()["modelSummaries"] for name in model
    )


@pytest.mark.parametrize(
    ("filters", "field", "value"),
    [
        ({"byCustomizationType": "FINE_TUNING"}, "customizationsSupported", "FINE_TUNING"),
        ({"byCustomizationType": "DISTILLATION"}, "customizationsSupported", "DISTILLATION"),
        ({"byOutputModality": "EMBEDDING"}, "outputModalities", "EMBEDDING"),
        ({"byOutputModality": "IMAGE"}, "outputModalities", "IMAGE"),
        ({"byInferenceType": "PROVISIONED"}, "inferenceTypesSupported", "PROVISIONED"),
        ({"byInferenceType": "ON_DEMAND"}, "inferenceTypesSupported", "ON_DEMAND"),
    ],
)
def test_a_filter_keeps_exactly_the_models_that_support_it(bedrock, filters, field, value):
    everything = bedrock.list_foundation_models()["modelSummaries"]
    expected = [model["modelId"] for model in everything if value in model[field]]
    assert expected
    assert ids(bedrock.list_foundation_models(**filters)) == expected


def test_the_provider_filter_ignores_case_and_survives_models_without_provider(bedrock):
    models = bedrock.list_foundation_models(byProvider="mistral ai")["modelSummaries"]
    assert {model["providerName"] for model in models} == {"Mistral AI"}
    assert ids(bedrock.list_foundation_models(byProvider="Nobody")) == []


def test_filters_combine(bedrock):
    found = ids(bedrock.list_foundation_models(byProvider="Amazon", byCustomizationType="FINE_TUNING"))
    assert "amazon.nova-2-lite-v1:0:256k" in found
    assert all(model_id.startswith("amazon.") for model_id in found)


@pytest.mark.parametrize(
    "filters",
    [
        {"byOutputModality": "VIDEO"},
        {"byInferenceType": "INFERENCE_PROFILE"},
        {"byCustomizationType": "MAGIC"},
        {"byProvider": "no_underscores"},
    ],
)
def test_an_unknown_filter_word_is_a_validation_error_naming_the_parameter(bedrock, filters):
    status, code, message = error_of(bedrock.list_foundation_models, **filters)
    assert (status, code) == (400, "ValidationException")
    assert f"at '{next(iter(filters))}' failed to satisfy constraint" in message


@pytest.mark.parametrize(
    "identifier",
    [
        "amazon.nova-2-lite-v1:0:256k",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-2-lite-v1:0:256k",
        "zai.glm-4.7",
    ],
)
def test_a_model_is_found_by_id_with_colons_or_dots_and_by_arn(bedrock, identifier):
    details = bedrock.get_foundation_model(modelIdentifier=identifier)["modelDetails"]
    assert details["modelId"] == identifier.rpartition("/")[2]
    assert details["modelArn"].endswith("foundation-model/" + details["modelId"])


def test_an_unknown_model_is_404_and_a_malformed_id_400(bedrock):
    unknown = error_of(bedrock.get_foundation_model, modelIdentifier="acme.model-v9:0")
    assert unknown[:2] == (404, "ResourceNotFoundException")
    malformed = error_of(bedrock.get_foundation_model, modelIdentifier="Not A Model")
    assert malformed[:2] == (400, "ValidationException")
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_foundation_model_availability(modelId="acme.model-v9:0")


def test_lifecycle_dates_arrive_as_datetimes(bedrock):
    model = bedrock.get_foundation_model(modelIdentifier="anthropic.claude-sonnet-4-5-20250929-v1:0")
    life = model["modelDetails"]["modelLifecycle"]
    assert life["status"] == "LEGACY"
    assert (
        life["startOfLifeTime"]
        < life["legacyTime"]
        < life["publicExtendedAccessTime"]
        < life["endOfLifeTime"]
    )
    assert isinstance(life["endOfLifeTime"], datetime)


@pytest.mark.parametrize(
    ("model_id", "field", "value"),
    [
        ("amazon.nova-pro-v1:0", "authorizationStatus", "AUTHORIZED"),
        ("anthropic.claude-mythos-preview", "authorizationStatus", "NOT_AUTHORIZED"),
        ("amazon.rerank-v1:0", "regionAvailability", "NOT_AVAILABLE"),
        ("anthropic.claude-mythos-5-1", "entitlementAvailability", "NOT_AVAILABLE"),
    ],
)
def test_availability_tells_what_the_account_may_use(bedrock, model_id, field, value):
    assert bedrock.get_foundation_model_availability(modelId=model_id)[field] == value


def test_availability_tells_when_no_agreement_was_made(bedrock):
    answer = bedrock.get_foundation_model_availability(modelId="zai.glm-5.3")
    assert answer["agreementAvailability"]["status"] == "NOT_AVAILABLE"


def test_profiles_come_in_pages_that_add_up(bedrock, control):
    pages = list(bedrock.get_paginator("list_inference_profiles").paginate(PaginationConfig={"PageSize": 30}))
    sizes = [len(page["inferenceProfileSummaries"]) for page in pages]
    assert sizes[:2] == [30, 30]
    assert sum(sizes) == control.state()["models"]["inference-profiles"]


def test_profiles_are_filtered_by_type(bedrock):
    application = bedrock.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]
    assert [profile["type"] for profile in application] == ["APPLICATION"]
    system = bedrock.list_inference_profiles(typeEquals="SYSTEM_DEFINED", maxResults=1000)
    assert {p["type"] for p in system["inferenceProfileSummaries"]} == {"SYSTEM_DEFINED"}


def test_profiles_point_to_the_model_in_several_regions(bedrock):
    find = bedrock.get_inference_profile
    us = find(inferenceProfileIdentifier="us.anthropic.claude-sonnet-5-5")
    assert len(us["models"]) == 3
    assert {arn["modelArn"].rpartition("/")[2] for arn in us["models"]} == {"anthropic.claude-sonnet-5-5"}
    everywhere = find(inferenceProfileIdentifier="global.anthropic.claude-sonnet-5-5")
    assert everywhere["models"][1]["modelArn"].startswith("arn:aws:bedrock:::")


def test_every_profile_only_model_has_a_profile(bedrock):
    profiles = bedrock.list_inference_profiles(maxResults=1000)["inferenceProfileSummaries"]
    served = {model["modelArn"].rpartition("/")[2] for profile in profiles for model in profile["models"]}
    for model in bedrock.list_foundation_models()["modelSummaries"]:
        if model["inferenceTypesSupported"] == ["INFERENCE_PROFILE"]:
            assert model["modelId"] in served


@pytest.mark.parametrize(
    "arguments", [{"nextToken": "nonsense"}, {"typeEquals": "HOMEMADE"}, {"nextToken": "ZnJvbTp4"}]
)
def test_a_bad_page_request_is_a_validation_error(bedrock, arguments):
    assert error_of(bedrock.list_inference_profiles, **arguments)[:2] == (400, "ValidationException")


def test_operations_it_does_not_play_yet_are_unknown(bedrock):
    assert error_of(bedrock.list_guardrails)[:2] == (404, "UnknownOperationException")


def test_a_service_it_does_not_play_is_an_unknown_operation(aws_client, sandbox):
    queue = aws_client("lambda", sandbox.url)
    assert error_of(queue.list_functions)[:2] == (404, "UnknownOperationException")
