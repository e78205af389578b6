"""One call in the Django shell: a file and a base model in, a custom model on its way."""

import pytest

from catalog.models import Model
from catalog.platforms.base import PlatformError
from customization import jobs, uploads
from customization.models import CustomizationJob, Dataset
from customization.shell import create_custom_model
from tests.integration.customization.conftest import BASE, BUCKET, fresh, put, rows

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
    assert (job.training.state, job.training.rows, job.training.filename) == ("valid", 12, "my-data.jsonl")
    CustomizationJob.objects.update(next_check_at=world.now)
    world.tick()
    assert fresh(job).state == "running"


def test_an_address_in_s3_is_used_as_it_is(world, base):
    put("there/train.jsonl", rows())
    put("there/more.jsonl", rows(9))
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


def test_a_bad_file_is_refused_with_the_reason(world, base, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"{}\n")
    with pytest.raises(jobs.Refused, match="has errors"):
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
