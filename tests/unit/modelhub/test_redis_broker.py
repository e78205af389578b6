"""A worker that loses Redis must see a lost connection, whatever it was doing. Found by `make chaos-broker`."""

from types import SimpleNamespace

import pytest
from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES

from modelhub import redis_broker


@pytest.mark.parametrize("transport", [None, SimpleNamespace(client=None)])
def test_a_channel_whose_transport_is_closed_has_lost_its_connection(transport):
    channel = object.__new__(redis_broker.Channel)
    channel.connection = transport
    with pytest.raises(Connection("redis://127.0.0.1:1").connection_errors):
        channel._connparams()


def test_redis_means_this_transport(monkeypatch):
    monkeypatch.setattr("kombu.transport.TRANSPORT_ALIASES", dict(TRANSPORT_ALIASES))
    monkeypatch.setattr(redis_broker, "TRANSPORT_ALIASES", TRANSPORT_ALIASES)
    redis_broker.use()
    assert {TRANSPORT_ALIASES[scheme] for scheme in ("redis", "rediss")} == {
        "modelhub.redis_broker:Transport"
    }
