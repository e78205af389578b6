"""Nothing is remembered between tests."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def nothing_cached():
    cache.clear()
