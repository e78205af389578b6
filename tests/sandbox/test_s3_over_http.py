"""S3 by path style: plain, presigned, in parts, and across restarts."""

import hashlib
import socket
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from sandbox.server import start

BUCKET = "modelhub-sandbox"
FIVE_MB = 5 * 1024 * 1024  # S3's smallest part but the last


def put(url: str, body: bytes) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, data=body, method="PUT")) as answer:
        return str(answer.headers["ETag"])


def get(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        return bytes(answer.read())


def test_an_object_comes_back_with_its_metadata(s3):
    s3.put_object(
        Bucket=BUCKET,
        Key="a b/ü+%.jsonl",
        Body=b"line\n",
        ContentType="application/jsonl",
        Metadata={"my_key": "1"},
    )
    answer = s3.get_object(Bucket=BUCKET, Key="a b/ü+%.jsonl")
    assert answer["Body"].read() == b"line\n"
    assert (answer["ContentType"], answer["Metadata"]) == ("application/jsonl", {"my_key": "1"})
    assert s3.head_object(Bucket=BUCKET, Key="a b/ü+%.jsonl")["ContentLength"] == 5
    assert s3.get_object(Bucket=BUCKET, Key="a b/ü+%.jsonl", Range="bytes=1-2")["Body"].read() == b"in"


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_presigned_urls_of_both_signature_versions_work_without_a_client(sandbox, signature):
    s3 = boto3.client(
        "s3",
        endpoint_url=sandbox.url,
        region_name="us-east-1",
        aws_access_key_id="AKIATEST",
        aws_secret_access_key="x",
        config=Config(signature_version=signature, s3={"addressing_style": "path"}),
    )
    where = {"Bucket": BUCKET, "Key": f"presigned-{signature}.txt"}
    put(s3.generate_presigned_url("put_object", Params=where, ExpiresIn=60), b"from a browser")
    assert get(s3.generate_presigned_url("get_object", Params=where, ExpiresIn=60)) == b"from a browser"


def test_a_presigned_multipart_upload_is_put_together_in_order(s3):
    where = {"Bucket": BUCKET, "Key": "big.bin"}
    upload = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
    bodies = {1: b"a" * FIVE_MB, 2: b"tail"}
    etags = {
        number: put(
            s3.generate_presigned_url("upload_part", Params={**upload, "PartNumber": number}), bodies[number]
        )
        for number in (2, 1)
    }
    assert [part["PartNumber"] for part in s3.list_parts(**upload)["Parts"]] == [1, 2]
    parts = [{"PartNumber": number, "ETag": etags[number]} for number in (1, 2)]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert (
        hashlib.sha256(s3.get_object(**where)["Body"].read()).digest()
        == hashlib.sha256(bodies[1] + bodies[2]).digest()
    )


def test_boto3s_own_managed_upload_of_a_large_file_works(s3, tmp_path: Path):
    content = b"0123456789abcdef" * 1024 * 600  # 9.4 MB: above boto3's multipart threshold
    (tmp_path / "train.jsonl").write_bytes(content)
    s3.upload_file(str(tmp_path / "train.jsonl"), BUCKET, "managed.jsonl")
    assert s3.get_object(Bucket=BUCKET, Key="managed.jsonl")["Body"].read() == content


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 10\r\n\r\n12345", b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"]
)
def test_half_an_upload_is_never_stored(sandbox, s3, framing):
    where = {"Bucket": BUCKET, "Key": "half.txt"}
    target = s3.generate_presigned_url("put_object", Params=where).removeprefix(sandbox.url)
    with socket.create_connection(("127.0.0.1", sandbox.port)) as connection:
        connection.sendall(f"PUT {target} HTTP/1.1\r\nHost: x\r\n".encode() + framing)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)


