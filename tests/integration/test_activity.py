"""What happened, to whom, by whom: the Activity page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.enablement import enable
from catalog.history import event
from catalog.models import Event
from catalog.sync import sync_platform
from tests.builders import NOW, a_model

pytestmark = pytest.mark.django_db


def text(client: Client, query: str = "") -> str:
    response = client.get(f"/activity/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_a_line_says_what_happened_to_which_model_by_whom_and_why(as_viewer, admin):
    model = a_model(name="Rocket")
    enable(model, actor=admin, why="the bot needs it", now=NOW)
    page = text(as_viewer)
    assert f'<a href="/models/{model.pk}/">Rocket</a> <strong>enabled</strong>' in page
    for words in ("yellow</span> →", "by anna", "the bot needs it", "2026-11-22 12:00:00 UTC"):
        assert words in page


def test_a_synced_change_names_its_fields_and_its_run(as_viewer, small_world):
    sync_platform("bedrock")
    small_world.change_model("bedrock", "acme.m1", modelName="Acme One")
    run = sync_platform("bedrock")
    page = text(as_viewer, "?q=changed")
    assert "<code>name</code> Acme 1 → Acme One" in page
    assert f'href="/sync/{run.pk}/"' in page
    assert "by modelhub" in page


def test_false_and_zero_are_not_shown_as_nothing(as_viewer):
    changes = {"streaming": [None, False], "context_tokens": [0, 5], "note": ["", "x"]}
    event(a_model(), "changed", now=NOW, detail={"changes": changes}).save()
    page = text(as_viewer)
    assert "<code>streaming</code> — → no" in page
    assert "<code>context_tokens</code> 0 → 5" in page
    assert "<code>note</code> — → x" in page


def test_searching_finds_by_model_person_and_action(as_viewer, admin):
    enable(a_model(1, name="Rocket", provider="Acme"), actor=admin)
    event(a_model(2, name="Titan"), "gone", now=NOW).save()
    for query, shown in [("rocket", {"Rocket"}), ("acme+rocket", {"Rocket"}), ("ANNA", {"Rocket"}), ("gone", {"Titan"}),
                         ("zebra", set()), ("", {"Rocket", "Titan"})]:  # fmt: skip
        page = text(as_viewer, f"?q={query}")
        assert {name for name in ("Rocket", "Titan") if f">{name}</a>" in page} == shown
    assert "Nothing matches “zebra”" in text(as_viewer, "?q=zebra")


def test_older_events_are_a_page_away_and_the_search_goes_with(as_viewer):
    model = a_model(name="Rocket")
    for minute in range(60):
        event(model, "changed", now=NOW - timedelta(minutes=minute), why=f"reason {minute:02}").save()
    page = text(as_viewer, "?q=rocket")
    assert "reason 49" in page
    assert "reason 50" not in page
    assert 'href="?q=rocket&amp;page=2"' in page
    assert "reason 59" in text(as_viewer, "?q=rocket&page=2")
    assert "reason 59" in text(as_viewer, "?page=99")


def test_no_history_at_all_is_said_in_words(as_viewer):
    assert "Nothing has happened yet." in text(as_viewer)


def test_it_reads_the_newest_by_an_index_and_no_result_of_a_run(as_viewer):
    event(a_model(), "added", now=NOW).save()
    with CaptureQueriesContext(connection) as queries:
        text(as_viewer)
    sql = " ".join(query["sql"] for query in queries)
    assert "catalog_event" in sql
    assert '"result"' not in sql
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # a short table is read whole
    assert "event_by_time" in Event.objects.all()[:50].explain()
