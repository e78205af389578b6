"""One call in the Django shell: a file and a base model in, a custom model on its way."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from catalog.models import Model
from catalog.platforms import aws
from catalog.platforms.base import PlatformError
from customization import checking, jobs, shell, uploads
from customization.abandoned import abort_abandoned
from customization.gateways import storage
from customization.models import CustomizationJob, Dataset
from customization.shell import create_custom_model
from tests.integration.customization.conftest import BASE, BUCKET, Killed, fresh, put, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "my data.jsonl"
    path.write_bytes(rows(12))
    return path


def test_a_local_file_is_uploaded_checked_and_requested_in_one_call(world, base, file, admin):
    job = create_custom_model(
        name="tone", base=BASE, training=str(file), hyperparameters={"epochCount": 3}, actor=admin
    )
    assert (job.state, job.model.name, job.requested_by, job.epochs) == ("requested", "tone", admin, 3)
    assert (job.training.state, job.training.rows, job.training.filename) == ("valid", 12, "my data.jsonl")
    CustomizationJob.objects.update(next_check_at=world.now)
    world.tick()
    assert fresh(job).state == "running"


def test_an_address_in_s3_is_used_as_it_is_and_rows_in_both_files_are_told(world, base):
    put("there/train.jsonl", rows())
    put("there/more.jsonl", rows(9))
    with pytest.warns(UserWarning, match="9 rows of the validation data are in the training data too"):
        job = create_custom_model(
            name="tone",
            base=base,
            training=f"s3://{BUCKET}/there/train.jsonl",
            validation=f"s3://{BUCKET}/there/more.jsonl",
        )
    assert job.training_uri == f"s3://{BUCKET}/there/train.jsonl"
    assert (job.validation.purpose, job.validation.rows) == ("validation", 9)


def test_nothing_is_uploaded_in_vain(world, base, file):
    world.control.make_custom_model("There")
    refusals = [({"name": "no__no"}, "name"), ({"name": "there"}, "name")]
    for wishes, field in refusals:
        with pytest.raises(jobs.Refused) as refusal:
            create_custom_model(base=base, training=str(file), **wishes)
        assert set(refusal.value.errors) == {field}
    Model.objects.update(enabled=False)
    with pytest.raises(jobs.Refused) as refusal:
        create_custom_model(name="tone", base=BASE, training=str(file))
    assert set(refusal.value.errors) == {"base"}
    assert world.control.ledger(platform="s3") == []
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    ("wishes", "changes", "field"),
    [
        ({"hyperparameters": {"epochCount": 50}}, {}, "hyperparameter:epochCount"),
        ({"hyperparameters": {"wings": "2"}}, {}, "hyperparameter:wings"),
        ({}, {"BEDROCK_ROLE_ARN": ""}, ""),
        ({}, {"S3_BUCKET": ""}, ""),
    ],
)
def test_what_can_be_said_without_the_data_is_said_before_the_upload(
    world, base, file, settings, wishes, changes, field
):
    for name, value in changes.items():
        setattr(settings, name, value)
    with pytest.raises(jobs.Refused) as refusal:
        create_custom_model(name="tone", base=base, training=str(file), **wishes)
    assert set(refusal.value.errors) == {field}
    assert world.control.ledger(platform="s3") == []


@pytest.mark.parametrize("more", ["nowhere.jsonl", "empty.jsonl"])
def test_validation_data_that_can_not_be_used_is_told_before_the_training_data_goes_up(
    world, base, file, tmp_path, more
):
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(uploads.Refused, match=r"There is no file|is empty"):
        create_custom_model(name="tone", base=base, training=str(file), validation=str(tmp_path / more))
    assert world.control.ledger(platform="s3") == []


def test_a_bad_file_is_refused_with_the_reason(world, base, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"{}\n")
    with pytest.raises(jobs.Refused, match=r"has errors\..* errors, the first: The file has 1 rows"):
        create_custom_model(name="tone", base=base, training=str(bad))
    assert not CustomizationJob.objects.exists()


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("nowhere.jsonl", uploads.Refused),
        (".", uploads.Refused),
        ("s3://modelhub-sandbox/nothing.jsonl", uploads.Refused),
        ("s3://", ValueError),
    ],
)
def test_a_file_that_is_not_there_is_told(world, base, source, error):
    with pytest.raises(error):
        create_custom_model(name="tone", base=base, training=source)


def test_an_unknown_base_is_told(world):
    with pytest.raises(Model.DoesNotExist):
        create_custom_model(name="tone", base="no.such-model", training="x.jsonl")


def test_an_upload_that_fails_tells_in_our_words(world, base, file):
    world.control.fail("denied", platform="s3", operation="PutObject", times=None)
    with pytest.raises(PlatformError, match="Access Denied"):
        create_custom_model(name="tone", base=base, training=str(file))


def test_a_shell_that_dies_while_it_uploads_leaves_a_row_by_which_the_parts_are_found(
    world, base, file, monkeypatch
):
    def killed_half_way(place, path):
        aws.client("s3").create_multipart_upload(Bucket=place.bucket, Key=place.key)
        raise Killed

    monkeypatch.setattr(storage, "put_file", killed_half_way)
    with pytest.raises(Killed):
        create_custom_model(name="tone", base=base, training=str(file))
    assert Dataset.objects.get().state == "uploading"
    assert abort_abandoned(timezone.now() + timedelta(hours=25)) == 1
    assert not aws.client("s3").list_multipart_uploads(Bucket=BUCKET).get("Uploads")


def test_what_an_upload_that_failed_left_behind_is_cleared_up_soon(world, base, file):
    world.control.fail("denied", platform="s3", operation="PutObject", times=None)
    with pytest.raises(PlatformError):
        create_custom_model(name="tone", base=base, training=str(file))
    assert abort_abandoned(timezone.now() + timedelta(minutes=11)) == 1
    assert Dataset.objects.get().state == "aborted"


# ---- waiting for a check -----------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only while somebody sleeps."""
    clock = SimpleNamespace(now=0.0)
    clock.monotonic = lambda: clock.now
    clock.sleep = lambda seconds: setattr(clock, "now", clock.now + max(seconds, 0.01))
    monkeypatch.setattr(shell, "time", clock)
    return clock


def test_who_waits_for_a_platform_that_stumbles_is_told_why_and_not_for_ever(
    world, base, file, clock, capsys
):
    world.control.fail("error500", platform="s3", operation="GetObject", times=None)
    with pytest.raises(shell.NotChecked, match=r"not checked after 20 seconds.* give more wait_seconds"):
        create_custom_model(name="tone", base=base, training=str(file), wait_seconds=20)
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Waiting")]
    assert len(told) == 3
    assert told[0].startswith("Waiting for my data.jsonl: We encountered an internal error.")
    assert not CustomizationJob.objects.exists()


def test_who_waits_for_a_worker_is_told_how_far_it_is(world, base, file, clock, capsys, monkeypatch):
    def a_worker_is_faster(dataset, now):
        done = {"state": "valid"} if clock.now > 6 else {"state": "checking", "bytes_checked": 1000}
        Dataset.objects.update(next_check_at=None, rows=12, tokens=100, **done)

    monkeypatch.setattr(checking, "run_check", a_worker_is_faster)
    assert create_custom_model(name="tone", base=base, training=str(file)).training.state == "valid"
    size = file.stat().st_size
    assert f"A worker has checked 1,000 of {size:,} bytes." in capsys.readouterr().out
