"""Who may come in, and where a request goes."""

import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("bedrock", "list_foundation_models", "UnrecognizedClientException"),
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
    ],
)
def test_an_invalid_access_key_is_refused_by_every_service_in_its_own_words(
    aws_client, sandbox, service, operation, code
):
    with pytest.raises(ClientError) as caught:
        getattr(aws_client(service, sandbox.url, key="invalidKEY"), operation)()
    answer = caught.value.response
    assert answer["Error"]["Code"] == code
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_an_unsigned_bedrock_call_misses_its_token(sandbox):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{sandbox.url}/foundation-models")
    with caught.value as answer:
        assert answer.code == 403
        assert answer.headers["x-amzn-ErrorType"].startswith("MissingAuthenticationTokenException")


def test_a_bedrock_api_key_works_as_bearer_token(sandbox):
    request = urllib.request.Request(
        f"{sandbox.url}/foundation-models", headers={"Authorization": "Bearer bedrock-api-key-abcd"}
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def test_an_unsigned_call_to_anything_else_is_an_anonymous_s3_call(sandbox, control, s3):
    s3.put_object(Bucket="modelhub-sandbox", Key="secret.txt", Body=b"secret")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{sandbox.url}/modelhub-sandbox/secret.txt")
    with caught.value as answer:
        assert answer.code == 403
    assert control.ledger()[-1]["caller"] == "anonymous"


def test_a_doctor_finds_account_bucket_and_role(aws_client, sandbox):
    assert aws_client("sts", sandbox.url).get_caller_identity()["Account"] == "123456789012"
    aws_client("s3", sandbox.url).head_bucket(Bucket="modelhub-sandbox")
    role = aws_client("iam", sandbox.url).get_role(RoleName="ModelhubBedrockRole")["Role"]
    assert role["Arn"] == "arn:aws:iam::123456789012:role/ModelhubBedrockRole"
    statement = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert statement["Principal"] == {"Service": "bedrock.amazonaws.com"}


def test_a_missing_role_is_no_such_entity(aws_client, sandbox):
    with pytest.raises(ClientError, match="NoSuchEntity"):
        aws_client("iam", sandbox.url).get_role(RoleName="Nobody")
