"""Any size, any chunking: memory stays small, work can be watched and stopped, and duplicates are found."""

import hashlib
import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customization.datasets import (
    Family,
    check,
    family_of,
    limits_of,
    why_not_apart,
    why_not_together,
)
from customization.datasets.fingerprint import Fingerprint, Rows
from customization.datasets.overlap import shared_rows
from customization.datasets.tokens import tokens

from .reference import is_valid
from .rows_for_tests import LLAMA, NOVA, good, jsonl, nova, pair

MIB = 1 << 20


def peak(chunks):
    tracemalloc.start()
    try:
        report = check(chunks, Family.NOVA, limits=limits_of(NOVA))
        return tracemalloc.get_traced_memory()[1], report
    finally:
        tracemalloc.stop()


HUGE = [
    (
        "one line without end",
        lambda: (b"x" * MIB for _ in range(64)),
        {"line_too_long": 1, "too_few_rows": 1},
    ),
    (
        "a text without end",
        lambda: iter([b'{"messages": "', *[b"y" * MIB] * 64]),
        {"line_too_long": 1, "too_few_rows": 1},
    ),
    ("brackets without end", lambda: (b"[" * MIB for _ in range(32)), {"json_array": 1}),
    ("blank lines", lambda: (b"\n" * MIB for _ in range(32)), {"blank_line": 32 * MIB, "too_few_rows": 1}),
    (
        "blanks and spaces",
        lambda: (b" \n" * MIB for _ in range(8)),
        {"blank_line": 8 * MIB, "too_few_rows": 1},
    ),
    ("small wrong lines", lambda: (b"5\n" * 2000 for _ in range(4)), {"not_an_object": 8000}),
]


@pytest.mark.parametrize(("name", "chunks", "totals"), HUGE, ids=[name for name, *_ in HUGE])
def test_memory_stays_small_whatever_the_size(name, chunks, totals):
    used, report = peak(chunks())
    assert used < 24 * MIB
    assert totals is None or report.error_totals == totals


@pytest.mark.parametrize(
    "line",
    [
        '{"messages": "' + "😀" * (MIB // 2 - 10) + '"}',
        '{"messages": [' + "{}," * 66_000 + "{}]}",
        '{"messages": [' + ",".join(['{"role": "user", "content": [{"text": ""}]}'] * 40_000) + "]}",
        "{" + ",".join(f'"k{n}": 1' for n in range(90_000)) + "}",
    ],
    ids=["emoji", "objects", "messages", "keys"],
)
def test_memory_stays_small_for_a_heavy_line(line):
    used, report = peak([line.encode() + b"\n"] * 3)
    assert used < 40 * MIB
    assert not report.valid


def test_a_long_line_is_told_and_the_next_lines_are_checked():
    data = good() + b"z" * (3 * MIB) + b"\n" + b"oops\n" + good()
    report = check([data[i : i + 70_001] for i in range(0, len(data), 70_001)], Family.NOVA)
    assert [(finding.line, finding.code) for finding in report.errors] == [
        (41, "line_too_long"),
        (42, "bad_json"),
    ]
    assert report.rows == 82


def test_progress_is_told_in_bytes():
    told = []
    data = good() * 1500
    check([data], Family.NOVA, on_progress=told.append)
    assert told[-1] == len(data)
    assert told == sorted(told)
    assert len(told) >= len(data) // MIB


def test_who_wants_it_to_stop_raises_where_it_tells_its_progress():
    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check([good() * 1500], Family.NOVA, on_progress=stop)


def test_what_the_source_raises_comes_through():
    def broken():
        yield b"{}\n"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        check(broken(), Family.NOVA)


def test_it_reports_hash_size_tokens_and_lengths(run):
    data = good()
    report = run(data)
    assert report.sha256 == hashlib.sha256(data).hexdigest()
    assert report.size == len(data)
    assert sum(bucket.rows for bucket in report.histogram) == report.rows == 40
    assert 0 < report.shortest <= report.longest <= report.tokens
    assert json.loads(json.dumps(report.as_json()))["limits"]["max_rows"] == 20_000


def test_duplicates_in_a_file_name_the_first_line(run):
    data = jsonl([pair(n) for n in (1, 2, 3, 2, 1, 1)])
    report = run(data, LLAMA)
    found = [finding for finding in report.warnings if finding.code == "duplicate_row"]
    assert [finding.line for finding in found] == [4, 5, 6]
    assert "line 2" in found[0].message
    assert "line 1" in found[2].message


@pytest.mark.parametrize(("different", "estimated"), [(60_000, False), (100_000, True), (240_000, True)])
def test_duplicates_beyond_what_is_remembered_are_an_estimate_of_the_whole(different, estimated):
    """Each row is there twice, far apart."""
    row = b'{"image-ref": "s3://bucket/%d.png", "caption": "a picture"}\n'
    file = (row % (number % different) for number in range(2 * different))
    base = "amazon.titan-embed-image-v1:0"
    report = check(file, family_of(base), limits=limits_of(base))
    assert report.duplicates_estimated is report.as_json()["duplicates_estimated"] is estimated
    told = report.warning_totals["duplicate_row"]
    assert told == pytest.approx(different, rel=0.03 if estimated else 0)


def test_rows_in_both_files_are_found(run):
    training, validation = (
        run(good(count=50)),
        run(jsonl(nova(n) for n in range(45, 95)), purpose="validation"),
    )
    assert shared_rows(training.fingerprint, validation.fingerprint) == (5, False)
    assert why_not_apart(training.fingerprint, validation.fingerprint).startswith(
        "5 rows of the validation data"
    )
    apart = run(jsonl(nova(n) for n in range(60, 70)))
    assert why_not_apart(training.fingerprint, apart.fingerprint) == ""


def test_a_large_table_of_rows_is_sampled_alike_in_both_files():
    ours, theirs = Rows(capacity=500), Rows(capacity=500)
    rows = [str(n).encode() for n in range(20_000)]
    assert not list(ours.add(rows[:12_000], 1))
    for n in range(8_000, 20_000, 100):
        list(theirs.add(rows[n : n + 100], n))
    assert len(ours.fingerprint().hashes) <= 500
    count, estimated = shared_rows(ours.fingerprint().to_bytes(), theirs.fingerprint().to_bytes())
    assert estimated
    assert 2_500 < count < 6_000


def test_fingerprints_survive_storage():
    rows = Rows()
    list(rows.add([b"a", b"b", b"a"], 1))
    kept = rows.fingerprint()
    assert Fingerprint.from_bytes(kept.to_bytes()) == kept
    assert shared_rows(b"", kept.to_bytes()) == (0, False)


texts = st.text(min_size=1).filter(str.strip)


@st.composite
def nova_files(draw):
    rows = []
    for _ in range(draw(st.integers(8, 12))):
        row = nova(turns=draw(st.integers(1, 3)))
        for message in row["messages"]:
            message["content"][0]["text"] = draw(st.text(max_size=30) | texts)
        rows.append(row)
    style = draw(
        st.sampled_from([{}, {"ensure_ascii": False}, {"separators": (",", ":")}, {"sort_keys": True}])
    )
    try:
        return jsonl(rows, **style)
    except UnicodeEncodeError:
        return jsonl(rows)


@settings(max_examples=150, deadline=None)
@given(data=nova_files(), chunk=st.integers(1, 4000))
def test_the_verdict_is_the_references_and_chunks_do_not_matter(data, chunk):
    limits = limits_of(NOVA)
    whole = check([data], Family.NOVA, limits=limits)
    parts = check([data[i : i + chunk] for i in range(0, len(data), chunk)], Family.NOVA, limits=limits)
    assert whole == parts
    assert whole.valid == is_valid(data, "nova", least=8, most=20_000, characters=192_000)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400), base=st.sampled_from([NOVA, LLAMA, "some.model"]))
