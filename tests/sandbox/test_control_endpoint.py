"""The strings: publish, change, withdraw, generate, reset, and the ledger."""

import json
import urllib.request

import pytest
from botocore.exceptions import ClientError

from sandbox.client import SandboxError

NOVA = "amazon.nova-2-lite-v1:0:256k"


def test_a_published_model_appears_on_the_platform(bedrock, openai_client, control):
    control.publish_model("bedrock", "acme.rocket-v1:0", modelName="Rocket", providerName=None)
    details = bedrock.get_foundation_model(modelIdentifier="acme.rocket-v1:0")["modelDetails"]
    assert details["modelName"] == "Rocket"
    assert "inferenceTypesSupported" not in details
    control.publish_model("openai", "ft:gpt-7:acme::x", owned_by="acme", shutdown_date="2027-01-01")
    assert openai_client().models.retrieve("ft:gpt-7:acme::x").shutdown_date == "2027-01-01"


def test_a_changed_model_shows_new_fields_nulls_and_gaps(bedrock, control):
    control.change_model("bedrock", NOVA, modelName="Nova 2 Lite (new)", remove=("modelLifecycle",))
    details = bedrock.get_foundation_model(modelIdentifier=NOVA)["modelDetails"]
    assert details["modelName"] == "Nova 2 Lite (new)"
    assert "modelLifecycle" not in details
    assert control.change_model("bedrock", NOVA, providerName=None)["providerName"] is None


def test_a_withdrawn_model_is_gone_and_reset_brings_it_back(bedrock, control):
    control.withdraw_model("bedrock", NOVA)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        bedrock.get_foundation_model(modelIdentifier=NOVA)
    with pytest.raises(SandboxError, match="no such record"):
        control.withdraw_model("bedrock", NOVA)
    control.reset()
    assert bedrock.get_foundation_model(modelIdentifier=NOVA)


def test_a_models_availability_can_be_scripted(bedrock, control):
    control.change_model("bedrock", NOVA, _availability={"authorizationStatus": "NOT_AUTHORIZED"})
    answer = bedrock.get_foundation_model_availability(modelId=NOVA)
    assert answer["authorizationStatus"] == "NOT_AUTHORIZED"


def test_inference_profiles_are_published_and_withdrawn_too(bedrock, control):
    arn = "arn:aws:bedrock:us-east-1::foundation-model/acme.rocket-v1:0"
    control.publish_model("inference-profiles", "us.acme.rocket-v1:0", models=[{"modelArn": arn}])
    found = bedrock.get_inference_profile(inferenceProfileIdentifier="us.acme.rocket-v1:0")
    assert found["models"] == [{"modelArn": arn}]
    control.withdraw_model("inference-profiles", "us.acme.rocket-v1:0")


def test_ten_thousand_models_are_generated_in_one_call_and_twice_is_once(bedrock, openai_client, control):
    before = control.state()["models"]
    for _ in range(2):
        control.generate_models("bedrock", 10_000)
        control.generate_models("openai", 500, prefix="bench")
    assert len(bedrock.list_foundation_models()["modelSummaries"]) == before["bedrock"] + 10_000
    assert len(openai_client().models.list().data) == before["openai"] + 500


@pytest.mark.parametrize(
    "call",
    [
        lambda control: control.models("azure"),
        lambda control: control.generate_models("inference-profiles", 1),
        lambda control: control.generate_models("openai", -1),
        lambda control: control.change_model("openai", "gpt-5", id="gpt-5-other"),
        lambda control: control.model("openai", "gpt-99"),
        lambda control: control._call("GET", "nonsense"),
        lambda control: control._call("PUT", "models/openai/x", [1]),
        lambda control: control.ledger(colour="red"),
    ],
)
def test_what_can_not_be_done_is_refused_with_a_reason(control, call):
    with pytest.raises(SandboxError):
        call(control)


def test_the_front_page_lists_every_route_with_a_sentence(sandbox):
    with urllib.request.urlopen(f"{sandbox.url}/_sandbox/") as answer:
        routes = json.load(answer)["routes"]
    assert len(routes) > 15
    assert all(route["about"] for route in routes)


def test_health_and_state_do_not_wake_moto(control):
    assert control.health()["status"] == "ok"
    assert control.state()["buckets"] is None


def test_the_ledger_tells_who_called_what_and_what_they_got(bedrock, openai_client, control):
    control.fail("throttle", platform="bedrock", operation="ListInferenceProfiles")
    bedrock.list_foundation_models()
    with pytest.raises(ClientError) as caught:
        bedrock.list_inference_profiles()
    openai_client("sk-proj-very-secret-1234").models.list()
    listed, failed, models = control.ledger()
    assert (listed["operation"], listed["caller"], listed["status"]) == (
        "ListFoundationModels",
        "AKIATEST",
        200,
    )
    assert (failed["operation"], failed["status"], failed["fault"]) == (
        "ListInferenceProfiles",
        429,
        "throttle",
    )
    assert failed["request_id"] == caught.value.response["ResponseMetadata"]["RequestId"]
    assert (models["platform"], models["operation"], models["caller"]) == ("openai", "ListModels", "…1234")
    assert "secret" not in json.dumps(control.ledger())


def test_the_ledger_keeps_idempotency_tokens(aws_client, sandbox, control):
    """Already for operations that come later: a refused call is written down with its token too."""
    client = aws_client("bedrock", sandbox.url)
    with pytest.raises(ClientError, match="UnknownOperation"):
        client.create_guardrail(
            name="x", blockedInputMessaging="x", blockedOutputsMessaging="x", clientRequestToken="token-1"
        )
    assert control.ledger(token="token-1")[0]["method"] == "POST"


def test_the_ledger_is_filtered_read_on_and_cleared(bedrock, control):
    for _ in range(3):
        bedrock.list_foundation_models()
    second = control.ledger()[1]["seq"]
    assert len(control.ledger(after=second)) == 1
    assert len(control.ledger(limit=2)) == 2
    assert control.ledger(platform="openai") == []
    control.clear_ledger()
    assert control.ledger() == []
    bedrock.list_foundation_models()
    assert control.ledger()[0]["seq"] > second + 1


def test_the_ledger_is_bounded(bedrock, control, monkeypatch):
    monkeypatch.setattr("sandbox.ledger.LIMIT", 2)
    for _ in range(4):
        bedrock.list_inference_profiles(maxResults=1)
    assert len(control.ledger()) == 2
