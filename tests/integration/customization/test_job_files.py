"""What a job leaves in S3: long metrics files, those that are too long, and a stream that breaks."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest

from catalog.platforms import aws
from catalog.platforms.base import PermanentError, TransientError
from customization import artifacts, checking, s3_files
from customization.gateways import storage
from customization.gateways.places import Place
from customization.metrics import MOST_POINTS
from customization.models import CustomizationJob, Dataset
from tests.integration.customization.conftest import BUCKET, fresh, put, rows

pytestmark = pytest.mark.django_db

STEPS, EPOCHS = 100_000, 10  # batches of one row: within the limits of Llama
LONG = b"step_number,epoch_number,training_loss,perplexity\n" + b"".join(
    b"%d,%d,%.15f,%.15f\n" % (n, n * EPOCHS // STEPS, 2 - n / STEPS, 7 - n / STEPS) for n in range(STEPS)
)


@pytest.fixture
def trained(world, job) -> CustomizationJob:
    """A job that is over; its files are still to be read."""
    world.tick()
    world.tick(100)
    return fresh(job)


def place_in(job: CustomizationJob, which: str = "training") -> Place:
    return artifacts.places(job)[which]


def test_a_long_training_has_its_curves_its_csv_and_its_cost(world, trained, as_viewer):
    assert len(LONG) > 4 << 20
    CustomizationJob.objects.update(training_price="1")
    put(place_in(trained).key, LONG)
    world.tick(1)
    job = fresh(trained)
    assert len(job.metrics["training"]) <= MOST_POINTS + EPOCHS + 1
    assert (job.epochs_run, job.actual_cost) == (EPOCHS, 300)
    page = as_viewer.get(job.get_absolute_url()).content.decode()
    assert "over 100,000 steps" in page
    response = as_viewer.get(f"/custom/jobs/{job.pk}/training.csv")
    assert sha256(response.getvalue()).digest() == sha256(LONG).digest()


def test_a_file_that_is_too_long_is_not_called_absent(world, trained, as_viewer, monkeypatch):
    monkeypatch.setattr(artifacts, "MOST_BYTES", 1000)
    put(place_in(trained).key, b"x" * 2000)
    world.tick(1)
    job = fresh(trained)
    assert (job.next_check_at, job.actual_cost) == (None, None)
    page = as_viewer.get(job.get_absolute_url()).content.decode()
    assert "modelhub reads at most" in page
    assert place_in(job).uri in page
    assert "the metrics file, which says how many epochs ran, could not be read" in page
    assert "left no metrics" not in page
    refused = as_viewer.get(f"/custom/jobs/{job.pk}/training.csv")
    assert refused.status_code == 502
    assert "modelhub reads at most" in refused.content.decode()


def test_the_limit_is_above_what_any_training_within_our_limits_writes():
    assert len(LONG) * 10 < artifacts.MOST_BYTES


def test_no_file_is_called_no_file(world, trained, as_viewer):
    aws.client("s3").delete_object(Bucket=BUCKET, Key=place_in(trained).key)
    world.tick(1)
    page = as_viewer.get(trained.get_absolute_url()).content.decode()
    assert "has written no metrics for this job yet" in page
    world.tick(3600)
    page = " ".join(as_viewer.get(trained.get_absolute_url()).content.decode().split())
    assert f"The platform left no metrics for this job. There is no {place_in(trained).uri}." in page


@pytest.fixture
def late(world, trained) -> Callable[[], None]:
    """The job is over, and its metrics are not there yet; call it to have them written."""
    s3, key = aws.client("s3"), place_in(trained).key
    body = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    s3.delete_object(Bucket=BUCKET, Key=key)
    return lambda: put(key, body)


def test_a_file_that_comes_late_is_read(world, trained, late):
    world.tick(1)
    job = fresh(trained)
    assert "training_missing" in job.metrics
    assert job.next_check_at == job.ended_at + timedelta(minutes=1)
    late()
    world.tick(60)
    job = fresh(trained)
    assert job.metrics["training"]
    assert (job.next_check_at, job.epochs_run) == (None, job.epochs)


def test_a_file_that_does_not_come_is_looked_for_some_times_and_given_up(world, trained, late):
    world.tick(1)
    looks = []
    while due := fresh(trained).next_check_at:
        looks.append((due - fresh(trained).ended_at).total_seconds() / 60)
        world.tick((due - world.now).total_seconds())
    assert looks == [1, 5, 15, 60]


def test_a_job_that_ended_long_ago_is_not_looked_at_again_and_again(world, trained, late):
    CustomizationJob.objects.update(ended_at=world.now - timedelta(days=1))
    world.tick(1)
    assert fresh(trained).next_check_at is None


def test_a_validation_file_is_awaited_only_of_a_job_with_validation_data(world, trained):
    CustomizationJob.objects.update(validation_uri="")
    aws.client("s3").delete_object(Bucket=BUCKET, Key=place_in(trained, "validation").key)
    world.tick(1)
    assert fresh(trained).next_check_at is None
    CustomizationJob.objects.update(validation_uri="s3://x/y.jsonl", next_check_at=world.now)
    world.tick()
    assert fresh(trained).next_check_at


def test_what_was_read_once_stays_when_its_file_is_deleted_since():
    first = {"training": [{"step": 1, "loss": 2.0}], "training_steps": 1, "validation_missing": "none yet"}
    later = {"training_missing": "gone", "validation": [{"step": 1, "loss": 3.0}], "validation_steps": 1}
    assert artifacts.kept(first, later) == {
        "training": first["training"], "training_steps": 1,
        "validation": later["validation"], "validation_steps": 1,
    }  # fmt: skip
    assert artifacts.kept({}, later) == later


def test_check_now_has_a_file_read_that_came_after_all(world, trained, late, logged_in, superuser):
    world.tick(1)
    world.tick(3600)
    assert fresh(trained).next_check_at is None
    late()
    chosen = {"action": "check_now", "_selected_action": [trained.pk]}
    page = logged_in(superuser).post("/admin/customization/customizationjob/", chosen, follow=True)
    assert "1 customization job is looked at now" in page.content.decode()
    CustomizationJob.objects.update(next_check_at=world.now)  # the page's clock is the real one
    world.tick()
    assert fresh(trained).metrics["training"]
    page = logged_in(superuser).post("/admin/customization/customizationjob/", chosen, follow=True)
    assert "0 customization jobs are looked at now" in page.content.decode()


def test_a_file_that_may_not_be_read_is_not_called_absent(world, trained, as_viewer):
    world.control.fail("denied", platform="s3", operation="HeadObject", times=None)
    for _ in range(12):
        world.tick(400)
    page = as_viewer.get(trained.get_absolute_url()).content.decode()
    assert f"modelhub may not read {place_in(trained).uri}" in page
    assert "left no metrics" not in page


# ---- a stream that breaks ----------------------------------------------------------------------------------

BIG = rows(18_000)


@pytest.fixture
def arrived(world, base) -> Dataset:
    """A file of some megabytes, whose check is due."""
    uri = put("big.jsonl", BIG).uri
    return s3_files.refer(uri=uri, purpose="training", base=base, actor=None, now=world.now)


def test_a_check_goes_on_where_its_stream_broke(world, arrived):
    assert len(BIG) > 2 * storage.CHUNK
    world.control.fail("cut200", platform="s3", operation="GetObject")
    checking.run_check(arrived, world.now)
    checked = Dataset.objects.get()
    assert (checked.state, checked.rows, checked.sha256) == ("valid", 18_000, sha256(BIG).hexdigest())
    assert len(world.calls("GetObject")) == 2


def test_a_stream_that_breaks_and_breaks_is_tried_again_later(world, arrived):
    world.control.fail("cut200", platform="s3", operation="GetObject", times=None)
    checking.run_check(arrived, world.now)
    checked = Dataset.objects.get()
    assert checked.state == "uploaded"
    assert "broke off after" in checked.trouble
    assert len(world.calls("GetObject")) == 1 + storage.REOPENED


def test_what_can_not_be_opened_again_at_once_is_asked_for_a_few_times(world, arrived):
    stream = storage.read(storage.look(arrived.place))
    world.control.fail("cut200", platform="s3", operation="GetObject")
    world.control.fail("denied", platform="s3", operation="GetObject", times=None)
    with pytest.raises(Exception, match="Access Denied"):
        list(stream)
    assert len(world.calls("GetObject")) == 2  # what is refused is not asked again


def test_an_object_replaced_while_it_is_read_is_never_mixed_with_its_successor(world):
    aws.client("s3").create_bucket(Bucket="training-data")
    stored = storage.look(put("x.jsonl", BIG, bucket="training-data"))
    world.control.fail("cut200", platform="s3", operation="GetObject")
    stream = storage.read(stored)
    next(stream)
    put("x.jsonl", BIG[::-1], bucket="training-data")
    with pytest.raises(PermanentError, match="was replaced"):
        list(stream)


def test_a_store_that_begins_anew_instead_is_not_believed(world, arrived, monkeypatch):
    """Its bytes would be counted twice."""
    s3 = aws.client("s3")
    real = s3.get_object
    monkeypatch.setattr(
        s3, "get_object", lambda **wanted: real(**{k: v for k, v in wanted.items() if k != "Range"})
    )
    world.control.fail("cut200", platform="s3", operation="GetObject")
    with pytest.raises(TransientError, match="other bytes"):
        list(storage.read(storage.look(arrived.place)))


def test_lines_come_whole_however_the_chunks_are_cut():
    text = "a,ü\nb\n\nend"
    chunks = (bytes([byte]) for byte in text.encode())
    assert list(storage.text_lines(chunks)) == ["a,ü\n", "b\n", "\n", "end"]
    assert list(storage.text_lines(iter([b"\xff\n"]))) == ["\ufffd\n"]
