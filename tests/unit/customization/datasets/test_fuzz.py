"""5,000 damaged files: never an exception, and "valid" only where a plain second opinion agrees.

5,000 more: the same is said whichever lane a row takes.
"""

import json
import tracemalloc
from dataclasses import replace

import pytest

from customization.datasets import check, family_of, limits_of
from customization.datasets.lanes import Lanes

from .mutations import STYLES, mutated
from .reference import is_valid
from .rows_for_tests import MAKERS, NOVA_2, jsonl

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


@pytest.mark.parametrize("first", range(FILES, 2 * FILES, BATCH))
def test_it_says_the_same_whichever_lane_a_row_takes(first, monkeypatch):
    """Rows that the fast lanes have learnt from come first, so that the damaged ones are compared with them."""
    files = [_after_good_rows(seed) for seed in range(first, first + BATCH)]
    found = [_report(base, data) for base, data in files]
    monkeypatch.setattr(Lanes, "weigh", lambda lanes, data: None)
    monkeypatch.setattr(Lanes, "weigh_one", lambda lanes, line: None)
    pairs = [(report, _report(base, data), data) for report, (base, data) in zip(found, files, strict=True)]
    wrong = [data for fast, slow, data in pairs if _told(fast) != _told(slow)]
    assert not wrong[:3], len(wrong)
    # The frames' lane takes space beside a text for a letter of it: a quarter of a token.
    assert all(abs(fast.tokens - slow.tokens) <= 1 for fast, slow, _ in pairs)


def _report(base, data):
    half = len(data) // 2
    return check([data[:half], data[half:]], family_of(base), limits=limits_of(base))


def _told(report):
    return replace(report, tokens=0, shortest=0, longest=0, histogram=())


def _after_good_rows(seed):
    base, data = mutated(seed)
    good = [MAKERS[base](1000 + number) for number in range(seed % 70)]
    return base, jsonl(good, **STYLES[seed % len(STYLES)]) + data


def test_its_memory_stays_small_over_damaged_files():
    tracemalloc.start()
    try:
        for seed in range(100):
            verdicts(seed, chunk=4096)
        assert tracemalloc.get_traced_memory()[1] < 24 << 20
    finally:
        tracemalloc.stop()