def test_everything_in_s3_survives_a_restart(tmp_path: Path, aws_client: Callable[..., Any]):
    with start(tmp_path) as first:
        s3 = aws_client("s3", first.url)
        s3.create_bucket(Bucket="other")
        s3.put_bucket_cors(
            Bucket="other",
            CORSConfiguration={"CORSRules": [{"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]}]},
        )
        for key in ("kept", "deleted", "batch-deleted"):
            s3.put_object(Bucket="other", Key=key, Body=key.encode(), Metadata={"k": "v"})
        s3.delete_object(Bucket="other", Key="deleted")
        s3.delete_objects(Bucket="other", Delete={"Objects": [{"Key": "batch-deleted"}]})
        etag = s3.head_object(Bucket="other", Key="kept")["ETag"]
        done = s3.create_multipart_upload(Bucket="other", Key="whole")["UploadId"]
        part = s3.upload_part(Bucket="other", Key="whole", UploadId=done, PartNumber=1, Body=b"one part")
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        s3.complete_multipart_upload(Bucket="other", Key="whole", UploadId=done, MultipartUpload=parts)
        half = {
            "Bucket": "other",
            "Key": "half",
            "UploadId": s3.create_multipart_upload(Bucket="other", Key="half")["UploadId"],
        }
        first_part = s3.upload_part(**half, PartNumber=1, Body=b"b" * FIVE_MB)
    with start(tmp_path) as second:
        s3 = aws_client("s3", second.url)
        assert {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]} == {BUCKET, "other"}
        assert s3.get_bucket_cors(Bucket="other")["CORSRules"][0]["AllowedMethods"] == ["PUT"]
        assert [item["Key"] for item in s3.list_objects_v2(Bucket="other")["Contents"]] == ["kept", "whole"]
        kept = s3.get_object(Bucket="other", Key="kept")
        assert (kept["Body"].read(), kept["ETag"], kept["Metadata"]) == (b"kept", etag, {"k": "v"})
        assert s3.get_object(Bucket="other", Key="whole")["Body"].read() == b"one part"
        assert [part["PartNumber"] for part in s3.list_parts(**half)["Parts"]] == [1]
        last = s3.upload_part(**half, PartNumber=2, Body=b"!")
        tags = [
            {"PartNumber": number + 1, "ETag": part["ETag"]} for number, part in enumerate((first_part, last))
        ]
        s3.complete_multipart_upload(**half, MultipartUpload={"Parts": tags})
        assert s3.head_object(Bucket="other", Key="half")["ContentLength"] == FIVE_MB + 1


def test_a_deleted_bucket_stays_deleted(tmp_path: Path, aws_client: Callable[..., Any]):
    with start(tmp_path) as first:
        s3 = aws_client("s3", first.url)
        s3.create_bucket(Bucket="short-lived")
        s3.delete_bucket(Bucket="short-lived")
    with start(tmp_path) as second:
        names = [bucket["Name"] for bucket in aws_client("s3", second.url).list_buckets()["Buckets"]]
    assert names == [BUCKET]


def test_a_damaged_file_is_left_aside_with_a_word(tmp_path: Path, aws_client: Callable[..., Any], capfd):
    with start(tmp_path) as first:
        aws_client("s3", first.url).put_object(Bucket=BUCKET, Key="x", Body=b"x")
    next((tmp_path / "s3" / BUCKET / "keys").iterdir()).write_bytes(b"not a pickle")
    with start(tmp_path) as second:
        assert "Contents" not in aws_client("s3", second.url).list_objects_v2(Bucket=BUCKET)
    assert "can't be read and is ignored" in capfd.readouterr().err


def test_two_sandboxes_in_one_process_keep_their_buckets_apart(sandbox, s3, aws_client: Callable[..., Any]):
    s3.put_object(Bucket=BUCKET, Key="mine", Body=b"1")
    with start() as other:
        assert "Contents" not in aws_client("s3", other.url).list_objects_v2(Bucket=BUCKET)
    assert s3.get_object(Bucket=BUCKET, Key="mine")["Body"].read() == b"1"
