"""The rules of each family, by table: a good row, changed in one place."""

import copy

import pytest

from customization.datasets import Family, family_of, limits_of

from .rows_for_tests import (
    CANVAS,
    CLAUDE,
    LLAMA,
    MAKERS,
    MICRO,
    NOVA,
    NOVA_2,
    claude,
    good,
    image,
    jsonl,
    medium,
    nova,
    pair,
)

EMBED = "amazon.titan-embed-image-v1:0"
LLAMA_3_2 = "meta.llama3-2-11b-instruct-v1:0:128k"


def changed(row, path, value):
    """A copy of the row with one place changed; ``...`` as value deletes it."""
    row = copy.deepcopy(row)
    holder = row
    for key in path[:-1]:
        holder = holder[key]
    if value is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return row


M0, M1 = ("messages", 0), ("messages", 1)
FIRST = (*M0, "content", 0)
ERRORS = [
    (NOVA, changed(nova(), ("messages",), ...), "missing_key"),
    (NOVA, changed(nova(), ("messages",), []), "empty_field"),
    (NOVA, changed(nova(), ("messages",), "hello"), "wrong_type"),
    (NOVA, changed(nova(), M0, "hello"), "wrong_type"),
    (NOVA, changed(nova(), (*M0, "role"), ...), "missing_key"),
    (NOVA, changed(nova(), (*M0, "role"), "human"), "wrong_role"),
    (NOVA, changed(nova(), (*M0, "role"), "User"), "wrong_role"),
    (NOVA, changed(nova(), (*M0, "role"), "system"), "wrong_role"),
    (NOVA, changed(nova(), (*M0, "role"), ["user"]), "wrong_role"),
    (NOVA, changed(nova(), (*M0, "role"), "assistant"), "role_order"),
    (NOVA, changed(nova(), (*M1, "role"), "user"), "role_order"),
    (NOVA, changed(nova(), ("messages",), nova()["messages"][:1]), "role_order"),
    (NOVA, changed(nova(turns=2), ("messages",), nova(turns=2)["messages"][:3]), "role_order"),
    (NOVA, changed(nova(turns=2), (*M1, "role"), "user"), "role_order"),
    (NOVA, changed(nova(), (*M0, "content"), []), "empty_field"),
    (NOVA, changed(nova(), (*M0, "content"), {}), "wrong_type"),
    (NOVA, changed(nova(), FIRST, {}), "empty_field"),
    (NOVA, changed(nova(), FIRST, {"text": ""}), "empty_field"),
    (NOVA, changed(nova(), FIRST, {"text": " \n\t"}), "empty_field"),
    (NOVA, changed(nova(), FIRST, {"text": "\u00a0"}), "empty_field"),
    (NOVA, changed(nova(), FIRST, {"text": 5}), "wrong_type"),
    (NOVA, changed(nova(), FIRST, {"txt": "x"}), "unknown_key"),
    (NOVA, changed(nova(), FIRST, {"text": "x", "image": medium()["image"]}), "several_in_block"),
    (NOVA, changed(nova(), (*M0, "name"), "x"), "unknown_key"),
    (NOVA, changed(nova(), ("id",), 5), "unknown_key"),
    (NOVA, changed(nova(), ("toolConfig",), {"tools": []}), "unknown_key"),
    (NOVA, changed(nova(), ("system",), []), "empty_field"),
    (NOVA, changed(nova(), ("system",), None), "wrong_type"),
    (NOVA, changed(nova(), ("system",), "Be kind."), "wrong_type"),
    (NOVA, changed(nova(), ("system", 0), {"text": ""}), "empty_field"),
    (NOVA, changed(nova(), ("schemaVersion",), 2024), "wrong_type"),
    *(
        (NOVA, changed(nova(), FIRST, {"text": f"hi {word} you"}), "reserved_word")
        for word in limits_of(NOVA).reserved
    ),
    (NOVA, changed(nova(), ("system", 0), {"text": "User: x"}), "reserved_word"),
    (NOVA, changed(nova(), (*M1, "content", 0), {"text": "x [EOS]"}), "reserved_word"),
    (NOVA, changed(nova(), FIRST, medium(form="bmp")), "media_format"),
    (NOVA, changed(nova(), FIRST, medium(uri="https://x/y.png")), "bad_uri"),
    (NOVA, changed(nova(), FIRST, medium(uri="s3://bucket/with space.png")), "bad_uri"),
    (NOVA, changed(nova(), FIRST, {"image": {"format": "png"}}), "missing_key"),
    (NOVA, changed(nova(), FIRST, {"image": "x"}), "wrong_type"),
    (NOVA, changed(nova(), (*M1, "content", 0), medium()), "wrong_place"),
    (NOVA, changed(nova(), (*M0, "content"), [medium()] * 11), "too_many_images"),
    (NOVA, changed(nova(), (*M0, "content"), [medium("video", "mp4")] * 2), "too_many_media"),
    (NOVA, changed(nova(), FIRST, medium("document", "pdf")), "unknown_key"),
    (NOVA, changed(nova(), FIRST, {"reasoningContent": {}}), "unknown_key"),
    (NOVA, changed(nova(), FIRST, {"text": "x" * 192_001}), "row_too_long"),
    (MICRO, changed(nova(), FIRST, medium()), "unknown_key"),
    (NOVA_2, changed(nova(), FIRST, medium(form="webp")), "media_format"),
    (NOVA_2, changed(nova(), FIRST, {"reasoningContent": {"reasoningText": {"text": "x"}}}), "wrong_place"),
    (NOVA_2, changed(nova(), (*M1, "content", 0), {"reasoningContent": {}}), "missing_key"),
    (NOVA_2, changed(nova(), FIRST, {"toolResult": {"toolUseId": "a", "content": []}}), "tool_id"),
    (
        NOVA_2,
        changed(nova(), FIRST, {"toolUse": {"toolUseId": "a", "name": "f", "input": {}}}),
        "wrong_place",
    ),
    (LLAMA_3_2, changed(nova(), FIRST, medium("video", "mp4")), "unknown_key"),
    (LLAMA, changed(pair(), ("prompt",), ...), "missing_key"),
    (LLAMA, changed(pair(), ("completion",), ""), "empty_field"),
    (LLAMA, changed(pair(), ("completion",), None), "wrong_type"),
    (LLAMA, changed(pair(), ("prompt",), ["x"]), "wrong_type"),
    (LLAMA, changed(pair(), ("prompt",), "x" * 96_001), "row_too_long"),
    ("amazon.titan-text-express-v1:0:8k", changed(pair(), ("prompt",), "x" * 24_600), "row_too_long"),
    (CLAUDE, changed(claude(), ("messages",), ...), "missing_key"),
    (CLAUDE, changed(claude(), ("system",), ""), "empty_field"),
    (CLAUDE, changed(claude(), ("system",), None), "wrong_type"),
    (CLAUDE, changed(claude(), ("extra",), 1), "unknown_key"),
    (CLAUDE, changed(claude(), (*M0, "content"), 5), "wrong_type"),
    (CLAUDE, changed(claude(), (*M0, "role"), "assistant"), "role_order"),
    (CLAUDE, changed(claude(), (*M0, "role"), "system"), "wrong_role"),
    (CANVAS, changed(image(), ("image-ref",), "cat.png"), "bad_uri"),
    (CANVAS, changed(image(), ("image-ref",), 5), "wrong_type"),
    (CANVAS, changed(image(), ("caption",), ...), "missing_key"),
    (CANVAS, changed(image(), ("caption",), "ab"), "caption_length"),
    (CANVAS, changed(image(), ("caption",), "x" * 1025), "caption_length"),
    (CANVAS, changed(image(), ("caption",), None), "wrong_type"),
    (NOVA, pair(), "other_format"),
    (NOVA, claude(), "other_format"),
    (NOVA, image(), "other_format"),
    (LLAMA, nova(), "other_format"),
    (LLAMA, claude(), "other_format"),
    (CLAUDE, nova(), "other_format"),
    (CLAUDE, pair(), "other_format"),
    (CANVAS, pair(), "other_format"),
]


