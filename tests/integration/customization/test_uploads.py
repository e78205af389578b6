"""Files on their way into S3, by real presigned addresses; only the browser is played here (urllib)."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from catalog.platforms import aws
from catalog.platforms.base import AuthError, PermanentError, PlatformError, TransientError
from customization import abandoned, parts, s3_files, uploads
from customization.abandoned import abort_abandoned
from customization.datasets import sizes
from customization.gateways import storage
from customization.models import Dataset
from tests.integration.customization.conftest import BUCKET, Killed, green_base, put, rows

pytestmark = pytest.mark.django_db

MB = 1 << 20
SMALL_PART = 5 * MB  # the least S3 allows; ours are 32 MiB
HTTP = build_opener(ProxyHandler({}))


@pytest.fixture
def begin(world, base, monkeypatch):
    monkeypatch.setattr(uploads, "PART", SMALL_PART)

    def go(size: int = 12 * MB, filename: str = "train.jsonl", purpose: str = "training") -> Dataset:
        return uploads.begin(
            filename=filename, size=size, purpose=purpose, base=base, actor=None, now=world.now
        )

    return go


def send(dataset: Dataset, world, numbers: list[int], short: int = 0) -> None:
    for number, url in uploads.sign(dataset, numbers, now=world.now).items():
        size = min(dataset.part_size, dataset.size - (number - 1) * dataset.part_size) - short
        with HTTP.open(Request(url, b"x" * size, method="PUT")) as answer:
            assert answer.headers["ETag"]


def open_uploads() -> list[str]:
    answer = aws.client("s3").list_multipart_uploads(Bucket=BUCKET)
    return [upload["UploadId"] for upload in answer.get("Uploads", ())]


def test_a_file_in_parts_becomes_one_object_that_waits_for_its_check(world, begin):
    dataset = begin()
    assert parts.count(dataset) == 3
    send(dataset, world, [1, 2, 3])
    uploads.finish(dataset, now=world.now)
    head = aws.client("s3").head_object(Bucket=BUCKET, Key=dataset.key)
    assert (dataset.state, dataset.size, dataset.etag) == ("uploaded", head["ContentLength"], head["ETag"])
    assert dataset.next_check_at == world.now
    assert open_uploads() == []


def test_parts_are_signed_for_15_minutes_for_one_part_of_one_upload(world, begin):
    dataset = begin()
    urls = uploads.sign(dataset, [1, 3], now=world.now)
    for number, url in urls.items():
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert int(query["X-Amz-Expires"]) <= 900
        assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
        assert (query["partNumber"], query["uploadId"]) == (str(number), dataset.upload_id)
        assert dataset.key in urlsplit(url).path


@pytest.mark.parametrize("missing", [[], [1], [1, 2]])
def test_missing_parts_are_named(world, begin, missing):
    dataset = begin()
    if missing:
        send(dataset, world, missing)
    with pytest.raises(uploads.Refused, match=f"{3 - len(missing)} of 3 parts have not arrived"):
        uploads.finish(dataset, now=world.now)
    assert dataset.state == "uploading"


def test_a_short_part_is_refused_and_can_be_sent_again(world, begin):
    dataset = begin()
    send(dataset, world, [1, 3])
    send(dataset, world, [2], short=1)
    with pytest.raises(uploads.Refused, match=r"1 of 3 parts have not arrived: \[2\]"):
        uploads.finish(dataset, now=world.now)
    send(dataset, world, [2])
    uploads.finish(dataset, now=world.now)
    assert dataset.state == "uploaded"


def test_a_lost_page_goes_on_where_it_stopped(world, begin, as_admin):
    dataset = begin()
    send(dataset, world, [1, 2])
    told = as_admin.get(f"/custom/datasets/{dataset.pk}/parts").json()
    assert told == {
        "id": dataset.pk,
        "part_size": SMALL_PART,
        "parts": 3,
        "size": 12 * MB,
        "filename": "train.jsonl",
        "held": [1, 2],
    }
    send(Dataset.objects.get(), world, [3])
    assert as_admin.post(f"/custom/datasets/{dataset.pk}/finish").status_code == 200
    assert Dataset.objects.get().state == "uploaded"


def test_cancelling_throws_the_parts_away(world, begin):
    dataset = begin()
    send(dataset, world, [1])
    uploads.cancel(dataset)
    assert open_uploads() == []
    assert Dataset.objects.get().state == "aborted"
    with pytest.raises(uploads.Refused, match="not being uploaded any more"):
        uploads.sign(Dataset.objects.get(), [2], now=world.now)


def test_cancelling_what_s3_has_forgotten_is_fine(world, begin):
    dataset = begin()
    aws.client("s3").abort_multipart_upload(Bucket=BUCKET, Key=dataset.key, UploadId=dataset.upload_id)
    uploads.cancel(dataset)
    assert Dataset.objects.get().state == "aborted"


def test_uploads_nobody_went_on_with_for_a_day_are_thrown_away(world, begin):
    left, going_on = begin(), begin()
    world.wait(23 * 3600)
    send(going_on, world, [1])
    assert abort_abandoned(world.wait(2 * 3600)) == 1
    assert open_uploads() == [going_on.upload_id]
    states = dict(Dataset.objects.values_list("pk", "state"))
    assert states == {left.pk: "aborted", going_on.pk: "uploading"}


def killed(*_args, **_options):
    raise Killed


def test_an_upload_that_nobody_kept_the_id_of_is_found_under_its_key_and_thrown_away(
    world, begin, monkeypatch
):
    """Killed after S3 opened the upload and before its id was written down: parts there would cost for ever."""
    kept, real = begin(), storage.start_upload
    with monkeypatch.context() as patch:
        patch.setattr(storage, "start_upload", lambda place, **how: killed(real(place, **how)))
        with pytest.raises(Killed):
            begin()
    assert len(open_uploads()) == 2
    assert abort_abandoned(world.wait(60)) == 0  # S3 may only be slow
    assert abort_abandoned(world.wait(600)) == 1
    assert open_uploads() == [kept.upload_id]
    assert Dataset.objects.exclude(pk=kept.pk).get().state == "aborted"


def test_a_row_whose_upload_was_never_opened_is_given_up(world, begin, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(storage, "start_upload", killed)
        with pytest.raises(Killed):
            begin()
    dataset = Dataset.objects.get()
    with pytest.raises(uploads.Refused, match="never began"):
        uploads.sign(dataset, [1], now=world.now)
    with pytest.raises(uploads.Refused, match="never began"):
        uploads.finish(dataset, now=world.now)
    assert abort_abandoned(world.wait(700)) == 1
    assert Dataset.objects.get().state == "aborted"


def test_an_opening_of_which_the_answer_was_lost_is_cleared_up(world, begin):
    world.control.fail("closed", platform="s3", operation="CreateMultipartUpload", applied=True, times=None)
    with pytest.raises(TransientError):
        begin()
    assert open_uploads()
    world.control.clear_faults()
    assert abort_abandoned(world.wait(700)) == 1
    assert open_uploads() == []


def test_an_opening_that_is_denied_leaves_nothing_to_clear_up(world, begin):
    world.control.fail("denied", platform="s3", operation="CreateMultipartUpload")
    with pytest.raises(AuthError):
        begin()
    assert (Dataset.objects.get().state, Dataset.objects.get().next_check_at) == ("aborted", None)


def test_an_opening_that_outlives_its_row_is_taken_back(world, begin, monkeypatch):
    real = storage.start_upload

    def slow(place, **how):
        abort_abandoned(world.wait(700))
        return real(place, **how)

    monkeypatch.setattr(storage, "start_upload", slow)
    with pytest.raises(uploads.Refused, match="took too long"):
        begin()
    assert open_uploads() == []
    assert Dataset.objects.get().state == "aborted"


def test_one_that_can_not_be_thrown_away_holds_up_nobody(world, begin):
    first, second = begin(), begin()
    world.control.fail("denied", platform="s3", operation="AbortMultipartUpload")
    assert abort_abandoned(world.wait(25 * 3600)) == 1
    states = sorted(Dataset.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True))
    assert states == ["aborted", "uploading"]
    assert abort_abandoned(world.wait(3700)) == 1


def test_finishing_twice_changes_nothing(world, begin):
    dataset = begin()
    send(dataset, world, [1, 2, 3])
    stale = Dataset.objects.get()
    uploads.finish(dataset, now=world.now)
    Dataset.objects.update(state="valid", next_check_at=None)
    uploads.finish(stale, now=world.now)  # another tab, which does not know
    uploads.finish(Dataset.objects.get(), now=world.now)
    assert (Dataset.objects.get().state, Dataset.objects.get().next_check_at) == ("valid", None)


def test_a_cancelled_upload_is_not_brought_back_by_a_late_finish(world, begin):
    dataset = begin()
    send(dataset, world, [1, 2, 3])
    stale = Dataset.objects.get()
    uploads.cancel(dataset)
    with pytest.raises(uploads.Refused, match="gone from S3"):
        uploads.finish(stale, now=world.now)
    assert Dataset.objects.get().state == "aborted"


@pytest.mark.parametrize("kind", ["closed", "error500", "html503"])
def test_a_finish_of_which_s3_lost_the_answer_heals(world, begin, kind):
    dataset = begin()
    send(dataset, world, [1, 2, 3])
    world.control.fail(kind, platform="s3", operation="CompleteMultipartUpload", applied=True)
    with pytest.raises(PlatformError):
        uploads.finish(dataset, now=world.now)
    assert Dataset.objects.get().state == "uploading"
    uploads.finish(Dataset.objects.get(), now=world.now)
    assert Dataset.objects.get().state == "uploaded"
    assert Dataset.objects.get().etag


@pytest.mark.parametrize("kind", ["closed", "error500"])
def test_a_finish_of_which_the_answer_was_lost_heals_after_a_reload(world, begin, as_admin, kind):
    """S3 has the file and forgot the upload; the page that knew of it is gone, and asks what is there."""
    dataset = begin()
    send(dataset, world, [1, 2, 3])
    world.control.fail(kind, platform="s3", operation="CompleteMultipartUpload", applied=True)
    assert as_admin.post(f"/custom/datasets/{dataset.pk}/finish").status_code == 502
    told = as_admin.get(f"/custom/datasets/{dataset.pk}/parts")
    assert (told.status_code, told.json()["held"]) == (200, [1, 2, 3])
    assert 'data-state="uploaded"' in as_admin.post(f"/custom/datasets/{dataset.pk}/finish").content.decode()
    assert Dataset.objects.get().etag


@pytest.mark.parametrize("verb", ["parts", "finish"])
def test_an_upload_that_is_gone_without_its_file_is_told_as_such(world, begin, as_admin, verb):
    dataset = begin()
    aws.client("s3").abort_multipart_upload(Bucket=BUCKET, Key=dataset.key, UploadId=dataset.upload_id)
    ask = as_admin.get if verb == "parts" else as_admin.post
    refused = ask(f"/custom/datasets/{dataset.pk}/{verb}")
    assert (refused.status_code, "Upload the file again" in refused.json()["error"]) == (409, True)


@pytest.mark.parametrize("state", ["uploaded", "valid", "aborted"])
def test_who_would_go_on_with_an_upload_that_is_over_gets_the_panel(world, begin, as_admin, state):
    dataset = begin()
    Dataset.objects.update(state=state, rows=1, tokens=1)
    answer = as_admin.get(f"/custom/datasets/{dataset.pk}/parts")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert f'data-state="{state}"' in answer.content.decode()


def test_a_part_that_was_cut_off_is_not_among_those_that_are_there(world, begin, as_admin):
    """Else the browser would ask for the end, be refused, and ask again, for ever."""
    dataset = begin()
    send(dataset, world, [1, 3])
    send(dataset, world, [2], short=1)
    assert as_admin.get(f"/custom/datasets/{dataset.pk}/parts").json()["held"] == [1, 3]


def test_an_abandoned_upload_whose_file_is_there_is_taken_and_not_called_aborted(world, begin):
    dataset = begin()
    send(dataset, world, [1, 2, 3])
    world.control.fail("closed", platform="s3", operation="CompleteMultipartUpload", applied=True)
    with pytest.raises(PlatformError):
        uploads.finish(dataset, now=world.now)
    assert abort_abandoned(world.wait(25 * 3600)) == 0
    dataset.refresh_from_db()
    assert (dataset.state, dataset.next_check_at, bool(dataset.etag)) == ("uploaded", world.now, True)


def test_a_second_finish_at_the_same_time_finds_the_object(world, begin, monkeypatch):
    """Two tabs: the other one puts the parts together after this one has listed them."""
    dataset = begin()
    send(dataset, world, [1, 2, 3])
    real = storage.finish_upload

    def overtaken(*args):
        real(*args)
        return real(*args)

    monkeypatch.setattr(storage, "finish_upload", overtaken)
    world.control.clear_ledger()
    uploads.finish(dataset, now=world.now)
    assert Dataset.objects.get().state == "uploaded"


def test_at_most_twenty_are_thrown_away_in_one_tick(world, begin, monkeypatch):
    monkeypatch.setattr(abandoned, "MOST_AT_ONCE", 2)
    for _ in range(3):
        begin()
    assert abort_abandoned(world.wait(25 * 3600)) == 2
    assert abort_abandoned(world.now) == 1


def test_an_upload_that_goes_on_in_this_very_moment_is_not_thrown_away(world, begin, monkeypatch):
    begin()
    world.wait(25 * 3600)
    real = abandoned._abort

    def goes_on(dataset, now):
        uploads.sign(Dataset.objects.get(), [1], now=now)
        return real(dataset, now)

    monkeypatch.setattr(abandoned, "_abort", goes_on)
    assert abort_abandoned(world.now) == 0
    assert len(open_uploads()) == 1
    assert Dataset.objects.get().state == "uploading"


def test_the_browsers_mark_of_the_file_is_kept_for_whoever_resumes(world, base, as_admin):
    wish = {"filename": "a.jsonl", "size": 10, "purpose": "training", "base": base.pk, "mark": "17-abc"}
    begun = as_admin.post("/custom/datasets/begin", wish, content_type="application/json").json()
    page = as_admin.get(f"/custom/datasets/{begun['id']}/").content.decode()
    assert 'data-mark="17-abc"' in page


@pytest.mark.parametrize("verb", ["sign", "finish", "parts"])
def test_an_upload_is_its_owners(world, begin, as_admin, superuser, logged_in, verb):
    dataset = begin(size=10)
    send(dataset, world, [1])
    Dataset.objects.update(created_by=superuser)
    method = "get" if verb == "parts" else "post"
    url, body = f"/custom/datasets/{dataset.pk}/{verb}", {"parts": [1]} if verb == "sign" else {}
    refused = getattr(as_admin, method)(url, body, content_type="application/json")
    assert refused.status_code == 403
    assert "root uploads train.jsonl" in refused.json()["error"]
    allowed = getattr(logged_in(superuser), method)(url, body, content_type="application/json")
    assert allowed.status_code == 200


@pytest.mark.parametrize("url", ["/custom/datasets/{}/cancel", "/custom/new/"])
def test_putting_anothers_file_out_of_ones_form_does_not_end_it(world, begin, as_admin, superuser, url):
    dataset = begin()
    Dataset.objects.update(created_by=superuser)
    form = {"training": dataset.pk, "drop": "training"}
    page = as_admin.post(url.format(dataset.pk), form).content.decode()
    assert "or drop it here" in page
    assert Dataset.objects.get().state == "uploading"
    assert open_uploads()


@pytest.mark.parametrize(
    ("kind", "said"),
    [("error500", "try again in a minute"), ("denied", "manage.py doctor")],
)
def test_trouble_of_s3_is_told_in_words_for_uploads(world, base, as_admin, kind, said):
    world.control.fail(kind, platform="s3", operation="CreateMultipartUpload", times=None)
    wish = {"filename": "a.jsonl", "size": 10, "purpose": "training", "base": base.pk}
    answer = as_admin.post("/custom/datasets/begin", wish, content_type="application/json")
    assert said in answer.json()["error"]
    assert "sync" not in answer.json()["error"]
    put("a.jsonl", rows())
    world.control.fail(kind, platform="s3", operation="HeadObject", times=None)
    form = {"base": base.pk, "training_uri": f"s3://{BUCKET}/a.jsonl"}
    page = as_admin.post("/custom/new/", form).content.decode()
    assert said in page
    assert "sync again" not in page


@pytest.mark.parametrize("size", [0, -1, sizes.MAX_BYTES + 1, 10**15])
def test_an_impossible_size_is_refused_before_anything_is_opened(world, begin, size):
    with pytest.raises(uploads.Refused):
        begin(size=size)
    assert open_uploads() == []
    assert not Dataset.objects.exists()


HOSTILE = [
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "a/b/c.jsonl",
    "<script>alert(1)</script>.jsonl",
    "ü" * 300,
    "",
    ".",
    "..",
    "x.jsonl/",
    "a\r\nX-Evil: 1.jsonl",
    "nul\x00byte.jsonl",
    "data.jsonl.exe",
    "?versionId=1",
    "%2e%2e%2f",
    "x" * 5000,
]


@pytest.mark.parametrize("filename", HOSTILE, ids=range(len(HOSTILE)))
def test_keys_are_ours_whatever_the_file_is_called(world, begin, filename):
    dataset = begin(size=10, filename=filename)
    folder, _, last = dataset.key.rpartition("/")
    assert folder.startswith("datasets/")
    assert len(folder) == len("datasets/") + 36
    assert last.endswith(".jsonl")
    assert set(last) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert ".." not in last
    assert "\x00" not in dataset.filename
    assert dataset.filename
    send(dataset, world, [1])
    uploads.finish(dataset, now=world.now)
    assert Dataset.objects.get().state == "uploaded"


def test_two_files_of_one_name_have_two_keys(world, begin):
    assert begin().key != begin().key


@pytest.mark.parametrize("numbers", [[], [0], [4], [-1], [1, 99], list(range(1, 60))])
def test_parts_a_file_does_not_have_are_not_signed(world, begin, numbers):
    with pytest.raises(uploads.Refused, match="Ask for 1 to"):
        uploads.sign(begin(), numbers, now=world.now)


# ---- data that is in S3 already ----------------------------------------------------------------------------


@pytest.fixture
def refer(world, base):
    def go(uri: str, purpose: str = "training") -> Dataset:
        return s3_files.refer(uri=uri, purpose=purpose, base=base, actor=None, now=world.now)

    return go


def test_a_file_that_is_there_is_taken_and_waits_for_its_check(world, refer):
    place = put("some/where/rows.jsonl", rows())
    dataset = refer(place.uri)
    assert (dataset.state, dataset.filename, dataset.size) == ("uploaded", "rows.jsonl", len(rows()))
    assert dataset.etag
    assert dataset.next_check_at == world.now


@pytest.mark.parametrize(
    "key", ["a?b=c#d.jsonl", "//two/slashes.jsonl", "space and ü.jsonl", "%41.jsonl", "a+b.jsonl"]
)
def test_a_key_is_taken_to_the_letter(refer, key):
    put(key, rows())
    assert refer(f"s3://{BUCKET}/{key}").key == key


def test_the_same_object_is_checked_again_for_another_base_without_an_upload(world, refer):
    """Two rows, one object: whatever becomes of one, the other's file stays."""
    first = refer(put("some/rows of ours.jsonl", rows()).uri)
    Dataset.objects.update(filename="as they called it.json")
    first.refresh_from_db()
    llama = green_base(3, "meta.llama3-1-8b-instruct-v1:0", name="Llama")
    world.control.clear_ledger()
    second = s3_files.check_again(first, base=llama, actor=None, now=world.now)
    assert (second.pk != first.pk, second.place, second.etag) == (True, first.place, first.etag)
    assert (second.base_external_id, second.state, second.filename) == (
        llama.external_id,
        "uploaded",
        "as they called it.json",
    )
    assert not world.calls("PutObject")
    uploads.cancel(first)
    abort_abandoned(world.wait(2 * 24 * 3600))
    assert storage.look(second.place)
    assert Dataset.objects.get(pk=second.pk).state == "uploaded"