def test_any_bytes_end_in_a_report(data, base):
    report = check([data], family_of(base), limits=limits_of(base))
    assert report.size == len(data)


@settings(max_examples=100, deadline=None)
@given(text=st.text())
def test_tokens_grow_with_the_text(text):
    assert 0 <= tokens([text]) <= tokens([text + "x"]) <= tokens([text]) + 1


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(texts, texts), min_size=20, max_size=30), ascii_only=st.booleans())
def test_fast_and_slow_lanes_count_the_same(rows, ascii_only):
    rows = [{"prompt": p, "completion": c} for p, c in rows]
    try:
        data = jsonl(rows, ensure_ascii=ascii_only)
    except UnicodeEncodeError:
        return
    fast = check([data], Family.PROMPT_COMPLETION, limits=limits_of(LLAMA))
    # A space before the brace is nothing to JSON, but keeps the row out of the frames' lane.
    slow = check([data.replace(b"\n{", b"\n {")], Family.PROMPT_COMPLETION, limits=limits_of(LLAMA))
    assert (fast.tokens, fast.rows, fast.error_totals) == (slow.tokens, slow.rows, slow.error_totals)


CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"


@pytest.mark.parametrize(
    ("base", "training", "validation", "said"),
    [
        (LLAMA, 60, 39, "99 rows together; this model takes at least 100"),
        (LLAMA, 99, 0, "99 rows together"),
        (LLAMA, 60, 40, ""),
        (LLAMA, 9_000, 1_000, ""),
        (LLAMA, 9_000, 1_001, "10,001 rows together; this model takes at most 10,000"),
        (CLAUDE, 9_500, 501, "10,001 rows together"),
        (CLAUDE, 32, 0, ""),
        (NOVA, 20_000, 20_000, ""),
        ("acme.rocket", 1, 10**9, ""),
    ],
)
def test_bounds_on_the_sum_of_both_files(base, training, validation, said):
    why = why_not_together(limits_of(base), training, validation)
    assert (said in why) if said else not why
