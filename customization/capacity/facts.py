"""What a model's throughputs and deployments mean for the model: may it be called, by which ARN. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from catalog.facts import ServingState
from customization.capacity.states import LIVE, SERVING_OF, Noun, ServeState

# Of two the more useful one speaks for the model; a throughput is paid for by the hour, so it goes first.
_RANK = {
    ServeState.IN_SERVICE: 0,
    ServeState.UPDATING: 1,
    ServeState.CREATING: 2,
    ServeState.REQUESTED: 3,
    ServeState.REMOVING: 4,
    ServeState.FAILED: 5,
    ServeState.UNKNOWN: 6,
}


@dataclass(frozen=True, slots=True)
class Server:
    """A throughput or deployment, as far as its model is concerned."""

    noun: Noun
    state: ServeState
    created_at: datetime
    arn: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Serving:
    """The serving facts of a model. ``arn`` is "" unless something is in service."""

    state: ServingState
    message: str = ""
    arn: str = ""


def serving_of(servers: Iterable[Server]) -> Serving:
    """The facts of a model that these serve; without live ones, the last refusal is worth knowing."""
    servers = list(servers)
    live = [server for server in servers if server.state in LIVE]
    if live:
        best = min(live, key=lambda server: (_RANK[server.state], server.noun != Noun.THROUGHPUT))
        ready = best.state == ServeState.IN_SERVICE
        return Serving(SERVING_OF[best.state], "" if ready else best.message, best.arn if ready else "")
    newest = max(servers, key=lambda server: server.created_at, default=None)
    if newest and newest.state == ServeState.REFUSED:
        return Serving(ServingState.FAILED, newest.message)
    return Serving(ServingState.NOTHING)