@pytest.mark.parametrize("state", ["uploading", "aborted"])
def test_what_has_not_arrived_is_not_checked_again(world, base, begin, state):
    dataset = begin()
    Dataset.objects.update(state=state)
    dataset.refresh_from_db()
    with pytest.raises(uploads.Refused, match="has not arrived"):
        s3_files.check_again(dataset, base=base, actor=None, now=world.now)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "train.jsonl",
        "s3://",
        f"s3://{BUCKET}",
        f"s3://{BUCKET}/",
        f"s3://{BUCKET}/folder/",
        "https://x/y.jsonl",
        "s3://[/x.jsonl",
        "s3://no such bucket/x.jsonl",
        "s3:///x.jsonl",
        "s3://b/\x00.jsonl",
        f"s3://{BUCKET}/{'x' * 1030}.jsonl",
        "s3://ümlaut/x.jsonl",
    ],
)
def test_what_is_no_address_is_refused_in_words(refer, uri):
    with pytest.raises(ValueError, match=r"s3://bucket/path|plain text of at most"):
        refer(uri)


def test_what_is_not_there_is_refused(refer):
    for uri in (f"s3://{BUCKET}/nothing.jsonl", "s3://nobody-has-this-bucket/x.jsonl"):
        with pytest.raises(uploads.Refused, match="There is no object"):
            refer(uri)


