"""What load balancers ask: is the process up, can it do its work."""

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder

from modelhub import health


@pytest.fixture
def fresh_memory(monkeypatch):
    """A process that has not yet seen the migrations applied."""
    monkeypatch.setattr(health, "_migrations", health._Migrations())


def broken(*_args, **_kwargs):
    raise OperationalError('connection to server at "10.1.2.3", user "modelhub" failed')


def test_livez_answers_without_the_database(client):
    answer = client.get("/livez")  # no db mark: a query would fail this test
    assert (answer.status_code, answer.content) == (200, b"alive")


def test_readyz_is_ready_when_the_database_has_our_tables(client, db, fresh_memory):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready")
    assert "no-store" in answer["Cache-Control"]


def test_readyz_asks_the_database_once_when_it_has_seen_the_tables(client, db, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(1):
        client.get("/readyz")


def test_readyz_says_that_migrations_are_missing(client, db, fresh_memory):
    MigrationRecorder.Migration.objects.filter(app="catalog").delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"migrations are not applied yet")


def test_readyz_is_ready_as_soon_as_they_are_applied(client, db, fresh_memory):
    rows = list(MigrationRecorder.Migration.objects.filter(app="catalog"))
    MigrationRecorder.Migration.objects.filter(app="catalog").delete()
    assert client.get("/readyz").status_code == 503
    MigrationRecorder.Migration.objects.bulk_create(rows)
    assert client.get("/readyz").status_code == 200


def test_readyz_tells_no_details_of_a_broken_database(client, db, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(health.connection, "cursor", broken)
        answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"the database does not answer")


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_they_answer_head_and_refuse_everything_that_writes(client, db, path):
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_they_answer_over_plain_http_in_production(client, db, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
    assert client.get("/login/").status_code == 301
