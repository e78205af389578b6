"""Short names for what every test of this folder does."""

import pytest

from customization.datasets import check, family_of, limits_of


@pytest.fixture
def run():
    """Check bytes for a base model; ``limits`` override the model's."""

    def run(data, base="amazon.nova-lite-v1:0", purpose="training", chunk=None, limits=None, **options):
        chunks = [data] if chunk is None else [data[i : i + chunk] for i in range(0, len(data), chunk)]
        limits = limits or limits_of(base, purpose)
        return check(chunks, family_of(base), purpose, limits=limits, **options)

    return run