def test_an_empty_file_and_one_of_another_name_are_refused(refer):
    put("empty.jsonl", b"")
    put("rows.csv", rows())
    with pytest.raises(uploads.Refused, match="is empty"):
        refer(f"s3://{BUCKET}/empty.jsonl")
    with pytest.raises(uploads.Refused, match=r"must be in \.jsonl"):
        refer(f"s3://{BUCKET}/rows.csv")
    assert not Dataset.objects.exists()


def test_another_bucket_of_the_account_is_fine(world, refer):
    aws.client("s3").create_bucket(Bucket="training-data")
    put("rows.jsonl", rows(), bucket="training-data")
    assert refer("s3://training-data/rows.jsonl").bucket == "training-data"


def test_a_bucket_in_another_region_is_refused(world, refer):
    where = {"LocationConstraint": "eu-west-1"}
    aws.client("s3").create_bucket(Bucket="far-away", CreateBucketConfiguration=where)
    put("rows.jsonl", rows(), bucket="far-away")
    with pytest.raises(uploads.Refused, match="is in eu-west-1; the data must be in us-east-1"):
        refer("s3://far-away/rows.jsonl")


@pytest.mark.parametrize(
    ("kind", "error", "said"),
    [
        ("denied", AuthError, "may not read s3://"),
        ("expired", PermanentError, "."),
        ("error500", TransientError, "."),
        ("closed", TransientError, "."),
    ],
)
def test_an_s3_that_does_not_answer_is_told(world, refer, kind, error, said):
    place = put("rows.jsonl", rows())
    world.control.fail(kind, platform="s3", operation="HeadObject", times=None)
    with pytest.raises(error, match=said):
        refer(place.uri)
    assert not Dataset.objects.exists()


def test_a_day_is_a_day(world, begin):
    assert begin().next_check_at - world.now == timedelta(days=1)
