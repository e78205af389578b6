"""What the catalog says of a model: facts by id, capabilities, the sentence of the Traits column, prices."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import traits
from catalog.facts import Capability, Platform
from catalog.traits import ModelFacts, capabilities_of, facts_for, format_context, format_price, sentence

BUNDLED = [
    (platform, name)
    for platform, entries in json.loads(traits.DATA_FILE.read_text())["models"].items()
    for name in entries
]
CHAT_FACTS = ModelFacts(
    mode="chat", as_of=date(2026, 11, 22), source="test", capabilities=frozenset({"chat"})
)


def words_of(
    external_id: str,
    took: tuple[str, ...] = (),
    gave: tuple[str, ...] = (),
    *,
    facts: ModelFacts | None = None,
    platform: str = "bedrock",
    customizations: tuple[str, ...] = (),
) -> str:
    found = capabilities_of(
        platform=platform,
        external_id=external_id,
        input_modalities=took,
        output_modalities=gave,
        customizations=customizations,
        facts=facts,
    )
    return " ".join(found)


def openai_words(external_id: str) -> str:
    return words_of(external_id, platform="openai", facts=facts_for("openai", external_id))


def said(
    took: tuple[str, ...] = (),
    gave: tuple[str, ...] = (),
    capabilities: tuple[Capability, ...] = (),
    context: int | None = None,
    streaming: bool | None = None,
) -> str:
    return sentence(
        input_modalities=took,
        output_modalities=gave,
        capabilities=capabilities,
        context_tokens=context,
        streaming=streaming,
    )


class TestTheBundledFile:
    @pytest.mark.parametrize(("platform", "name"), BUNDLED, ids=lambda word: word)
    def test_every_entry_is_sound(self, platform: str, name: str) -> None:
        facts = facts_for(platform, name)
        assert facts is not None
        assert facts.mode
        assert facts.as_of <= date(2026, 11, 22)
        assert facts.source.startswith("litellm ")
        assert all(price is None or 0 < price < 10_000 for price in (facts.input_price, facts.output_price))
        assert all(size is None or size > 0 for size in (facts.context_tokens, facts.max_output_tokens))

    def test_it_covers_both_platforms(self) -> None:
        counts = [sum(platform == wanted for platform, _ in BUNDLED) for wanted in Platform]
        assert min(counts) > 100

    def test_it_holds_plain_ids_only(self) -> None:
        assert not [name for _, name in BUNDLED if "/" in name or "@" in name]
        assert not [
            name for _, name in BUNDLED if name.startswith(("us.", "eu.", "global.", "apac.", "us-gov."))
        ]

    @pytest.mark.parametrize(
        ("platform", "name", "price_in", "price_out", "context"),
        [
            ("bedrock", "amazon.nova-2-lite-v1:0", "0.30", "2.50", 1_000_000),
            ("bedrock", "amazon.nova-micro-v1:0", "0.035", "0.14", 128_000),
            ("openai", "gpt-5", "1.25", "10.00", 272_000),
            ("openai", "o1-pro", "150.00", "600.00", 200_000),
        ],
    )
    def test_known_models_have_the_prices_of_the_source(
        self, platform: str, name: str, price_in: str, price_out: str, context: int
    ) -> None:
        facts = facts_for(platform, name)
        assert facts is not None
        assert (str(facts.input_price), str(facts.output_price)) == (price_in, price_out)
        assert facts.context_tokens == context
        assert facts.shared_from == ""

    @pytest.mark.parametrize(
        ("platform", "name"),
        [("bedrock", "amazon.rerank-v1:0"), ("openai", "omni-moderation-latest"), ("openai", "whisper-1")],
    )
    def test_a_zero_in_the_source_is_no_price(self, platform: str, name: str) -> None:
        facts = facts_for(platform, name)
        assert facts is not None
        assert (facts.input_price, facts.output_price) == (None, None)


class TestFactsFor:
    @pytest.mark.parametrize(
        "external_id", ["", "nobody.nothing-v1:0", "arn:aws:bedrock:us-east-1:1:x/y", ":", "ft:"]
    )
    @pytest.mark.parametrize("platform", ["bedrock", "openai", "elsewhere"])
    def test_an_unknown_id_has_none(self, platform: str, external_id: str) -> None:
        assert facts_for(platform, external_id) is None

    def test_one_platforms_id_is_unknown_on_the_other(self) -> None:
        assert facts_for("openai", "amazon.nova-2-lite-v1:0") is None

    @pytest.mark.parametrize(
        ("external_id", "base", "context"),
        [
            ("amazon.nova-2-lite-v1:0:256k", "amazon.nova-2-lite-v1:0", 256_000),
            ("amazon.nova-premier-v1:0:8k", "amazon.nova-premier-v1:0", 8_000),
            ("amazon.nova-premier-v1:0:1000k", "amazon.nova-premier-v1:0", 1_000_000),
            ("amazon.nova-premier-v1:0:mm", "amazon.nova-premier-v1:0", 1_000_000),
            ("amazon.titan-embed-text-v1:2:8k", "amazon.titan-embed-text-v1", 8_000),
            ("amazon.titan-embed-image-v1:0", "amazon.titan-embed-image-v1", 128),
            ("amazon.titan-text-express-v1:0:8k", "amazon.titan-text-express-v1", 8_000),
            ("anthropic.claude-v2:1:18k", "anthropic.claude-v2:1", 18_000),
            ("cohere.embed-english-v3:0:512", "cohere.embed-english-v3", 512),
        ],
    )
    def test_a_bedrock_suffix_sets_the_context_and_ends_the_on_demand_price(
        self, external_id: str, base: str, context: int
    ) -> None:
        facts = facts_for("bedrock", external_id)
        assert facts is not None
        assert (facts.shared_from, facts.context_tokens) == (base, context)
        assert (facts.input_price, facts.output_price) == (None, None)
        assert (facts.max_output_tokens or 0) <= context

    def test_a_version_is_no_suffix(self) -> None:
        facts = facts_for("bedrock", "amazon.titan-embed-text-v2:0")
        assert facts is not None
        assert (facts.context_tokens, facts.input_price, facts.shared_from) == (8192, Decimal("0.02"), "")

    def test_another_version_of_the_same_name_shares_nothing(self) -> None:
        assert facts_for("bedrock", "anthropic.claude-v2:0:18k") is None

    def test_a_model_known_by_its_inference_profile_says_so(self) -> None:
        facts = facts_for("bedrock", "openai.gpt-5.4")
        assert facts is not None
        assert (facts.shared_from, facts.input_price) == ("global.openai.gpt-5.4", Decimal("2.50"))

    @pytest.mark.parametrize("tail", [":acme::AbC123", ":acme:tone:AbC123", ":acme::AbC123:ckpt-step-80"])
    def test_a_fine_tune_has_the_price_of_fine_tunes(self, tail: str) -> None:
        facts = facts_for("openai", "ft:gpt-4.1-mini-2025-04-14" + tail)
        assert facts is not None
        assert (facts.input_price, facts.output_price) == (Decimal("0.80"), Decimal("3.20"))
        assert facts.context_tokens == 1_047_576
        assert facts.shared_from == "ft:gpt-4.1-mini-2025-04-14"

    def test_a_fine_tune_without_a_price_of_its_own_does_not_borrow_the_bases(self) -> None:
        facts = facts_for("openai", "ft:gpt-5-2025-08-07:acme::AbC")
        assert facts is not None
        assert (facts.context_tokens, facts.input_price) == (272_000, None)
        assert facts.shared_from == "gpt-5-2025-08-07"

    def test_an_unknown_snapshot_has_the_facts_of_its_alias(self) -> None:
        facts = facts_for("openai", "gpt-5.5-2026-12-24")
        assert facts is not None
        assert (facts.shared_from, facts.context_tokens, facts.input_price) == (
            "gpt-5.5",
            1_050_000,
            Decimal("5"),
        )

    def test_it_does_not_guess_a_price_on_which_the_snapshots_differ(self) -> None:
        facts = facts_for("openai", "gpt-4o-2026-12-24")  # 2024-05-13 cost 5.00, all later ones 2.50
        assert facts is not None
        assert (facts.context_tokens, facts.input_price, facts.output_price) == (128_000, None, None)
        assert "fine-tunable" not in facts.capabilities
        assert facts.deprecation_date is None

    def test_an_unknown_alias_has_what_its_snapshots_agree_on(self) -> None:
        facts = facts_for("openai", "gpt-4o-audio-preview")
        assert facts is not None
        assert facts.shared_from == "gpt-4o-audio-preview-2025-06-03"
        assert facts.input_price == Decimal("2.50")

    @pytest.mark.parametrize(
        "external_id", ["gpt-4-0314", "gpt-5.5-2026", "gpt-9-2026-12-24", "gpt-5.5-turbo"]
    )
    def test_a_name_that_merely_looks_related_shares_nothing(self, external_id: str) -> None:
        assert facts_for("openai", external_id) is None

    def test_snapshots_of_different_modes_share_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        book = {"openai": {"x-2026-01-01": CHAT_FACTS, "x-2026-02-01": replace(CHAT_FACTS, mode="realtime")}}
        monkeypatch.setattr(traits, "_book", lambda: book)
        assert facts_for("openai", "x") is None

    @given(st.sampled_from(list(Platform)), st.text(max_size=40))
    def test_no_id_is_an_error(self, platform: Platform, external_id: str) -> None:
        facts_for(platform, external_id)


class TestCapabilities:
    @pytest.mark.parametrize(
        ("took", "gave", "expected"),
        [
            (("TEXT",), ("TEXT",), "chat"),
            (("TEXT", "IMAGE"), ("TEXT",), "chat vision"),
            (("IMAGE", "TEXT", "VIDEO"), ("TEXT",), "chat vision"),
            (("TEXT",), ("EMBEDDING",), "embedding"),
            (("TEXT", "IMAGE"), ("EMBEDDING",), "embedding"),
            (("TEXT", "IMAGE"), ("IMAGE",), "image"),
            (("TEXT", "IMAGE"), ("VIDEO",), "video"),
            (("TEXT",), ("AUDIO",), "speech"),
            (("SPEECH",), ("SPEECH", "TEXT"), "speech transcription"),
            (("AUDIO",), ("TEXT",), "transcription"),
            (("text ",), ("Text",), "chat"),
            (("TEXT", "SMELL"), ("TEXT", "HOLOGRAM"), "chat"),
            (("SMELL",), ("HOLOGRAM",), ""),
            ((), (), ""),
        ],
    )
    def test_the_platforms_modalities_decide(
        self, took: tuple[str, ...], gave: tuple[str, ...], expected: str
    ) -> None:
        assert words_of("some.model-v1:0", took, gave) == expected

    @pytest.mark.parametrize("external_id", ["amazon.rerank-v1:0", "cohere.rerank-v3-5:0", "new.rerank-v9:0"])
    def test_a_reranker_is_no_chat_model(self, external_id: str) -> None:
        assert (
            words_of(external_id, ("TEXT",), ("TEXT",), facts=facts_for("bedrock", external_id)) == "rerank"
        )

    def test_a_realtime_model_is_no_chat_model(self) -> None:
        facts = facts_for("bedrock", "amazon.nova-2-sonic-v1:0")
        took, gave = ("SPEECH", "TEXT"), ("SPEECH", "TEXT")
        assert words_of("amazon.nova-2-sonic-v1:0", took, gave, facts=facts) == "speech transcription"

    def test_the_facts_add_what_the_platform_has_no_word_for(self) -> None:
        facts = facts_for("bedrock", "amazon.nova-2-lite-v1:0:256k")
        found = words_of("x.y", ("TEXT", "IMAGE"), ("TEXT",), facts=facts, customizations=("FINE_TUNING",))
        assert found == "chat vision reasoning tools fine-tunable"

    def test_the_platforms_words_outweigh_the_facts(self) -> None:
        seeing = replace(CHAT_FACTS, capabilities=frozenset({"chat", "vision", "tools"}))
        assert words_of("x.y", ("TEXT",), ("TEXT",), facts=seeing) == "chat tools"

    def test_without_modalities_the_facts_decide(self) -> None:
        assert words_of("x.y", facts=facts_for("bedrock", "amazon.nova-canvas-v1:0")) == "image"

    @pytest.mark.parametrize("word", ["DISTILLATION", "CONTINUED_PRE_TRAINING", "SOMETHING_NEW"])
    def test_other_customizations_are_no_fine_tuning(self, word: str) -> None:
        assert words_of("x.y", ("TEXT",), ("TEXT",), customizations=(word,)) == "chat"

    @pytest.mark.parametrize(
        ("external_id", "expected"),
        [
            ("gpt-5", "chat vision reasoning tools"),
            ("gpt-5-codex", "chat vision reasoning tools"),
            ("gpt-4.1-mini-2025-04-14", "chat vision tools fine-tunable"),
            ("gpt-4.1-mini", "chat vision tools"),
            ("ft:gpt-4.1-mini-2025-04-14:acme::AbC", "chat tools"),
            ("gpt-audio", "chat speech tools"),
            ("text-embedding-3-large", "embedding"),
            ("gpt-4o-mini-tts", "speech"),
            ("gpt-4o-transcribe", "transcription"),
            ("omni-moderation-latest", "moderation"),
            ("gpt-image-1", "image"),
            ("sora-2", "video"),
            ("davinci-002", "fine-tunable"),
            ("gpt-3.5-turbo-instruct", ""),
        ],
    )
    def test_openai_models_by_their_facts(self, external_id: str, expected: str) -> None:
        assert openai_words(external_id) == expected

    @pytest.mark.parametrize(
        ("external_id", "expected"),
        [
            ("text-embedding-9", "embedding"),
            ("whisper-9", "transcription"),
            ("gpt-9-transcribe", "transcription"),
            ("gpt-realtime-whisper-9", "transcription"),
            ("tts-9", "speech"),
            ("gpt-realtime-9", "speech"),
            ("gpt-4o-realtime-preview", "speech"),
            ("dall-e-3", "image"),
            ("gpt-image-9", "image"),
            ("sora-9", "video"),
            ("text-moderation-latest", "moderation"),
            ("codex-mini-latest", "chat"),
            ("gpt-9-codex", "chat"),
            ("gpt-9", ""),
            ("babbage-009", ""),
            ("ft:gpt-9:acme:my-codex:AbC", ""),
            ("my-whisperer", ""),
        ],
    )
    def test_openai_models_without_facts_by_a_telling_id_only(self, external_id: str, expected: str) -> None:
        assert facts_for("openai", external_id) is None
        assert openai_words(external_id) == expected

    def test_a_telling_id_tells_nothing_on_bedrock(self) -> None:
        assert words_of("whisper-9") == ""


class TestSentence:
    def test_it_reads_as_one_line(self) -> None:
        capabilities = (Capability.CHAT, Capability.VISION, Capability.REASONING, Capability.TOOLS)
        text = said(("TEXT", "IMAGE"), ("TEXT",), (*capabilities, Capability.FINE_TUNABLE), 1_000_000, True)
        assert text == "Text and images in, text out · reasoning · tools · 1M context · fine-tunable"

    @pytest.mark.parametrize(
        ("took", "gave", "expected"),
        [
            (("VIDEO", "IMAGE", "TEXT"), ("TEXT",), "Text, images and video in, text out"),
            (("SPEECH",), ("SPEECH", "TEXT"), "Speech in, text and speech out"),
            (("TEXT", "text"), ("EMBEDDING",), "Text in, embeddings out"),
            (("TEXT", "SMELL"), ("HOLOGRAM",), "Text and smell in, hologram out"),
            (("TEXT",), (), "Text in"),
            ((), ("IMAGE",), "Images out"),
            (("", " "), (), ""),
            ((), (), ""),
        ],
    )
    def test_modalities_are_said_in_words(
        self, took: tuple[str, ...], gave: tuple[str, ...], expected: str
    ) -> None:
        assert said(took, gave) == expected

    @pytest.mark.parametrize(
        ("capabilities", "expected"),
        [
            ((Capability.CHAT,), "Text in, text out"),
            ((Capability.CHAT, Capability.VISION), "Text and images in, text out"),
            ((Capability.CHAT, Capability.SPEECH), "Text in, text and speech out"),
            ((Capability.TRANSCRIPTION,), "Audio in, text out"),
            ((Capability.MODERATION,), "Moderation"),
            ((Capability.FINE_TUNABLE,), "Fine-tunable"),
        ],
    )
    def test_without_modalities_the_capabilities_speak(
        self, capabilities: tuple[Capability, ...], expected: str
    ) -> None:
        assert said(capabilities=capabilities) == expected

    def test_only_a_lack_of_streaming_is_worth_a_word(self) -> None:
        texts = [
            said(("TEXT",), ("TEXT",), (Capability.CHAT,), streaming=word) for word in (True, None, False)
        ]
        assert texts == ["Text in, text out", "Text in, text out", "Text in, text out · no streaming"]
        assert (
            said(("TEXT",), ("EMBEDDING",), (Capability.EMBEDDING,), streaming=False)
            == "Text in, embeddings out"
        )

    def test_a_context_alone_is_still_something(self) -> None:
        assert said(context=16_384) == "16K context"


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (77, "77-token"),
        (512, "512-token"),
        (2600, "2.6K"),
        (8191, "8K"),
        (8192, "8K"),
        (16_385, "16K"),
        (32_768, "32K"),
        (128_000, "128K"),
        (131_072, "128K"),
        (200_000, "200K"),
        (256_000, "256K"),
        (262_144, "256K"),
        (272_000, "272K"),
        (999_999, "1M"),
        (1_000_000, "1M"),
        (1_047_576, "1.05M"),
        (1_048_576, "1M"),
        (1_050_000, "1.05M"),
        (10_000_000, "10M"),
    ],
)
def test_a_context_is_said_as_people_say_it(tokens: int, expected: str) -> None:
    assert format_context(tokens) == expected


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (None, "—"),
        ("0.3", "$0.30"),
        ("2.500000", "$2.50"),
        ("0.0375", "$0.0375"),
        ("0.037500", "$0.0375"),
        ("600", "$600.00"),
        ("0", "$0.00"),
        ("1E+3", "$1000.00"),
    ],
)
def test_a_price_has_two_decimals_or_as_many_as_it_needs(price: str | None, expected: str) -> None:
    assert format_price(None if price is None else Decimal(price)) == expected