def maker_of(base):
    """What makes good rows for a model."""
    family = family_of(base)
    return next((maker for other, maker in MAKERS.items() if family_of(other) == family), nova)


def file_with(base, row, number=7):
    maker = maker_of(base)
    rows = [maker(index) for index in range(120)]
    rows[number - 1] = row
    return jsonl(rows)


@pytest.mark.parametrize(("base", "row", "code"), ERRORS, ids=range(len(ERRORS)))
def test_it_refuses_a_row_on_its_line_and_says_what_to_change(run, base, row, code):
    report = run(file_with(base, row), base)
    assert [(finding.line, finding.code) for finding in report.errors] == [(7, code)]
    assert len(report.errors[0].message) > 25
    assert report.rows == 120


GOOD = [
    (NOVA, nova(turns=7)),
    (NOVA, changed(nova(), ("system",), ...)),
    (NOVA, changed(nova(), ("schemaVersion",), "any words")),
    (NOVA, changed(nova(), (*M0, "content"), [{"text": "one"}, {"text": "two"}])),
    (NOVA, changed(nova(), (*M0, "content"), [{"text": "look"}, *[medium()] * 10])),
    (NOVA, changed(nova(), FIRST, medium("video", "MP4", "s3://some-bucket/v.mp4"))),
    (NOVA, changed(nova(), FIRST, {"text": 'The "text" of a "role": {"messages": []} \\ \n\t /'})),
    (NOVA, changed(nova(), FIRST, {"text": "日本語 😀 é"})),
    (NOVA, changed(nova(), FIRST, {"text": "text"})),
    (NOVA, changed(nova(), FIRST, {"text": "The Username: x, robot; a subsystem."})),
    (
        NOVA_2,
        changed(
            nova(), (*M1, "content"), [{"reasoningContent": {"reasoningText": {"text": "x"}}}, {"text": "y"}]
        ),
    ),
    (LLAMA_3_2, changed(nova(), FIRST, {"text": "User: fine here"})),
    (LLAMA, changed(pair(), ("prompt",), "User: fine here\r\n")),
    (CLAUDE, changed(claude(), ("system",), ...)),
    (CLAUDE, changed(claude(), (*M0, "content"), "User: fine here")),
    (CANVAS, changed(image(), ("caption",), "abc")),
    ("some.model-v1", {"anything": [1, 2.5, None, {"a": "b"}]}),
]


