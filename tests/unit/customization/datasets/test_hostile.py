"""Files that are made to harm: what they hold must not break the report, the store, the page, or the worker's hours."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customization.datasets import check, family_of, limits_of, tally
from customization.datasets.findings import shown
from customization.datasets.parse import parse

from .rows_for_tests import CANVAS, CLAUDE, LLAMA, LLAMA_3_3, NOVA, NOVA_2, good, jsonl, nova

BASES = [NOVA, NOVA_2, LLAMA, LLAMA_3_3, CLAUDE, CANVAS, "some.model"]


def stored(report) -> str:
    """The report as a database or a page wants it."""
    text = json.dumps(report.as_json(), ensure_ascii=False)
    text.encode()
    assert "\\u0000" not in text.replace("\\\\u0000", "")
    assert "\0" not in text
    return text


TURNS = '{"messages": [{"role": "%s", "content": [{"text": "a"}]}, {"role": "assistant", "content": [{"text": "b"}]}]}'
TOOL = '{"toolUse": {"toolUseId": "%s", "name": "n", "input": {}}}'
TOOLS = (
    '{"messages": [{"role": "user", "content": [{"text": "a"}]}, {"role": "assistant", "content": [%s, %s]}]}'
)


@pytest.mark.parametrize("sign", ["\\ud800", "\\u0000", "\\u001b", "\\u202e", "\\udc00x"])
@pytest.mark.parametrize(
    ("base", "line", "code"),
    [
        (NOVA, '{"%s": 1, "messages": []}', "unknown_key"),
        (NOVA, '{"messages": [], "%s": 1, "%s": 2}', "duplicate_key"),
        (NOVA, TURNS, "wrong_role"),
        (NOVA_2, TOOLS % (TOOL, TOOL), "tool_id"),
        (LLAMA, '{"prompt": "a", "completion": "b", "%s": 1}', "unknown_key"),
    ],
)
def test_what_a_message_quotes_can_be_stored_and_shown(run, base, line, code, sign):
    line = line.replace("%s", sign)
    report = run(line.encode() + b"\n", base)
    (said,) = [found.message for found in (*report.errors, *report.warnings) if found.code == code]
    assert said.isprintable()
    assert sign[:6] in said
    stored(report)


def test_plain_words_of_any_script_are_quoted_as_they_are():
    for words in ('Unknown key "größe"', "日本語 😀", "a b"):
        assert shown(words) == words
    assert shown("a\nb\x00\ud800\U000e0001") == "a\\u000ab\\u0000\\ud800\\U000e0001"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(categories=None)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(categories=None)), inner, max_size=4)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["schemaVersion", "system", "messages", "role", "content", "text", "image", "source", "s3Location", "uri", "format",
     "toolUse", "toolUseId", "toolResult", "reasoningContent", "reasoningText", "prompt", "completion", "image-ref",
     "caption", "toolConfig"]
)  # fmt: skip
known_shapes = st.recursive(
    json_values | st.sampled_from(["user", "assistant", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(row=json_values | known_shapes | st.dictionaries(KEYS, known_shapes), base=st.sampled_from(BASES))
def test_no_json_value_whatever_is_more_than_the_rules_can_say(row, base):
    report = check([json.dumps(row).encode() + b"\n"], family_of(base), limits=limits_of(base))
    assert report.rows <= 1  # an array is called by its name as a whole
    stored(report)


def cpu_of(work) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def test_a_row_of_very_many_keys_is_looked_through_once():
    """A search that starts anew for each key takes minutes here."""
    line = b"{" + b",".join(b'"%d":0' % number for number in range(190_000)) + b',"189999":0}'
    assert parse(line)[1][0].code == "duplicate_key"
    assert '"189999" stands twice' in parse(line)[1][0].message
    assert cpu_of(lambda: parse(line)) < 5


# ---- once the verdict is certain ---------------------------------------------------------------------------


def test_when_the_list_of_errors_is_full_the_rest_is_only_counted_and_hashed(run, monkeypatch):
    judged = []
    real = tally.parse
    monkeypatch.setattr(tally, "parse", lambda line: judged.append(line) or real(line))
    wrong = b'{"messages": 7}\n' * 200_000
    report = run(wrong, limits=limits_of("meta.llama3-1-8b-instruct-v1:0").__class__(**_unbounded()))
    assert report.rows == 200_000
    assert tally.ENOUGH_ERRORS <= len(judged) < 3 * tally.ENOUGH_ERRORS
    assert len(report.errors) == 100
    (said,) = [found for found in report.warnings if found.code == "only_counted"]
    assert said.line == 0
    assert said.message.startswith(f"Lines 1 to {len(judged):,} were checked")
    assert f"the {200_000 - len(judged):,} lines after them were only counted" in said.message
    assert report.sha256 == run(wrong).sha256


def _unbounded():
    return {"family": family_of(NOVA), "source": "test"}


def test_errors_that_are_few_keep_nobody_from_reading_on(run):
    data = b"7\n" * 99 + good(NOVA, 15_000) + b'"last"\n'
    report = run(data)
    assert report.errors[-1].line == 15_100
    assert "only_counted" not in report.warning_totals


def test_beyond_the_most_rows_no_row_is_looked_at(run):
    with_image = nova()
    with_image["messages"][0]["content"].append(
        {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://some-bucket/a.png"}}}}
    )
    report = run(jsonl([with_image]) * 30_000)
    assert report.error_totals == {"too_many_rows": 1}
    assert "The file has 30,000 rows; this model takes 20,000." in report.errors[0].message
    assert report.warning_totals["only_counted"] == 1


def test_the_other_format_is_named_also_when_only_the_beginning_was_checked(run):
    report = run(b'{"prompt": "a", "completion": "b"}\n' * 60_000, limits=limits_of(NOVA))
    assert report.detected == "prompt-completion"
