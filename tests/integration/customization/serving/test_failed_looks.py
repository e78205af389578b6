"""A look that fails is repeated soon: what was removed in the console meanwhile must not run on in our books."""

import pytest

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
