"""Long columns (fingerprints, reports, curves) are read only where they are shown."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customization import spending
from customization.models import Dataset
from tests.integration.customization.conftest import valid_file
from tests.integration.opened import Opened

pytestmark = pytest.mark.django_db


def asked(client, url: str) -> str:
    """All that a page asks the database, in one text."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return "\n".join(query["sql"] for query in queries)


@pytest.fixture
def as_superuser(client, superuser):
    client.force_login(superuser)
    return client


def test_the_poll_reads_no_fingerprint_and_no_report(world, request_job, as_viewer):
    job = request_job(validation=valid_file("validation", "more.jsonl"))
    sql = asked(as_viewer, f"/custom/jobs/{job.pk}/poll")
    assert "customization_dataset" in sql
    assert '"fingerprint"' not in sql
    assert '"report"' not in sql


def test_the_list_of_datasets_reads_no_fingerprint_and_no_report(world, training, as_superuser):
    sql = asked(as_superuser, "/admin/customization/dataset/")
    assert '"filename"' in sql
    assert '"fingerprint"' not in sql
    assert '"report"' not in sql


def test_one_dataset_still_shows_its_report_in_the_admin(world, training, as_superuser):
    Dataset.objects.update(report={"token_method": "counted by hand"})
    page = as_superuser.get(f"/admin/customization/dataset/{training.pk}/change/").content.decode()
    assert "counted by hand" in page


def test_the_list_of_jobs_reads_no_curves(world, job, as_superuser):
    sql = asked(as_superuser, "/admin/customization/customizationjob/")
    assert '"remote_name"' in sql
    assert '"metrics"' not in sql


def test_what_training_cost_is_told_without_fingerprints(world, job):
    sql = str(spending.trainings().query)
    assert '"tokens"' in sql
    assert '"fingerprint"' not in sql
    assert '"report"' not in sql


def test_the_configuration_reads_the_curves_once_and_no_fingerprint(world, job, as_viewer):
    sql = asked(as_viewer, f"/custom/models/{job.model_id}/configuration/")
    assert sql.count('"metrics"') == 1
    assert '"fingerprint"' not in sql
    assert '"report"' not in sql


def test_the_quiet_polls_read_nothing_long(world, job, as_viewer):
    for page in (f"/custom/models/{job.model_id}/configuration/", "/custom/jobs/"):
        opened = Opened(as_viewer, page, page.replace("configuration/", "configuration/poll"))
        with CaptureQueriesContext(connection) as queries:
            assert opened.is_quiet()
        sql = " ".join(query["sql"] for query in queries)
        assert not any(f'"{long}"' in sql for long in ("metrics", "fingerprint", "report"))


def test_the_list_of_datasets_asks_as_much_for_many_as_for_one(world, as_superuser):
    def ask() -> int:
        with CaptureQueriesContext(connection) as queries:
            as_superuser.get("/admin/customization/dataset/")
        return len(queries)

    uploaded = [valid_file("training", f"{name}.jsonl") for name in ("one", "two")]
    ask()
    few = ask()
    for number, file in enumerate(uploaded):
        Dataset.objects.filter(pk=file.pk).update(created_by=User.objects.create_user(f"user{number}"))
    assert ask() == few
