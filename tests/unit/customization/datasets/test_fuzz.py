"""5,000 damaged files: never an exception, and "valid" only where a plain second opinion agrees."""

import json
import tracemalloc

import pytest

from customization.datasets import check, family_of, limits_of

from .mutations import mutated
from .reference import is_valid
from .rows_for_tests import NOVA_2

FILES = 5000
BATCH = 500


def verdicts(seed, chunk):
    base, data = mutated(seed)
    limits = limits_of(base)
    pieces = [data[i : i + chunk] for i in range(0, len(data), chunk)]
    report = check(pieces, family_of(base), limits=limits)
    reference = is_valid(
        data,
        "nova-2" if base == NOVA_2 else report.family.value,
        least=limits.min_rows,
        most=limits.max_rows,
        characters=limits.row_characters,
    )
    return report, reference, data


@pytest.mark.parametrize("first", range(0, FILES, BATCH))
def test_it_survives_damage_and_calls_valid_only_what_the_reference_does(first):
    wrong, valid = [], 0
    for seed in range(first, first + BATCH):
        report, reference, data = verdicts(seed, chunk=1 + seed * 7919 % 5000)
        valid += report.valid
        if report.valid != reference:
            wrong.append((seed, report.valid, report.errors, data[:300]))
        assert len(report.errors) <= 100
        assert "\0" not in json.dumps(report.as_json(), ensure_ascii=False).encode().decode()
        assert all(found.message.isprintable() for found in (*report.errors, *report.warnings))
    assert not wrong[:3], len(wrong)
    assert BATCH // 50 < valid < BATCH  # the damage is neither fatal always nor harmless always


def test_its_memory_stays_small_over_damaged_files():
    tracemalloc.start()
    try:
        for seed in range(100):
            verdicts(seed, chunk=4096)
        assert tracemalloc.get_traced_memory()[1] < 24 << 20
    finally:
        tracemalloc.stop()
