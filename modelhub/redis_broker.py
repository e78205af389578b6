"""Redis as the broker, so that a worker outlives it.

When Redis goes away, kombu closes the worker's channel and then hands its unacknowledged messages back, on a transport
that has no address any more: AttributeError. Celery takes only connection errors for a lost connection, so the worker
stopped consuming for ever. (kombu 5.7.0; found by `make chaos-broker`: one in five losses.) Here it is the connection
error that it is: the message is gone, and the next tick finds what it was about in the database.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis
from redis.exceptions import ConnectionError as ConnectionLost


class Channel(kombu_redis.Channel):
    def _connparams(self, asynchronous: bool = False) -> Any:
        if self.connection is None or self.connection.client is None:
            raise ConnectionLost("The connection to Redis was lost and its channel is closed.")
        return super()._connparams(asynchronous)  # type: ignore[misc]  # kombu's stubs leave it out


class Transport(kombu_redis.Transport):
    Channel = Channel


def use() -> None:
    """Make ``redis://`` and ``rediss://`` mean this transport in this process."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"
