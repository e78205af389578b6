"""What is remembered across stop and start, and across SIGKILL."""

import http.client
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.server import start
from sandbox.store import Store


def ask(connection: http.client.HTTPConnection) -> bytes:
    connection.request("GET", "/_sandbox/health")
    return connection.getresponse().read()


def test_models_faults_clock_and_ledger_survive_a_restart(tmp_path, aws_client):
    with start(tmp_path) as first:
        first.control.publish_model("openai", "gpt-7")
        first.control.withdraw_model("bedrock", "amazon.nova-pro-v1:0")
        first.control.change_model("bedrock", "amazon.nova-lite-v1:0", modelName="Changed")
        first.control.set_clock(datetime(2027, 1, 1, tzinfo=UTC))
        first.control.freeze()
        aws_client("bedrock", first.url).list_foundation_models()
        fault = first.control.fail("closed", operation="GetModel", times=3)
        order = [model["modelId"] for model in first.control.models("bedrock")]
        entries = first.control.ledger()
    with start(tmp_path) as second:
        assert second.control.model("openai", "gpt-7")
        assert [model["modelId"] for model in second.control.models("bedrock")] == order
        assert second.control.model("bedrock", "amazon.nova-lite-v1:0")["modelName"] == "Changed"
        assert second.control.now() - datetime(2027, 1, 1, tzinfo=UTC) < timedelta(seconds=5)
        assert second.control.faults() == [fault]
        assert second.control.ledger() == entries
        assert second.control.fail("closed")["id"] == fault["id"] + 1


def test_a_reset_is_remembered_too(tmp_path):
    with start(tmp_path) as first:
        first.control.withdraw_model("openai", "gpt-5")
        first.control.reset()
    with start(tmp_path) as second:
        assert second.control.model("openai", "gpt-5")


def test_without_a_folder_nothing_is_remembered():
    with start() as first:
        first.control.publish_model("openai", "gpt-7")
    with start() as second:
        assert "gpt-7" not in [model["id"] for model in second.control.models("openai")]


def test_a_stopped_sandbox_answers_nobody_not_even_over_an_open_connection():
    running = start()
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=2)
    assert b"ok" in ask(connection)
    running.stop()
    running.stop()
    with pytest.raises((OSError, http.client.HTTPException)):
        ask(connection)
    connection.close()


def test_writes_that_belong_together_are_kept_together_or_not_at_all(tmp_path):
    store = Store(tmp_path)

    def half_way() -> None:
        with store.together():
            store.shelf("x").put("a", {"n": 1})
            store.shelf("y").put_all([("b", {"n": 2}), ("c", {"n": 3})])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_way()
    assert len(store.shelf("x")) == len(store.shelf("y")) == 0
    store.close()


def test_a_bulk_write_that_fails_leaves_the_file_as_it_was(tmp_path):
    store = Store(tmp_path)
    store.shelf("x").put("old", {"n": 1})
    with pytest.raises(TypeError):
        store.shelf("x").put_all([("a", {"n": 2}), ("b", {"n": object()})])
    assert [record["n"] for record in store.shelf("x")] == [1]
    store.close()
