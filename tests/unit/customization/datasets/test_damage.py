"""Every kind of damage: one plain error with a code, the exact line, and a way out; never an exception."""

import json

import pytest

from .rows_for_tests import LLAMA, NOVA, good, jsonl, nova, pair

ROWS = 40


def with_line(line: bytes, number=3, base=NOVA) -> bytes:
    """A good file whose line ``number`` is this one."""
    lines = good(base, ROWS).split(b"\n")
    lines[number - 1] = line
    return b"\n".join(lines)


TEXT = jsonl([nova(2)]).strip()
# (the damaged line, the code, words of the way out)
LINES = [
    (b"", "blank_line", "delete"),
    (b"  \t", "blank_line", "delete"),
    (TEXT + b"\r", "crlf", "LF line ends"),
    (TEXT.replace(b"Be kind", b"Be\rkind"), "lone_cr", "LF line ends"),
    (TEXT.replace(b"Be kind", b"Be \xff kind"), "bad_utf8", "Save the file as UTF-8"),
    (TEXT.replace(b"Be kind", "Be é kind".encode("latin-1")), "bad_utf8", "Latin-1"),
    (TEXT.replace(b"Be kind", b"Be \xed\xa0\x80"), "bad_utf8", "UTF-8"),
    (TEXT.replace(b"Be kind", b"Be \\ud800 kind"), "lone_surrogate", "both halves"),
    (TEXT.replace(b"Be kind", b"Be \\udc00\\ud800"), "lone_surrogate", "both halves"),
    (TEXT.replace(b"Be kind", b"Be \x00 kind"), "nul", "Remove it"),
    (TEXT.replace(b"Be kind", b"Be \\u0000 kind"), "nul", "Remove it"),
    (TEXT.replace(b"Be kind", b"Be \x01 kind"), "bad_json", "\\n"),
    (TEXT.replace(b'"Be kind."', b"NaN"), "not_a_number", "null"),
    (TEXT.replace(b'"Be kind."', b"-Infinity"), "not_a_number", "-Infinity"),
    (TEXT.replace(b'"Be kind."', b"1e999"), "huge_number", "as text"),
    (TEXT.replace(b'"Be kind."', b"7" * 5000), "huge_number", "5000 digits"),
    (TEXT.replace(b'"Be kind."', b"7." + b"1" * 5000 + b"e9999"), "huge_number", "as text"),
    (TEXT.replace(b'"Be kind."', b"[" * 100_000 + b"]" * 100_000), "too_deep", "Flatten"),
    (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep", "Flatten"),
    (b"[" * 90 + b"]" * 90, "too_deep", "Flatten"),
    (b"[" * 100_000, "too_deep", "Flatten"),
    (b"[" + b"0," * 300_000 + b"0]", "too_complex", "Split"),
    (TEXT.replace(b'"role": "user"', b'"role": "user", "role": "user"'), "duplicate_key", "Keep one"),
    (TEXT.replace(b'"text": "Be', b'"text": "x", "text": "Be'), "duplicate_key", "Keep one"),
    (TEXT.replace(b'"text": "Be', b'"te\\u0078t": "x", "text": "Be'), "duplicate_key", "Keep one"),
    (TEXT.replace(b'"messages"', b'"messages": [], "messages"'), "duplicate_key", "Keep one"),
    (TEXT + TEXT, "several_values", "a line of its own"),
    (TEXT[:-30], "bad_json", "cut off"),
    (TEXT.replace(b'"', b"'"), "bad_json", "double quotes"),
    (TEXT[:-1] + b",}", "bad_json", "comma"),
    (TEXT.replace(b"Be kind", b"Be \\x kind"), "bad_json", "backslash"),
    (b"[1, 2]", "not_an_object", "a list"),
    (b'"text"', "not_an_object", "text"),
    (b"null", "not_an_object", "null"),
    (b"12", "not_an_object", "a number"),
    (b"hello", "bad_json", "quotes"),
]


@pytest.mark.parametrize(("line", "code", "way_out"), LINES, ids=range(len(LINES)))
@pytest.mark.parametrize("chunk", [None, 100])
def test_it_names_the_damage_of_a_line_and_the_way_out(run, line, code, way_out, chunk):
    report = run(with_line(line), chunk=chunk)
    assert not report.valid
    found = [finding for finding in report.errors if finding.code == code]
    assert [finding.line for finding in found] == [3], report.errors
    assert way_out in found[0].message
    assert report.rows == ROWS - (code == "blank_line")


WHOLE = [
    (b"\xff\xfe" + good().decode().encode("utf-16-le"), "utf16"),
    (good().decode().encode("utf-16-le"), "utf16"),
    (good().decode().encode("utf-16-be"), "utf16"),
    (good().decode().encode("utf-32"), "utf32"),
    (good().decode().encode("utf-32-be"), "utf32"),
    (json.dumps([nova(n) for n in range(9)]).encode(), "json_array"),
    (json.dumps([nova(n) for n in range(9)], indent=2).encode(), "json_array"),
    (b" \n" + b"[\n" + good(), "json_array"),
    (json.dumps(nova(), indent=2).encode(), "pretty_printed"),
    (b'{"prompt": "x",\n "completion": "y"}\n' * 50, "pretty_printed"),
    (b"prompt,completion\nHello,World\n", "csv_file"),
    (b'"prompt";"completion"\n"a";"b"\n', "csv_file"),
    (b"prompt\tcompletion\na\tb\n", "csv_file"),
    (b"\x1f\x8b\x08\x00" + b"\x12" * 99, "gzip_file"),
    (b"PK\x03\x04" + b"\x00" * 99, "zip_file"),
    (b"PAR1" + b"\x15" * 99, "parquet_file"),
    (b"\x28\xb5\x2f\xfd" + b"\x15" * 99, "compressed_file"),
    (b"BZh91AY&SY" + b"\x15" * 99, "compressed_file"),
    (b"%PDF-1.7\n" + b"\x15" * 99, "binary_file"),
]


@pytest.mark.parametrize(("data", "code"), WHOLE, ids=range(len(WHOLE)))
@pytest.mark.parametrize("chunk", [None, 3])
def test_a_file_of_another_kind_gets_one_answer(run, data, code, chunk):
    report = run(data, chunk=chunk)
    assert [(finding.line, finding.code) for finding in report.errors] == [(1, code)]
    assert report.rows == 0


def test_an_empty_file_is_one_error(run):
    report = run(b"")
    assert [finding.code for finding in report.errors] == ["empty_file"]


@pytest.mark.parametrize("data", [b"\n", b"\n" * 9, b" \n\t\n"])
def test_a_file_of_blank_lines_has_no_rows(run, data):
    report = run(data)
    assert report.rows == 0
    assert report.error_totals == {"blank_line": data.count(b"\n"), "too_few_rows": 1}


def test_a_byte_order_mark_is_an_error_and_the_rest_is_checked(run):
    report = run(b"\xef\xbb\xbf" + with_line(b"oops"))
    assert [(finding.line, finding.code) for finding in report.errors] == [(1, "bom"), (3, "bad_json")]


def test_windows_line_ends_are_told_once_and_counted(run):
    report = run(good().replace(b"\n", b"\r\n"))
    assert [(finding.line, finding.code) for finding in report.errors] == [(1, "crlf")]
    assert report.error_totals == {"crlf": ROWS}


def test_a_file_with_only_carriage_returns_is_told_so(run):
    report = run(good().replace(b"\n", b"\r"))
    assert report.errors[-1].code == "lone_cr"


def test_a_missing_last_line_feed_is_a_warning(run):
    report = run(good()[:-1])
    assert report.valid
    assert [(finding.line, finding.code) for finding in report.warnings] == [(ROWS, "no_final_newline")]


def test_a_blank_line_at_the_end_is_an_error(run):
    assert run(good() + b"\n").error_totals == {"blank_line": 1}


@pytest.mark.parametrize("count", [100, 101, 250])
def test_it_keeps_a_hundred_errors_and_counts_all(run, count):
    report = run(b"oops\n" * count + good())
    assert len(report.errors) == min(count, 100)
    assert report.error_totals == {"bad_json": count}


def test_a_late_kind_of_error_still_gets_its_place(run):
    report = run(b"oops\n" * 300 + good() + b"12\n")
    assert len(report.errors) == 100
    assert report.errors[-1] == (341, "not_an_object", report.errors[-1].message)


def test_messages_never_repeat_the_data_at_length(run):
    row = json.dumps({**pair(), "x" * 5000: 1, **{f"k{n}": 1 for n in range(500)}}).encode()
    report = run(with_line(row, base=LLAMA), LLAMA)
    assert max(len(finding.message) for finding in (*report.errors, *report.warnings)) < 700
