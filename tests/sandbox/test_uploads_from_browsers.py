"""What a browser needs of S3: presigned parts, preflights, readable answers, retries, versions, checksums."""

import hashlib
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server import start

BUCKET, KEY = "modelhub-sandbox", "uploads/train.jsonl"
WHERE = {"Bucket": BUCKET, "Key": KEY}
ORIGIN = "http://localhost:8000"
FIVE_MB = 5 * 1024 * 1024


def ask(
    url: str, method: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, method=method, headers=names)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, {k.lower(): v for k, v in refusal.headers.items()}, refusal.read()


def preflight(url: str, origin: str = ORIGIN, method: str = "PUT", names: str = "content-type"):
    asked = {"Access_Control_Request_Method": method, "Access_Control_Request_Headers": names}
    return ask(url, "OPTIONS", Origin=origin, **asked)


@pytest.fixture
def part_url(s3) -> Callable[[int], str]:
    upload_id = s3.create_multipart_upload(**WHERE)["UploadId"]

    def url(number: int) -> str:
        where = {**WHERE, "UploadId": upload_id, "PartNumber": number}
        return str(s3.generate_presigned_url("upload_part", Params=where, ExpiresIn=900))

    url.upload_id = upload_id
    return url


def finish(s3: Any, upload_id: str, etags: list[str]) -> dict[str, Any]:
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
    return s3.complete_multipart_upload(**WHERE, UploadId=upload_id, MultipartUpload={"Parts": parts})


def test_a_preflight_is_answered_for_any_origin_at_first(part_url, control):
    status, headers, _ = preflight(part_url(1))
    assert status == 200
    assert headers["access-control-allow-origin"] == "*"
    assert "PUT" in headers["access-control-allow-methods"]
    assert headers["access-control-allow-headers"] == "content-type"
    assert "Origin" in headers["vary"]
    assert control.ledger()[-1]["operation"] == "PreflightRequest"


def test_a_browser_may_read_a_parts_etag(part_url):
    status, headers, _ = ask(part_url(1), "PUT", b"part", Origin=ORIGIN)
    assert status == 200
    assert headers["etag"] == f'"{hashlib.md5(b"part").hexdigest()}"'
    assert headers["access-control-allow-origin"] == "*"
    assert "ETag" in headers["access-control-expose-headers"]


def test_the_buckets_own_rules_decide(s3, part_url):
    rule = {
        "AllowedMethods": ["PUT"],
        "AllowedOrigins": ["https://*.example.com"],
        "AllowedHeaders": ["x-amz-*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 60,
    }
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})
    status, headers, _ = preflight(part_url(1), "https://hub.example.com", names="x-amz-date")
    assert (status, headers["access-control-allow-origin"]) == (200, "https://hub.example.com")
    assert headers["access-control-max-age"] == "60"
    assert preflight(part_url(1), ORIGIN, names="x-amz-date")[0] == 403
    assert preflight(part_url(1), "https://hub.example.com", names="content-type")[0] == 403
    assert preflight(part_url(1), "https://hub.example.com", method="DELETE", names="")[0] == 403
    assert "access-control-allow-origin" not in ask(part_url(1), "PUT", b"x", Origin=ORIGIN)[1]
    s3.delete_bucket_cors(Bucket=BUCKET)
    assert preflight(part_url(1))[0] == 403


def test_a_part_fails_once_and_is_sent_again(s3, control, part_url):
    control.fail("error500", platform="s3", operation="UploadPart")
    assert preflight(part_url(1))[0] == 200
    status, headers, body = ask(part_url(1), "PUT", b"part", Origin=ORIGIN)
    assert (status, headers["access-control-allow-origin"]) == (500, "*")
    assert b"InternalError" in body
    etag = ask(part_url(1), "PUT", b"part", Origin=ORIGIN)[1]["etag"]
    finish(s3, part_url.upload_id, [etag])
    assert s3.get_object(**WHERE)["Body"].read() == b"part"


