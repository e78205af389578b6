"""From litellm's price table to our facts file: what is taken, what is refused, and how it is written."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from catalog.distill import NOTE, SourceError, distil, parse, render
from catalog.management.commands import distill_facts

NOVA = {
    "litellm_provider": "bedrock_converse",
    "mode": "chat",
    "max_input_tokens": 1000000,
    "max_output_tokens": 64000,
    "input_cost_per_token": 3e-07,
    "output_cost_per_token": 2.5e-06,
    "supports_vision": True,
    "supports_function_calling": True,
    "supports_reasoning": False,
}
GPT = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1.25e-06}
SOURCE: dict[str, Any] = {"amazon.nova-2-lite-v1:0": NOVA, "gpt-5": GPT}


def taken(platform: str = "bedrock", **entries: Any) -> dict[str, dict[str, object]]:
    """Distil the small source plus ``entries`` (``__`` in a name stands for ":", ``_dot_`` for ".")."""
    more = {name.replace("__", ":").replace("_dot_", "."): entry for name, entry in entries.items()}
    return distil(parse(json.dumps(SOURCE | more))).models[platform]


def one(**changes: Any) -> dict[str, object]:
    return taken(x_dot_y=NOVA | changes)["x.y"]


class TestOneModel:
    def test_it_is_told_in_our_words(self) -> None:
        assert one(deprecation_date="2027-03-22") == {
            "mode": "chat",
            "context_tokens": 1000000,
            "max_output_tokens": 64000,
            "capabilities": ["chat", "tools", "vision"],
            "input_price": "0.30",
            "output_price": "2.50",
            "deprecation_date": "2027-03-22",
        }

    @pytest.mark.parametrize(
        ("per_token", "per_million"),
        [
            ("3e-07", "0.30"),
            ("3.75e-08", "0.0375"),
            ("0.0006", "600.00"),
            ("1e-05", "10.00"),
            ("1.545e-07", "0.1545"),
            ("2.9999999999999997e-07", "0.30"),
            ("0", None),
            ("0.0", None),
            ("1e-99", None),
            ("null", None),
        ],
    )
    def test_a_price_is_exact_text_and_zero_is_no_price(
        self, per_token: str, per_million: str | None
    ) -> None:
        text = json.dumps(SOURCE).replace("3e-07", per_token)
        entry = distil(parse(text)).models["bedrock"]["amazon.nova-2-lite-v1:0"]
        assert entry.get("input_price") == per_million

    @given(st.integers(min_value=1, max_value=9_999_000_000))
    def test_no_price_loses_a_digit(self, millionths: int) -> None:
        per_token = f"{millionths}e-12"
        text = json.dumps(SOURCE).replace("3e-07", per_token)
        price = distil(parse(text)).models["bedrock"]["amazon.nova-2-lite-v1:0"]["input_price"]
        assert Decimal(str(price)) == Decimal(per_token) * 1_000_000

    @pytest.mark.parametrize("key", ["max_input_tokens", "max_output_tokens", "output_cost_per_token"])
    @pytest.mark.parametrize("gone", [True, False], ids=["missing", "null"])
    def test_what_the_source_does_not_know_is_absent(self, key: str, gone: bool) -> None:
        entry = {name: value for name, value in NOVA.items() if name != key} if gone else NOVA | {key: None}
        assert len(taken(x_dot_y=entry)["x.y"]) == len(one()) - 1

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"mode": "responses"}, {"chat", "vision", "tools"}),
            ({"mode": "completion", "supports_vision": None}, {"tools"}),
            ({"mode": "image_generation"}, {"image", "image-in", "tools"}),
            ({"mode": "realtime", "supports_audio_output": True}, {"speech", "audio-out", "vision", "tools"}),
            ({"mode": "guesswork", "supports_vision": "yes"}, {"tools"}),
            ({"supported_modalities": ["text", "audio"]}, {"chat", "audio-in", "vision", "tools"}),
            ({"supported_modalities": "audio"}, {"chat", "vision", "tools"}),
        ],
    )
    def test_capabilities_follow_mode_and_support(self, changes: dict[str, Any], words: set[str]) -> None:
        assert set(one(**changes)["capabilities"]) == words  # type: ignore[call-overload]

    def test_a_drawing_model_has_no_context_window(self) -> None:
        assert "context_tokens" not in one(mode="image_edit", max_input_tokens=77)


class TestWhichModels:
    @pytest.mark.parametrize(
        "name",
        [
            "bedrock/us-east-1/x.z",
            "bedrock/*/1-month-commitment/x.z",
            "1024-x-1024/50-steps/x.z",
            "x.z@20251001",
            "claude-without-provider",
        ],
    )
    def test_variants_are_left_out_and_counted(self, name: str) -> None:
        distilled = distil(parse(json.dumps(SOURCE | {name: NOVA})))
        assert sorted(distilled.models["bedrock"]) == ["amazon.nova-2-lite-v1:0"]
        assert distilled.skipped == {"region, commitment or size variants": 1}

    @pytest.mark.parametrize(
        ("entry", "why"),
        [
            (5, "not an object"),
            (None, "not an object"),
            ({"litellm_provider": "vertex_ai", "mode": "chat"}, "other platforms"),
            ({"litellm_provider": ["bedrock"], "mode": "chat"}, "other platforms"),
            ({}, "other platforms"),
            ({"litellm_provider": "bedrock"}, "without a mode"),
            ({"litellm_provider": "bedrock", "mode": None}, "without a mode"),
        ],
    )
    def test_what_is_no_model_of_ours_is_skipped_and_counted(self, entry: object, why: str) -> None:
        distilled = distil(parse(json.dumps(SOURCE | {"x.z": entry})))
        assert "x.z" not in distilled.models["bedrock"]
        assert distilled.skipped == {why: 1}

    def test_a_profile_gives_way_to_the_plain_id(self) -> None:
        dear = NOVA | {"input_cost_per_token": 9e-06}
        assert taken(us_dot_x_dot_z=dear, x_dot_z=NOVA)["x.z"]["input_price"] == "0.30"

    def test_a_model_known_by_profiles_only_is_kept_under_its_plain_id(self) -> None:
        dear = NOVA | {"input_cost_per_token": 9e-06}
        models = taken(us_dot_x_dot_z=dear, global_dot_x_dot_z=NOVA, eu_dot_x_dot_z=dear)
        assert models["x.z"]["shared_from"] == "global.x.z"
        assert models["x.z"]["input_price"] == "0.30"
        assert not [name for name in models if name.startswith(("us.", "global.", "eu."))]

    def test_another_geographys_price_is_not_taken_for_ours(self) -> None:
        entry = taken(eu_dot_x_dot_z=NOVA)["x.z"]
        assert entry["context_tokens"] == 1000000
        assert "input_price" not in entry
        assert "output_price" not in entry

    def test_a_price_for_fine_tunes_makes_the_model_fine_tunable(self) -> None:
        models = taken("openai", ft__gpt_9=GPT, gpt_9=GPT, gpt_8=GPT)
        assert models["gpt_9"]["capabilities"] == ["chat", "fine-tunable"]
        assert models["gpt_8"]["capabilities"] == models["ft:gpt_9"]["capabilities"] == ["chat"]


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("input_cost_per_token", "NaN", "0 or more"),
        ("input_cost_per_token", "Infinity", "0 or more"),
        ("output_cost_per_token", "-1e-07", "0 or more"),
        ("output_cost_per_token", '"1e-07"', "expected a number, found text"),
        ("input_cost_per_token", "true", "expected a number, found true/false"),
        ("input_cost_per_token", "[1]", "expected a number, found a list"),
        ("input_cost_per_token", "0.3", "wrong unit"),
        ("max_input_tokens", '"200000"', "expected a number"),
        ("max_input_tokens", "-1", "0 or more"),
        ("max_input_tokens", "8191.5", "count of tokens"),
        ("max_output_tokens", "1e999999", "count of tokens"),
        ("deprecation_date", '"soon"', "YYYY-MM-DD"),
        ("deprecation_date", "20270101.5", "YYYY-MM-DD"),
    ],
)
def test_a_wrong_value_is_refused_by_model_and_key(key: str, value: str, complaint: str) -> None:
    text = json.dumps(SOURCE | {"x.y": NOVA | {key: "HERE"}}).replace('"HERE"', value)
    with pytest.raises(SourceError, match=complaint) as refused:
        distil(parse(text))
    assert "'x.y'" in str(refused.value)
    assert f"'{key}'" in str(refused.value)


@given(
    st.dictionaries(
        st.sampled_from(sorted(NOVA)), st.none() | st.booleans() | st.text() | st.integers() | st.floats()
    )
)
def test_no_entry_is_worse_than_a_source_error(entry: dict[str, Any]) -> None:
    try:
        text = render(
            distil(parse(json.dumps(SOURCE | {"x.y": NOVA | entry}))).models, as_of=date(2026, 11, 22)
        )
    except SourceError:
        return
    assert json.loads(text)


class TestTheFile:
    def rendered(self) -> str:
        return render(distil(parse(json.dumps(SOURCE))).models, as_of=date(2026, 11, 22), version="1.109.1")

    def test_its_head_says_what_it_is(self) -> None:
        head = json.loads(self.rendered())
        assert head["as_of"] == "2026-11-22"
        assert head["source"] == {"name": "litellm", "version": "1.109.1", "licence": "MIT", "note": NOTE}

    def test_it_has_one_sorted_model_a_line(self) -> None:
        lines = [line for line in self.rendered().splitlines() if '"mode"' in line]
        assert [line.split('"')[1] for line in lines] == ["amazon.nova-2-lite-v1:0", "gpt-5"]

    def test_the_order_of_the_source_does_not_matter(self) -> None:
        backwards = parse(json.dumps(dict(reversed(SOURCE.items()))))
        assert (
            render(distil(backwards).models, as_of=date(2026, 11, 22), version="1.109.1") == self.rendered()
        )


Run = Callable[..., str]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.json"
    path.write_text(json.dumps(SOURCE))
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "facts.json"


@pytest.fixture
def run(target: Path) -> Run:
    def run(source: Path, *options: str) -> str:
        out = StringIO()
        command = distill_facts.Command(stdout=out)
        call_command(command, str(source), "--output", str(target), "--as-of", "2026-11-22", *options)
        return out.getvalue()

    return run


class TestTheCommand:
    def test_it_writes_the_file_and_says_what_it_did(self, run: Run, source: Path, target: Path) -> None:
        said = run(source, "--source-version", "1.2.3")
        assert "1 Amazon Bedrock, 1 OpenAI models (2 new, 0 gone)" in said
        assert json.loads(target.read_text())["source"]["version"] == "1.2.3"

    def test_a_second_run_changes_nothing(self, run: Run, source: Path, target: Path) -> None:
        run(source)
        before = target.read_bytes()
        assert "(0 new, 0 gone)" in run(source)
        assert target.read_bytes() == before

    def test_it_leaves_no_half_file_beside_the_file(self, run: Run, source: Path, target: Path) -> None:
        run(source)
        assert sorted(path.name for path in target.parent.iterdir()) == ["facts.json", "source.json"]

    def test_a_broken_present_file_is_simply_replaced(self, run: Run, source: Path, target: Path) -> None:
        target.write_text("[not json")
        assert "(2 new, 0 gone)" in run(source)

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            (b"", "it is not JSON"),
            (b"<html>", "it is not JSON"),
            (b"\xff\xfe\x00", "it is not UTF-8"),
            (b"[" * 100_000, "it is not JSON"),
            (b'{"x": 1e99999999999999999999}', "it is not JSON"),
            (b"[]", "found a list"),
            (b"null", "found null"),
            (b"3", "found the number 3"),
            (b"{}", "no Amazon Bedrock model"),
            (json.dumps({"amazon.nova-2-lite-v1:0": NOVA}).encode(), "no OpenAI model"),
            (
                json.dumps(SOURCE | {"x.y": NOVA | {"max_input_tokens": "many"}}).encode(),
                "'x.y', key 'max_input",
            ),
        ],
    )
    def test_bad_input_names_the_file_and_the_way_out_and_keeps_the_old_file(
        self, run: Run, source: Path, target: Path, content: bytes, complaint: str
    ) -> None:
        target.write_text("as it was")
        source.write_bytes(content)
        with pytest.raises(CommandError, match=complaint) as refused:
            run(source)
        assert str(source) in str(refused.value)
        assert "left as it was" in str(refused.value)
        assert target.read_text() == "as it was"

    def test_a_missing_file_is_named(self, run: Run, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"Can't read .*nowhere.json"):
            run(tmp_path / "nowhere.json")

    def test_a_day_that_is_none_is_refused(self, run: Run, source: Path) -> None:
        with pytest.raises(CommandError, match="YYYY-MM-DD"):
            run(source, "--as-of", "yesterday")

    def test_a_place_where_it_cannot_write_is_named(self, run: Run, source: Path) -> None:
        with pytest.raises(CommandError, match=r"Can't write .*Choose another --output"):
            run(source, "--output", "/nonexistent/facts.json")
