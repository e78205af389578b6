"""A look that fails is repeated soon: what was removed in the console meanwhile must not run on in our books."""

import pytest

from customization.serving import renting

pytestmark = pytest.mark.django_db


def test_a_list_that_fails_is_asked_for_again_in_seconds(serving, throughput):
    """Found by `make chaos-money`: a failed list cost a whole poll interval more, on our books only."""
    serving.control.remove_throughput(throughput.remote_name)
    serving.control.fail("error500", platform="bedrock", operation="ListProvisionedModelThroughputs", times=1)
    serving.tick(61)
    throughput.refresh_from_db()
    assert (throughput.state, bool(throughput.trouble)) == ("in service", True)
    for seconds in (12, 6, 6):
        serving.tick(seconds)
    throughput.refresh_from_db()
    assert throughput.state == "removed"


@pytest.mark.parametrize("kind", ["error500", "denied", "throttle", "html200", "lacking_key"])
def test_what_is_to_go_goes_even_while_the_platform_lists_nothing(serving, throughput, kind):
    serving.tick(180)  # past the time for which Get may not find what was just made
    serving.control.fail(kind, platform="bedrock", operation="ListProvisionedModelThroughputs", times=None)
    renting.remove(throughput, actor=None, now=serving.now)
    for _ in range(3):
        serving.tick(10)
    throughput.refresh_from_db()
    assert throughput.state == "removed"
    assert serving.control.throughputs() == []


def test_what_is_too_young_is_not_called_gone_without_a_list(serving, trained):
    serving.world.wait(130)  # the model itself is old enough to be found
    serving.control.switch(get_lag_seconds=100)
    row = renting.provision(trained, units=1, actor=None, now=serving.now)
    serving.tick()
    serving.control.fail(
        "denied", platform="bedrock", operation="ListProvisionedModelThroughputs", times=None
    )
    row.refresh_from_db()
    renting.remove(row, actor=None, now=serving.now)
    serving.tick(5)
    row.refresh_from_db()
    assert (row.state, len(serving.control.throughputs())) == ("removing", 1)
    for _ in range(4):
        serving.tick(60)
    row.refresh_from_db()
    assert (row.state, serving.control.throughputs()) == ("removed", [])


def test_a_platform_that_can_not_be_reached_is_asked_once_a_look(serving, throughput, hasty):
    other = {"operation": "ListProvisionedModelThroughputs", "times": None}
    serving.control.fail("closed", platform="bedrock", **other)
    renting.remove(throughput, actor=None, now=serving.now)
    serving.tick(5)
    assert serving.control.ledger(operation="DeleteProvisionedModelThroughput") == []
    throughput.refresh_from_db()
    assert (throughput.state, bool(throughput.trouble)) == ("removing", True)


def test_a_platform_that_asks_for_patience_gets_it(serving, throughput):
    wanted = {
        "platform": "bedrock",
        "operation": "ListProvisionedModelThroughputs",
        "retry_after": 45,
        "times": 1,
    }
    serving.control.fail("throttle", **wanted)
    serving.tick(61)
    throughput.refresh_from_db()
    assert (throughput.next_check_at - serving.now).total_seconds() == 45


def test_what_may_be_billed_is_looked_at_within_a_minute_however_many_looks_have_failed(serving, throughput):
    """Found by `make chaos-money`: the pause grew to five minutes between the two looks that were to find it gone."""
    serving.control.remove_throughput(throughput.remote_name)
    serving.control.fail("error500", platform="bedrock", operation="GetProvisionedModelThroughput", times=8)
    for _ in range(8):
        serving.tick(61)
    throughput.refresh_from_db()
    assert throughput.trouble
    assert (throughput.next_check_at - serving.now).total_seconds() <= 60