def test_a_part_may_arrive_with_its_answer_lost(s3, control, part_url):
    control.fail("html503", platform="s3", operation="UploadPart", applied=True)
    assert ask(part_url(1), "PUT", b"part", Origin=ORIGIN)[0] == 503
    (part,) = s3.list_parts(**WHERE, UploadId=part_url.upload_id)["Parts"]
    assert part["Size"] == 4


def test_an_upload_is_resumed_from_its_parts_or_aborted(s3, control, part_url):
    control.freeze()
    for number in (1, 3, 4):
        ask(part_url(number), "PUT", b"part")
    first = s3.list_parts(**WHERE, UploadId=part_url.upload_id, MaxParts=2)
    marker = first["NextPartNumberMarker"]
    rest = s3.list_parts(**WHERE, UploadId=part_url.upload_id, PartNumberMarker=marker)
    assert [part["PartNumber"] for page in (first, rest) for part in page["Parts"]] == [1, 3, 4]
    s3.abort_multipart_upload(**WHERE, UploadId=part_url.upload_id)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)
    with pytest.raises(ClientError, match="NoSuchUpload"):
        s3.list_parts(**WHERE, UploadId=part_url.upload_id)
    assert ask(part_url(2), "PUT", b"late")[0] == 404
    with pytest.raises(ClientError, match="NoSuchUpload"):
        finish(s3, part_url.upload_id, ['"x"'])


def test_completing_twice_answers_the_same_object(s3, part_url):
    """A lost answer is asked for again."""
    etag = ask(part_url(1), "PUT", b"part")[1]["etag"]
    first, second = (finish(s3, part_url.upload_id, [etag]) for _ in range(2))
    assert (second["ETag"], second["VersionId"]) == (first["ETag"], first["VersionId"])


def test_uploads_tell_when_they_were_begun_by_the_sandboxs_clock(s3, control):
    control.freeze()
    began = control.now()
    s3.create_multipart_upload(**WHERE)
    control.advance(86400)
    s3.create_multipart_upload(Bucket=BUCKET, Key="later")
    uploads = s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]
    ages = {upload["Key"]: (upload["Initiated"] - began).total_seconds() for upload in uploads}
    assert ages == {KEY: 0, "later": 86400}


@pytest.mark.parametrize(
    ("bodies", "etags", "code"),
    [
        ([b"small", b"part"], None, "EntityTooSmall"),
        ([b"part"], ['"0123456789abcdef0123456789abcdef"'], "InvalidPart"),
    ],
)
def test_what_s3_would_not_join_is_refused_and_the_upload_stays(s3, part_url, bodies, etags, code):
    sent = [ask(part_url(number), "PUT", body)[1]["etag"] for number, body in enumerate(bodies, 1)]
    with pytest.raises(ClientError, match=code):
        finish(s3, part_url.upload_id, etags or sent)
    assert len(s3.list_parts(**WHERE, UploadId=part_url.upload_id)["Parts"]) == len(bodies)


def test_the_start_up_bucket_keeps_versions(s3, part_url):
    first = s3.put_object(**WHERE, Body=b"one")["VersionId"]
    etag = ask(part_url(1), "PUT", b"two")[1]["etag"]
    second = finish(s3, part_url.upload_id, [etag])["VersionId"]
    assert s3.head_object(**WHERE)["VersionId"] == second != first
    assert s3.get_object(**WHERE, VersionId=first)["Body"].read() == b"one"
    s3.delete_object(**WHERE)
    with pytest.raises(ClientError, match="404"):
        s3.head_object(**WHERE)
    assert s3.head_object(**WHERE, VersionId=second)["ContentLength"] == 3


def test_checksums_are_compared_kept_and_shown(s3):
    good = b64encode(hashlib.sha256(b"data").digest()).decode()
    s3.put_object(**WHERE, Body=b"data", ChecksumSHA256=good)
    assert s3.head_object(**WHERE, ChecksumMode="ENABLED")["ChecksumSHA256"] == good
    with pytest.raises(ClientError, match="BadDigest"):
        s3.put_object(**WHERE, Body=b"other", ChecksumSHA256=good)
    upload_id = s3.create_multipart_upload(**WHERE, ChecksumAlgorithm="SHA256")["UploadId"]
    part = s3.upload_part(**WHERE, UploadId=upload_id, PartNumber=1, Body=b"data", ChecksumAlgorithm="SHA256")
    finish(s3, upload_id, [part["ETag"]])
    head = s3.head_object(**WHERE, ChecksumMode="ENABLED")
    whole = b64encode(hashlib.sha256(hashlib.sha256(b"data").digest()).digest()).decode()
    assert (head["ChecksumSHA256"], head["ChecksumType"]) == (f"{whole}-1", "COMPOSITE")


