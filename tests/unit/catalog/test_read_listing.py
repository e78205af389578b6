"""Lists as platforms really send them, and as nobody should: nothing raises, nonsense is refused in words."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.columns import columns_of
from catalog.facts import Kind
from catalog.models import Model
from catalog.platforms import bedrock, openai
from catalog.platforms.base import Listing
from tests.builders import NOW


def read_bedrock(entries) -> Listing:
    return bedrock.read_listing(entries, {})


READERS = [
    pytest.param(read_bedrock, "modelId", id="bedrock"),
    pytest.param(openai.read_listing, "id", id="openai"),
]


@pytest.mark.parametrize(("read", "id_field"), READERS)
@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (None, "no"),
        ("gpt-5", "no"),
        ([], "no"),
        ({}, "has no"),
        ({"ID": None}, "has no"),
        ({"ID": ""}, "has no"),
        ({"ID": 7}, "has no"),
        ({"ID": ["a"]}, "has no"),
        ({"ID": "x" * 513}, "longer than 512"),
        ({"ID": "nul\x00"}, "characters that can't be stored"),
        ({"ID": "half\ud800"}, "characters that can't be stored"),
        ({"ID": "taken"}, "names this id twice"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused_with_a_reason(read, id_field, entry, why):
    if isinstance(entry, dict):
        entry = {id_field if key == "ID" else key: value for key, value in entry.items()}
    listing = read([{id_field: "taken"}, entry, {id_field: "after"}])
    assert [info.external_id for info in listing.models] == ["taken", "after"]
    (refusal,) = listing.refused
    assert why in refusal.why
    assert refusal.what
    assert len(refusal.what) <= 200


@pytest.mark.parametrize(("read", "id_field"), READERS)
def test_an_id_alone_is_enough(read, id_field):
    (info,) = read([{id_field: "acme.x"}]).models
    assert (info.external_id, info.name, info.kind, info.streaming) == ("acme.x", "acme.x", Kind.BASE, None)
    assert (info.lifecycle_word, info.end_of_life_at) == ("", None)


def test_bedrocks_words_are_kept_as_they_came():
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    (info,) = bedrock.read_listing(
        [
            {
                "modelId": "acme.x:0:256k",
                "modelName": "A name of more than twenty characters",
                "providerName": "Acme",
                "modelArn": "arn:aws:bedrock:us-east-1::foundation-model/acme.x:0:256k",
                "inputModalities": ["TEXT", "SMELL"],
                "outputModalities": ["EMBEDDING"],
                "responseStreamingSupported": None,
                "customizationsSupported": ["FINE_TUNING", "NEW_WAY"],
                "inferenceTypesSupported": ["INFERENCE_PROFILE"],
                "modelLifecycle": {"status": "SUNSET", "startOfLifeTime": moment, "endOfLifeTime": moment},
                "someNewField": {"a": 1},
            }
        ],
        {"acme.x:0:256k": ["us.acme.x", "eu.acme.x"]},
    ).models
    assert info.name == "A name of more than twenty characters"
    assert (info.input_modalities, info.customizations) == (("TEXT", "SMELL"), ("FINE_TUNING", "NEW_WAY"))
    assert (info.lifecycle_word, info.released_at, info.end_of_life_at) == ("SUNSET", moment, moment)
    assert info.inference_profiles == ("eu.acme.x", "us.acme.x")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("modelName", 7),
        ("modelName", ["a"]),
        ("providerName", {"a": 1}),
        ("modelArn", 7),
        ("inputModalities", "TEXT"),
        ("inputModalities", {"TEXT": 1}),
        ("outputModalities", [None, 7, "TEXT"]),
        ("responseStreamingSupported", "yes"),
        ("modelLifecycle", "ACTIVE"),
        ("modelLifecycle", ["ACTIVE"]),
        ("modelLifecycle", {"status": ["ACTIVE"], "endOfLifeTime": "soon"}),
    ],
)
def test_a_field_of_the_wrong_type_does_not_cost_the_model(field, value):
    listing = read_bedrock([{"modelId": "acme.x", field: value}])
    assert [info.external_id for info in listing.models] == ["acme.x"]
    assert listing.models[0].streaming is None


def profile(**changes):
    arn = "arn:aws:bedrock:us-east-1::foundation-model/acme.x"
    usual = {"inferenceProfileId": "us.acme.x", "status": "ACTIVE", "type": "SYSTEM_DEFINED"}
    return {**usual, "models": [{"modelArn": arn}, {"modelArn": arn}], **changes}


@pytest.mark.parametrize(
    ("profiles", "expected"),
    [
        ([profile()], {"acme.x": ["us.acme.x"]}),
        ([profile(status="DISABLED")], {}),
        ([profile(type="APPLICATION")], {}),
        ([profile(inferenceProfileId=None)], {}),
        ([profile(inferenceProfileId=7)], {}),
        ([profile(inferenceProfileId="x" * 2000)], {}),
        ([profile(models=None)], {}),
        ([profile(models="acme.x")], {}),
        ([profile(models=["acme.x", None, {}])], {}),
        (["profile", None], {}),
    ],
)
def test_only_active_system_profiles_route_to_models(profiles, expected):
    assert bedrock._profiles_by_model(profiles) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"owned_by": "openai-internal"}, "OpenAI"),
        ({"owned_by": "system"}, "OpenAI"),
        ({"owned_by": None}, "OpenAI"),
        ({"owned_by": "acme-labs"}, "acme-labs"),
        ({"owned_by": ["x"]}, "['x']"),
    ],
)
def test_openais_owner_is_the_provider(entry, expected):
    assert openai.read_listing([{"id": "gpt-5", **entry}]).models[0].provider == expected


@pytest.mark.parametrize(
    ("shutdown", "word", "ends"),
    [
        (None, "", None),
        ("", "", None),
        ("2027-01-31", "LEGACY", datetime(2027, 1, 31, tzinfo=UTC)),
        ("2027-01-31T12:00:00Z", "LEGACY", datetime(2027, 1, 31, 12, tzinfo=UTC)),
        ("2027-01-31T12:00:00+02:00", "LEGACY", datetime(2027, 1, 31, 10, tzinfo=UTC)),
        ("soon", "", None),
        (1_800_000_000, "", None),
        (["2027-01-31"], "", None),
    ],
)
def test_a_shutdown_date_makes_an_openai_model_legacy(shutdown, word, ends):
    (info,) = openai.read_listing([{"id": "gpt-5", "shutdown_date": shutdown}]).models
    assert (info.lifecycle_word, info.end_of_life_at) == (word, ends)


@pytest.mark.parametrize(
    "created", [None, 0, "yesterday", [], {}, 1e300, float("nan"), float("inf"), -(10**20)]
)
def test_a_creation_time_that_is_none_stays_unknown(created):
    assert openai.read_listing([{"id": "gpt-5", "created": created}]).models[0].released_at is None


@pytest.mark.parametrize(
    ("model_id", "name", "base"),
    [
        ("ft:gpt-4.1-2025-04-14:acme:support-bot:AbC1", "support-bot", "gpt-4.1-2025-04-14"),
        ("ft:gpt-4.1-2025-04-14:acme::AbC1", "ft:gpt-4.1-2025-04-14:acme::AbC1", "gpt-4.1-2025-04-14"),
        ("ft:gpt-4.1", "ft:gpt-4.1", "gpt-4.1"),
        ("ft:", "ft:", ""),
    ],
)
def test_a_fine_tune_is_custom_and_knows_its_base(model_id, name, base):
    (info,) = openai.read_listing([{"id": model_id, "owned_by": "acme"}]).models
    assert (info.kind, info.name, info.base_external_id, info.provider) == (Kind.CUSTOM, name, base, "OpenAI")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8)
JSONISH = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner), max_leaves=8
)
IDS = st.one_of(st.sampled_from(["a.x", "b.y", "ft:base:org:name:1"]), st.text(max_size=6), JSONISH)
BEDROCK_FIELDS = ("modelName", "providerName", "modelArn", "inputModalities", "outputModalities", "modelLifecycle",
                  "responseStreamingSupported", "customizationsSupported", "inferenceTypesSupported")  # fmt: skip
OPENAI_FIELDS = ("created", "owned_by", "shutdown_date", "object")


def entries(id_field: str, fields: tuple[str, ...]):
    entry = st.fixed_dictionaries({id_field: IDS}, optional=dict.fromkeys(fields, JSONISH))
    return st.lists(entry | JSONISH, max_size=6)


def check(listing: Listing, count: int) -> None:
    assert len(listing.models) + len(listing.refused) == count
    ids = [info.external_id for info in listing.models]
    assert len(set(ids)) == len(ids)
    assert all(refusal.what and refusal.why for refusal in listing.refused)
    for info in listing.models:
        for name, value in columns_of(info, NOW).items():
            field = Model._meta.get_field(name)
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    assert "\x00" not in text
                    assert len(text.encode()) >= len(text)
                    assert len(text) <= (getattr(field, "max_length", None) or 1024)


@given(entries("modelId", BEDROCK_FIELDS))
def test_no_bedrock_list_is_too_strange(values):
    check(read_bedrock(values), len(values))


@given(entries("id", OPENAI_FIELDS))
def test_no_openai_list_is_too_strange(values):
    check(openai.read_listing(values), len(values))


@given(
    st.lists(JSONISH, max_size=4) | st.lists(st.builds(profile, models=JSONISH, inferenceProfileId=JSONISH))
)
def test_no_list_of_profiles_is_too_strange(values):
    for model_id, profiles in bedrock._profiles_by_model(values).items():
        assert model_id
        assert all(isinstance(profile_id, str) for profile_id in profiles)
