"""What boto3 and openai make of every fault. These outcomes are what the product's error classes build on."""

import time

import openai
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    HTTPClientError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from sandbox.client import SandboxError
from sandbox.faults.answers import KINDS
from sandbox.server import start

REFUSED_BY_BEDROCK = [
    ("throttle", 429, "ThrottlingException"),
    ("quota", 400, "ServiceQuotaExceededException"),
    ("error500", 500, "InternalServerException"),
    ("expired", 403, "ExpiredTokenException"),
    ("denied", 403, "AccessDeniedException"),
]
REFUSED_BY_OPENAI = [
    ("throttle", openai.RateLimitError, "rate_limit_exceeded"),
    ("quota", openai.RateLimitError, "insufficient_quota"),
    ("error500", openai.InternalServerError, None),
    ("expired", openai.AuthenticationError, "invalid_api_key"),
    ("denied", openai.PermissionDeniedError, None),
]


@pytest.mark.parametrize(("kind", "status", "code"), REFUSED_BY_BEDROCK)
def test_bedrock_refuses_with_status_and_code(bedrock, control, kind, status, code):
    control.fail(kind, platform="bedrock")
    with pytest.raises(ClientError) as caught:
        bedrock.list_foundation_models()
    answer = caught.value.response
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == (status, code)
    assert answer["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize(("kind", "error", "code"), REFUSED_BY_OPENAI)
def test_openai_refuses_with_its_own_error_class(openai_client, control, kind, error, code):
    control.fail(kind, platform="openai")
    with pytest.raises(error) as caught:
        openai_client().models.list()
    assert caught.value.code == code
    assert caught.value.request_id


def test_throttling_says_when_to_come_back(bedrock, openai_client, control):
    control.fail("throttle", times=2, retry_after=7)
    with pytest.raises(ClientError) as aws:
        bedrock.list_foundation_models()
    assert aws.value.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "7"
    with pytest.raises(openai.RateLimitError) as oai:
        openai_client().models.list()
    assert oai.value.response.headers["retry-after"] == "7"


def test_a_proxys_503_page_reaches_the_caller_as_an_error(bedrock, openai_client, control):
    control.fail("html503", times=2)
    with pytest.raises((ClientError, ResponseParserError)) as aws:
        bedrock.list_foundation_models()
    assert "503" in str(aws.value)
    with pytest.raises(openai.InternalServerError) as oai:
        openai_client().models.list()
    assert oai.value.status_code == 503


def test_a_held_connection_runs_into_the_clients_timeout(aws_client, sandbox, openai_client, control):
    control.fail("timeout", times=2, seconds=0.6)
    with pytest.raises(ReadTimeoutError):
        aws_client("bedrock", sandbox.url, read_timeout=0.1).list_foundation_models()
    with pytest.raises(openai.APITimeoutError):
        openai_client(timeout=0.1).models.list()


def test_a_closed_connection_sends_no_byte(bedrock, openai_client, control):
    control.fail("closed", times=2)
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        bedrock.list_foundation_models()
    with pytest.raises(openai.APIConnectionError):
        openai_client().models.list()


@pytest.mark.parametrize("kind", ["html200", "empty200", "cut200", "lacking_key"])
def test_boto3_takes_a_spoilt_200_for_an_answer_without_models(bedrock, control, kind):
    """The reason why an answer without its key must count as a failed sync."""
    control.fail(kind, platform="bedrock", operation="ListFoundationModels")
    answer = bedrock.list_foundation_models()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert "modelSummaries" not in answer


@pytest.mark.parametrize("kind", ["html200", "empty200", "cut200", "lacking_key"])
def test_openai_never_returns_models_from_a_spoilt_200(openai_client, control, kind):
    control.fail(kind, platform="openai")
    try:
        page = openai_client().models.list()
        models = list(page.data or [])
    except (openai.OpenAIError, ValueError, AttributeError, TypeError):
        return
    assert models == []


def test_an_empty_list_is_a_whole_answer_with_no_models(bedrock, openai_client, control):
    control.fail("empty_list", times=2)
    assert bedrock.list_foundation_models()["modelSummaries"] == []
    assert openai_client().models.list().data == []


def test_a_short_list_lacks_half_of_the_models(bedrock, control):
    control.fail("short_list", platform="bedrock")
    assert (
        len(bedrock.list_foundation_models()["modelSummaries"]) == control.state()["models"]["bedrock"] // 2
    )


@pytest.mark.parametrize(
    ("kind", "code"), [("throttle", "SlowDown"), ("expired", "ExpiredToken"), ("denied", "AccessDenied")]
)
def test_s3_refuses_in_xml(s3, control, kind, code):
    control.fail(kind, platform="s3", operation="ListBuckets")
    with pytest.raises(ClientError) as caught:
        s3.list_buckets()
    assert caught.value.response["Error"]["Code"] == code


def test_sts_refuses_in_its_own_xml(aws_client, sandbox, control):
    control.fail("expired", platform="sts")
    with pytest.raises(ClientError, match="ExpiredToken"):
        aws_client("sts", sandbox.url).get_caller_identity()


def test_a_fault_counts_down_and_then_all_is_well(bedrock, control):
    control.fail("error500", platform="bedrock", times=2)
    for left in (1, 0):
        with pytest.raises(ClientError):
            bedrock.list_foundation_models()
        assert [fault["times"] for fault in control.faults()] == ([left] if left else [])
    assert bedrock.list_foundation_models()["modelSummaries"]


def test_a_fault_hits_only_its_platform_and_operation(bedrock, openai_client, control):
    control.fail("denied", platform="bedrock", operation="GetFoundationModel", times=None)
    assert bedrock.list_foundation_models()["modelSummaries"]
    assert openai_client().models.list().data
    with pytest.raises(ClientError, match="AccessDenied"):
        bedrock.get_foundation_model(modelIdentifier="amazon.nova-pro-v1:0")
    control.clear_faults()
    assert bedrock.get_foundation_model(modelIdentifier="amazon.nova-pro-v1:0")


def test_a_caller_turned_away_at_the_door_uses_up_no_fault(aws_client, sandbox, control):
    control.fail("error500")
    with pytest.raises(ClientError, match="UnrecognizedClient"):
        aws_client("bedrock", sandbox.url, key="invalid").list_foundation_models()
    assert len(control.faults()) == 1


def test_an_applied_fault_does_the_work_and_loses_the_answer(s3, control):
    control.fail("closed", platform="s3", operation="PutObject", applied=True)
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        s3.put_object(Bucket="modelhub-sandbox", Key="done.txt", Body=b"done")
    assert s3.get_object(Bucket="modelhub-sandbox", Key="done.txt")["Body"].read() == b"done"


def test_one_fault_can_be_removed_by_its_number(control):
    first, second = control.fail("closed"), control.fail("denied")
    control.remove_fault(first["id"])
    assert control.faults() == [second]
    with pytest.raises(SandboxError, match="no such fault"):
        control.remove_fault(first["id"])


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "earthquake"},
        {"kind": "closed", "platform": "azure"},
        {"kind": "closed", "times": 0},
        {"kind": "timeout", "seconds": 1e9},
        {"kind": "closed", "colour": "red"},
    ],
)
def test_a_fault_nobody_could_mean_is_refused_with_a_reason(control, fields):
    with pytest.raises(SandboxError):
        control.fail(**fields)


def test_stopping_the_sandbox_ends_held_connections():
    with start() as own:
        own.control.fail("timeout", seconds=600)
        client = openai.OpenAI(base_url=f"{own.url}/v1", api_key="sk-x", max_retries=0, timeout=0.05)
        with client, pytest.raises(openai.APITimeoutError):
            client.models.list()
        began = time.monotonic()
    assert time.monotonic() - began < 1


def test_every_kind_is_tried_in_this_file():
    tried = {
        "html503",
        "timeout",
        "closed",
        "html200",
        "empty200",
        "cut200",
        "lacking_key",
        "empty_list",
        "short_list",
    }
    assert set(KINDS) == tried | {kind for kind, *_ in REFUSED_BY_BEDROCK}
