"""What happens in a call to AWS and is not AWS's doing."""

import pytest
from botocore.exceptions import HTTPClientError
from celery.exceptions import SoftTimeLimitExceeded

from catalog.platforms import aws
from catalog.platforms.base import UnreachableError


def test_the_workers_own_end_is_not_called_an_unreachable_platform():
    """botocore wraps whatever is raised while it waits for an answer."""
    with pytest.raises(SoftTimeLimitExceeded), aws.translated():
        raise HTTPClientError(error=SoftTimeLimitExceeded())


def test_other_trouble_on_the_wire_is():
    with pytest.raises(UnreachableError), aws.translated():
        raise HTTPClientError(error=OSError("no route"))
