"""What a page asks S3 while somebody waits for it: one short try, never three long ones."""

import pytest

from catalog.platforms import aws
from customization.models import Dataset
from tests.integration.customization.conftest import fresh, put, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def impatient(world, monkeypatch, settings):
    """The same short try, shorter: two seconds are long for a test."""
    settings.PLATFORM_RETRIES = 2  # of who has patience
    monkeypatch.setattr(aws, "HURRIED_SECONDS", 0.3)
    aws.forget_clients()
    yield
    aws.forget_clients()


@pytest.fixture
def uploading(world, base, as_admin) -> Dataset:
    wish = {"filename": "train.jsonl", "size": 100, "purpose": "training", "base": base.pk}
    as_admin.post("/custom/datasets/begin", wish, content_type="application/json")
    return Dataset.objects.get()


def hang(world, operation: str) -> None:
    world.control.clear_ledger()
    world.control.fail("timeout", platform="s3", operation=operation, times=None, seconds=1)


def test_an_upload_is_begun_without_patience(world, impatient, base, as_admin):
    hang(world, "CreateMultipartUpload")
    wish = {"filename": "train.jsonl", "size": 100, "purpose": "training", "base": base.pk}
    answer = as_admin.post("/custom/datasets/begin", wish, content_type="application/json")
    assert answer.status_code == 502
    assert len(world.calls("CreateMultipartUpload")) == 1
    assert Dataset.objects.get().state == "uploading"  # S3 may have begun it: abort_abandoned looks


@pytest.mark.parametrize(
    ("operation", "method", "path"),
    [("ListParts", "get", "parts"), ("AbortMultipartUpload", "post", "cancel")],
)
def test_an_upload_is_looked_at_and_cancelled_without_patience(
    world, uploading, impatient, as_admin, operation, method, path
):
    hang(world, operation)
    answer = getattr(as_admin, method)(f"/custom/datasets/{uploading.pk}/{path}")
    assert (answer.status_code, len(world.calls(operation))) == (502, 1)


def test_an_address_is_looked_at_without_patience(world, impatient, base, as_admin):
    place = put("there.jsonl", rows())
    hang(world, "HeadObject")
    sent = {"purpose": "training", "base": base.pk, "training_uri": place.uri}
    page = as_admin.post("/custom/datasets/refer", sent).content.decode()
    assert "could not be reached" in page
    assert len(world.calls("HeadObject")) == 1


def test_a_jobs_file_is_looked_at_without_patience(world, impatient, job, as_admin):
    world.tick()
    world.tick(100)
    hang(world, "HeadObject")
    assert as_admin.get(f"/custom/jobs/{fresh(job).pk}/training.csv").status_code == 502
    assert len(world.calls("HeadObject")) == 1