@pytest.mark.parametrize(("base", "row"), GOOD, ids=range(len(GOOD)))
@pytest.mark.parametrize("ascii_only", [True, False])
def test_it_accepts_what_the_documents_allow(run, base, row, ascii_only):
    maker = maker_of(base)
    report = run(jsonl([*(maker(index) for index in range(120)), row], ensure_ascii=ascii_only), base)
    assert report.valid, report.errors


WARNINGS = [
    (NOVA, changed(nova(), FIRST, {"text": "the user: hello"}), "suspect_word"),
    (NOVA, changed(nova(), FIRST, {"text": "Thought: hello"}), "suspect_word"),
    (NOVA, changed(nova(), ("schemaVersion",), ...), "no_schema_version"),
    (NOVA, changed(nova(), FIRST, {"text": "x" * 140_000}), "row_may_be_too_long"),
    (NOVA, nova(1), "duplicate_row"),
    (NOVA_2, changed(nova(), ("toolConfig",), {"tools": []}), "may_fail"),
    (NOVA_2, changed(nova(), FIRST, medium("document", "pdf")), "may_fail"),
    (LLAMA, changed(pair(), ("extra",), 5), "unknown_key"),
    (LLAMA, changed(pair(), ("prompt",), "<|eot_id|>"), "suspect_word"),
    (CLAUDE, changed(claude(), (*M0, "content"), "x\n\nHuman: y"), "suspect_word"),
    (CANVAS, changed(image(), ("extra",), 5), "unknown_key"),
]


@pytest.mark.parametrize(("base", "row", "code"), WARNINGS, ids=range(len(WARNINGS)))
def test_it_warns_where_documents_are_silent_or_disagree(run, base, row, code):
    report = run(file_with(base, row), base)
    assert report.valid, report.errors
    assert [(finding.line, finding.code) for finding in report.warnings] == [(7, code)]


