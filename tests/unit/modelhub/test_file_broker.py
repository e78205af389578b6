"""The broker in a folder never shows half a message, and keeps messages between processes."""

import threading
from pathlib import Path

import pytest
from kombu import Connection, Exchange, Queue

from modelhub import file_broker

QUEUE = Queue("celery", Exchange("celery"), routing_key="celery")


@pytest.fixture
def connect(tmp_path):
    """Connections to one folder, as several processes would open them."""
    file_broker.use()
    file_broker.Transport.global_state.clear()  # what this process has bound in another test's folder
    options = {
        "data_folder_in": str(tmp_path / "queue"),
        "data_folder_out": str(tmp_path / "queue"),
        "control_folder": str(tmp_path / "control"),
        "polling_interval": 0.001,
    }
    opened = []

    def open_one():
        (tmp_path / "control").mkdir(exist_ok=True)
        (tmp_path / "queue").mkdir(exist_ok=True)
        opened.append(Connection("filesystem://localhost", transport_options=options))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.release()
    file_broker.Transport.global_state.clear()


def test_filesystem_means_our_transport(connect):
    assert type(connect().transport) is file_broker.Transport


def test_a_message_reaches_another_process_in_order(connect):
    sender, receiver = connect().SimpleQueue(QUEUE), connect().SimpleQueue(QUEUE)
    for number in range(5):
        sender.put({"number": number})
    found = [receiver.get(timeout=5) for _ in range(5)]
    for message in found:
        message.ack()
    assert [message.payload["number"] for message in found] == [0, 1, 2, 3, 4]
    sender.close()
    receiver.close()


def test_a_reader_that_never_rests_never_meets_half_a_message(connect, tmp_path):
    """With kombu's own transport this fails with JSONDecodeError within a few hundred messages."""
    count, sender = 300, connect().SimpleQueue(QUEUE)
    writing = threading.Thread(
        target=lambda: [sender.put({"n": n, "pad": "x" * 2_000}) for n in range(count)]
    )
    receiver = connect().SimpleQueue(QUEUE)
    writing.start()
    seen = []
    while len(seen) < count:
        message = receiver.get(timeout=10)
        message.ack()
        seen.append(message.payload["n"])
    writing.join()
    assert sorted(seen) == list(range(count))
    assert list(Path(tmp_path / "queue").iterdir()) == []
    sender.close()
    receiver.close()


def test_many_processes_may_make_the_exchange_at_once(connect, tmp_path):
    channels = [connect().channel() for _ in range(8)]
    binding = ("celery", "celery", "", "celery")  # what each process does when it declares the queue
    threads = [threading.Thread(target=channel._queue_bind, args=binding) for channel in channels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(channels[0].get_table("celery")) == 1
    assert not list((tmp_path / "control").glob(".*"))
