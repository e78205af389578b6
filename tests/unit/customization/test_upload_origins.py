"""The page's policy lets a browser put files exactly where boto3's presigned addresses lead."""

from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from modelhub.endpoints import Endpoints, resolve, upload_origins

REAL = Endpoints()
CONFIG = Config(signature_version="s3v4", request_checksum_calculation="when_required")


def presigned_origin(bucket: str, region: str, **client) -> str:
    s3 = boto3.client(
        "s3", region_name=region, aws_access_key_id="x", aws_secret_access_key="x", config=CONFIG, **client
    )
    parts = urlsplit(
        s3.generate_presigned_url(
            "upload_part", {"Bucket": bucket, "Key": "k", "UploadId": "u", "PartNumber": 1}
        )
    )
    return f"{parts.scheme}://{parts.netloc}" + (
        f"/{bucket}/" if parts.path.startswith(f"/{bucket}/") else ""
    )


@pytest.mark.parametrize(
    "region", ["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-4", "us-gov-west-1", "cn-north-1"]
)
@pytest.mark.parametrize("bucket", ["training-data", "with.dots.in-it"])
def test_what_boto3_signs_for_aws_is_allowed(region, bucket):
    assert presigned_origin(bucket, region) in upload_origins({}, REAL, region, bucket)


def test_nothing_broader_than_the_bucket_is_allowed():
    assert all("/with.dots/" in source for source in upload_origins({}, REAL, "eu-central-1", "with.dots"))
    origins = upload_origins({}, REAL, "eu-central-1", "training-data")
    assert all(urlsplit(origin).netloc.startswith("training-data.s3.") for origin in origins)
    assert all(origin.startswith("https://") and "*" not in origin for origin in origins)


def test_without_a_bucket_nothing_is_allowed():
    assert upload_origins({}, REAL, "us-east-1", "") == []


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_an_endpoint_of_ones_own_is_allowed(name):
    own = "http://minio.local:9000"
    assert presigned_origin("b-1", "us-east-1", endpoint_url=own).removesuffix("/b-1/") in upload_origins(
        {name: own}, REAL, "us-east-1", "b-1"
    )


def test_the_one_for_s3_wins():
    both = {"AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_S3": "http://b:2"}
    assert upload_origins(both, REAL, "us-east-1", "x") == ["http://b:2"]


def test_the_sandbox_is_allowed_with_and_without_a_bucket():
    sandbox = resolve({}, "http://127.0.0.1:8899")
    assert (
        upload_origins({}, sandbox, "us-east-1", "b")
        == upload_origins({}, sandbox, "us-east-1", "")
        == ["http://127.0.0.1:8899"]
    )