def test_a_large_object_comes_back_whole_or_in_ranges(s3, part_url):
    bodies = [b"a" * FIVE_MB, b"b" * FIVE_MB]
    etags = [ask(part_url(number), "PUT", body)[1]["etag"] for number, body in enumerate(bodies, 1)]
    finish(s3, part_url.upload_id, etags)
    answer = s3.get_object(**WHERE)
    assert (answer["ContentLength"], answer["Body"].read()) == (2 * FIVE_MB, b"".join(bodies))
    middle = s3.get_object(**WHERE, Range=f"bytes={FIVE_MB - 2}-{FIVE_MB + 1}")
    assert middle["Body"].read() == b"aabb"
    assert middle["ContentRange"] == f"bytes {FIVE_MB - 2}-{FIVE_MB + 1}/{2 * FIVE_MB}"
    assert s3.get_object(**WHERE, Range="bytes=-3")["Body"].read() == b"bbb"
    with pytest.raises(ClientError, match="InvalidRange"):
        s3.get_object(**WHERE, Range=f"bytes={2 * FIVE_MB}-")
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket=BUCKET, Key="nothing")


def test_the_null_sink_takes_parts_and_keeps_none(s3, control, part_url):
    control.switch(s3_null_sink=True)
    etags = [ask(part_url(number), "PUT", b"x" * 100)[1]["etag"] for number in (1, 2)]
    finish(s3, part_url.upload_id, etags)
    assert s3.head_object(**WHERE)["ContentLength"] == 0
    s3.put_object(Bucket=BUCKET, Key="plain", Body=b"gone")
    assert s3.head_object(Bucket=BUCKET, Key="plain")["ContentLength"] == 0


def test_versions_large_objects_and_rules_survive_a_restart(tmp_path, aws_client):
    large = b"line of a large file\n" * 10_000
    with start(tmp_path) as first:
        s3 = aws_client("s3", first.url)
        versions = [s3.put_object(**WHERE, Body=body)["VersionId"] for body in (b"one", large, b"three")]
        upload = {**WHERE, "UploadId": s3.create_multipart_upload(**WHERE)["UploadId"]}
        etag = s3.upload_part(**upload, PartNumber=1, Body=large)["ETag"]
        s3.put_object(Bucket=BUCKET, Key="gone", Body=large)
        s3.delete_object(Bucket=BUCKET, Key="gone")
        began = s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"][0]["Initiated"]
    with start(tmp_path) as second:
        s3 = aws_client("s3", second.url)
        assert [s3.get_object(**WHERE, VersionId=version)["Body"].read() for version in versions] == [
            b"one",
            large,
            b"three",
        ]
        assert s3.head_object(**WHERE)["VersionId"] == versions[-1]
        assert s3.get_bucket_cors(Bucket=BUCKET)["CORSRules"][0]["AllowedOrigins"] == ["*"]
        assert s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"][0]["Initiated"] == began
        finish(s3, upload["UploadId"], [etag])
        assert s3.get_object(**WHERE)["Body"].read() == large
        sizes = {
            v["VersionId"]: v["Size"] for v in s3.list_object_versions(Bucket=BUCKET, Prefix=KEY)["Versions"]
        }
        assert sizes[versions[1]] == len(large)


def test_a_body_too_large_for_one_request_is_refused_before_it_is_read(s3, sandbox):
    target = s3.generate_presigned_url("put_object", Params=WHERE)
    request = urllib.request.Request(target, data=b"", method="PUT", headers={"Content-Length": str(10**12)})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    with caught.value as answer:
        assert answer.code == 413
