"""What a model's throughputs and deployments mean for the model."""

from datetime import timedelta

import pytest

from catalog.facts import ServingState
from customization.capacity.facts import Server, Serving, serving_of
from customization.capacity.names import remote_name, why_not_a_name
from customization.capacity.states import ENDED, LIVE, MOVES, SERVING_OF, Noun, ServeState, check_delay
from tests.builders import NOW


def throughput(state: str, arn: str = "arn:t", message: str = "", age: int = 0) -> Server:
    return Server(Noun.THROUGHPUT, ServeState(state), NOW - timedelta(hours=age), arn, message)


def deployment(state: str, arn: str = "arn:d") -> Server:
    return Server(Noun.DEPLOYMENT, ServeState(state), NOW, arn)


def test_nothing_serves_a_model_without_any():
    assert serving_of([]) == Serving(ServingState.NOTHING)


@pytest.mark.parametrize("state", sorted(LIVE - {ServeState.IN_SERVICE}))
def test_only_what_is_in_service_gives_an_id_to_call(state):
    serving = serving_of([throughput(state)])
    assert serving.arn == ""
    assert serving.state not in (ServingState.READY, ServingState.NOTHING)


def test_in_service_it_can_be_called_by_its_arn():
    assert serving_of([throughput("in service")]) == Serving(ServingState.READY, "", "arn:t")


def test_of_two_in_service_the_one_paid_by_the_hour_is_called():
    assert serving_of([deployment("in service"), throughput("in service")]).arn == "arn:t"


def test_a_deployment_keeps_serving_while_the_throughput_is_removed():
    assert serving_of([throughput("removing"), deployment("in service")]).arn == "arn:d"


def test_the_last_refusal_is_told_until_something_serves():
    refused = throughput("refused", arn="", message="no model units granted")
    assert serving_of([refused]) == Serving(ServingState.FAILED, "no model units granted")
    assert serving_of([refused, deployment("in service")]).arn == "arn:d"


def test_an_old_refusal_is_forgotten_once_something_else_came_and_went():
    assert serving_of([throughput("refused", age=5), throughput("removed")]).state == ServingState.NOTHING


def test_every_state_has_its_meaning_and_its_pace():
    assert set(SERVING_OF) == set(ServeState)
    assert set(MOVES) == LIVE - {ServeState.REMOVING}
    assert all(check_delay(state) for state in LIVE)
    assert not ENDED & LIVE


@pytest.mark.parametrize("name", ["a", "Support-tone_2", "x" * 63])
def test_names_on_the_platform_are_legal_the_same_on_every_retry_and_nobody_elses(name):
    token = "0b0c4c4e-7f5f-4c4b-9a52-5a3d5f1f6b7a"
    there = remote_name(name, token)
    assert not why_not_a_name(there)
    assert there == remote_name(name, token)
    assert there != remote_name(name, token.replace("0b", "1b"))
    assert len(there) <= 63
