"""What a file is at all, from its beginning: some files need one answer, not one per line. Pure."""

import json

from customization.datasets.report import Problem

LOOK = 65_536  # bytes of the beginning that are looked at
UTF8_BOM = b"\xef\xbb\xbf"

_SAVE = "Save the data as plain UTF-8 text with one JSON object per line"
_MAGIC = (
    (b"\x1f\x8b", "gzip_file", "gzip-compressed data. Unpack it (gunzip) and upload the .jsonl file inside"),
    (b"PK\x03\x04", "zip_file", "a ZIP archive or an office document. Unpack or export it to a .jsonl file"),
    (b"PK\x05\x06", "zip_file", "an empty ZIP archive. Export the data to a .jsonl file"),
    (b"PAR1", "parquet_file", "a Parquet file. Export its rows to a .jsonl file"),
    (b"BZh", "compressed_file", "bzip2-compressed data. Unpack it and upload the .jsonl file inside"),
    (b"\x28\xb5\x2f\xfd", "compressed_file", "Zstandard-compressed data. Unpack it first"),
    (b"\xfd7zXZ\x00", "compressed_file", "xz-compressed data. Unpack it and upload the .jsonl file inside"),
    (b"%PDF", "binary_file", "a PDF document. Export the data to a .jsonl file"),
)


def whole_file_problem(head: bytes) -> Problem | None:
    """A problem that makes a look at single lines pointless, or None."""
    for magic, code, words in _MAGIC:
        if head.startswith(magic):
            return Problem(code, f"This is {words}.")
    if encoding := _wide_encoding(head):
        code = "utf32" if "32" in encoding else "utf16"
        return Problem(code, f"The file is in {encoding}. {_SAVE}.")
    return _layout_problem(head.removeprefix(UTF8_BOM))


def _wide_encoding(head: bytes) -> str:
    """UTF-16 or UTF-32 by their marks, or by the NUL bytes beside an ASCII character; "" for neither."""
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "UTF-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    first = head[:4]
    if len(first) == 4:
        zeros = [byte == 0 for byte in first]
        if zeros in ([True, True, True, False], [False, True, True, True]):
            return "UTF-32"
        if zeros in ([True, False, True, False], [False, True, False, True]):
            return "UTF-16"
    return ""


def _layout_problem(head: bytes) -> Problem | None:
    text = head.lstrip(b" \t\r\n")
    first, *others = [line.strip() for line in text.split(b"\n", 2)]
    if text.startswith(b"["):
        return Problem(
            "json_array",
            "The file is one JSON array. Write each of its objects on a line of its own, without the brackets around "
            "all and without commas between lines (jq -c '.[]' file.json > file.jsonl).",
        )
    if first == b"{" or (first.startswith(b"{") and _continues(text, first, others)):
        return Problem(
            "pretty_printed",
            "A JSON object is spread over several lines. Each row must be on one line (jq -c . file.json > "
            "file.jsonl).",
        )
    if _is_csv(first):
        return Problem(
            "csv_file",
            "The first line is a row of a table (CSV), not JSON. Export the table as JSON Lines: one JSON object per "
            "line.",
        )
    return None


def _continues(text: bytes, first: bytes, others: list[bytes]) -> bool:
    """Whether the first object ends on a later line: an indented or bare key follows an unfinished line."""
    return bool(others) and others[0].startswith((b'"', b"}")) and first.endswith((b",", b"{", b"["))


def _is_csv(first: bytes) -> bool:
    if not first or first.startswith(b"{") or not any(mark in first for mark in (b",", b";", b"\t")):
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return True
    return False
