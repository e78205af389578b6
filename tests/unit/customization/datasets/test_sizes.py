"""How large a file may be, and in words."""

import pytest

from customization.datasets.sizes import MAX_BYTES, in_words, most_bytes


@pytest.mark.parametrize(
    ("base", "purpose", "most"),
    [
        ("amazon.titan-text-lite-v1", "training", 10**9),
        ("amazon.titan-text-lite-v1", "validation", 10**8),
        ("anthropic.claude-3-haiku-20240307-v1:0", "training", 10 * 10**9),
        ("amazon.nova-lite-v1:0", "training", MAX_BYTES),  # no document names a bound: ours
        ("amazon.nova-canvas-v1:0", "validation", 0),
        ("acme.rocket", "training", MAX_BYTES),
    ],
)
def test_the_most_a_model_takes(base, purpose, most):
    assert most_bytes(base, purpose) == most


@pytest.mark.parametrize(
    ("size", "said"),
    [(10**10, "10 GB"), (10**9, "1 GB"), (1_250_000_000, "1.25 GB"), (10**8, "100 MB")],
)
def test_sizes_are_told_as_the_documents_tell_them(size, said):
    assert in_words(size) == said