FAMILIES = [
    ("amazon.nova-lite-v1:0:300k", Family.NOVA),
    ("amazon.nova-pro-v1:0", Family.NOVA),
    ("amazon.nova-micro-v1:0:128k", Family.NOVA),
    ("amazon.nova-2-lite-v1:0:256k", Family.NOVA),
    ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-2-lite-v1:0:256k", Family.NOVA),
    ("us.amazon.nova-pro-v1:0", Family.NOVA),
    ("amazon.nova-canvas-v1:0", Family.IMAGE_CAPTION),
    ("amazon.titan-image-generator-v2:0", Family.IMAGE_CAPTION),
    ("amazon.titan-embed-image-v1:0", Family.IMAGE_CAPTION),
    ("amazon.titan-text-premier-v1:0:32k", Family.PROMPT_COMPLETION),
    ("cohere.command-light-text-v14:7:4k", Family.PROMPT_COMPLETION),
    ("cohere.command-text-v14:7:4k", Family.PROMPT_COMPLETION),
    ("meta.llama2-13b-v1:0:4k", Family.PROMPT_COMPLETION),
    ("meta.llama3-1-70b-instruct-v1:0:128k", Family.PROMPT_COMPLETION),
    ("meta.llama3-2-90b-instruct-v1:0:128k", Family.CONVERSE),
    ("meta.llama3-3-70b-instruct-v1:0:128k", Family.CONVERSE),
    ("anthropic.claude-3-haiku-20240307-v1:0:200k", Family.CLAUDE),
    ("amazon.nova-sonic-v1:0", Family.UNKNOWN),
    ("amazon.nova-reel-v1:0", Family.UNKNOWN),
    ("amazon.titan-embed-text-v1", Family.UNKNOWN),
    ("", Family.UNKNOWN),
]


@pytest.mark.parametrize(("base", "family"), FAMILIES)
def test_it_knows_the_family_of_a_base_model(base, family):
    assert family_of(base) == family
    assert limits_of(base).family == family


def test_a_new_nova_that_reads_text_takes_conversations():
    assert family_of("amazon.nova-3-ultra-v1:0", ["TEXT", "IMAGE"]) == Family.NOVA
    assert family_of("amazon.nova-3-sonic-v1:0", ["SPEECH", "TEXT"]) == Family.UNKNOWN
    assert limits_of("amazon.nova-3-ultra-v1:0", input_modalities=["TEXT"]).max_rows == 20_000


COUNTS = [
    (NOVA, "training", 7, "too_few_rows"),
    (NOVA, "training", 8, None),
    (NOVA, "training", 20_000, None),
    (NOVA, "training", 20_001, "too_many_rows"),
    (CLAUDE, "training", 31, "too_few_rows"),
    (CLAUDE, "training", 32, None),
    (CLAUDE, "validation", 1000, None),
    (CLAUDE, "validation", 1001, "too_many_rows"),
    (LLAMA, "training", 10_001, "too_many_rows"),
    (CANVAS, "training", 4, "too_few_rows"),
    (CANVAS, "validation", 40, "no_validation_data"),
    (NOVA_2, "validation", 40, None),
    (EMBED, "training", 999, "too_few_rows"),
]


@pytest.mark.parametrize(("base", "purpose", "count", "code"), COUNTS)
def test_it_counts_rows_by_model_and_purpose(run, base, purpose, count, code):
    report = run(jsonl(map(maker_of(base), range(count))), base, purpose)
    assert [(finding.line, finding.code) for finding in report.errors] == ([(0, code)] if code else [])
    assert report.rows == count


def test_nova_2_says_that_it_ignores_validation_data(run):
    assert run(good(), NOVA_2, "validation").warning_totals == {"validation_ignored": 1}


def test_one_kind_of_media_in_a_dataset(run):
    rows = [nova(number) for number in range(9)]
    rows[2]["messages"][0]["content"].append(medium())
    rows[5]["messages"][0]["content"].append(medium("video", "mp4"))
    rows[7]["messages"][0]["content"].append(medium("video", "mp4"))
    report = run(jsonl(rows))
    assert [(finding.line, finding.code) for finding in report.errors] == [
        (6, "mixed_media"),
        (8, "mixed_media"),
    ]
    assert "line 3 has: image" in report.errors[0].message


def test_data_of_another_family_is_named_with_both_formats(run):
    report = run(good(LLAMA), NOVA)
    assert report.detected == Family.PROMPT_COMPLETION
    assert "prompt/completion" in report.errors[0].message
    assert "Nova conversation" in report.errors[0].message
    assert '"completion"' in report.errors[0].message
    assert '"messages"' in report.errors[0].message
