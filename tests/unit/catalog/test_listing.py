"""The Models page as data: what a URL asks for, and the counts beside each filter."""

from collections import Counter

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from catalog.listing import FACETS, SORTS, Wish, combos, facets, heads, matching, total
from catalog.models import Model
from tests.builders import a_model, many_models, unsaved_model


def wish(query: str) -> Wish:
    return Wish.from_query(QueryDict(query))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", Wish()),
        ("q=nova", Wish(q="nova")),
        ("q=++two+words++", Wish(q="two words")),
        ("q=a%00b", Wish(q="ab")),
        ("q=" + "x" * 300, Wish(q="x" * 200)),
        ("sort=-name", Wish(sort="-name")),
        ("sort=password", Wish()),
        ("sort=", Wish()),
        ("page=7", Wish(page=7)),
        ("page=0", Wish()),
        ("page=-1", Wish()),
        ("page=1e3", Wish()),
        ("page=", Wish()),
        ("page=٣", Wish()),
        ("page=²", Wish()),
        ("page=" + "9" * 5000, Wish()),
        ("page=%00", Wish()),
        ("type=base&type=custom", Wish(chosen={"type": ("base", "custom")})),
        ("type=base&type=base", Wish(chosen={"type": ("base",)})),
        ("type=hat&status=blue&capability=fly&platform=azure&lifecycle=x", Wish()),
        ("type=&provider=", Wish()),
        ("provider=Meta&provider=unknown", Wish(chosen={"provider": ("Meta", "unknown")})),
        ("provider=Me%00ta", Wish(chosen={"provider": ("Meta",)})),
        ("provider=%00", Wish()),
        ("unheard=of", Wish()),
    ],
)
def test_any_query_string_becomes_a_wish(query, expected):
    assert wish(query) == expected


VALUES = {
    name: st.sampled_from([word.value for word in words]) if words else st.text("aé &=?#%+\"'", min_size=1)
    for name, (_, words) in FACETS.items()
}
CHOSEN = st.fixed_dictionaries(
    {}, optional={name: st.lists(value, min_size=1, unique=True).map(tuple) for name, value in VALUES.items()}
)
WISHES = st.builds(
    Wish,
    q=st.text("ab&=#%+?/\"'é", max_size=20),
    sort=st.sampled_from(list(SORTS)),
    page=st.integers(1, 999_999),
    chosen=CHOSEN,
)


def parsed(url: str) -> Wish:
    assert url.startswith("?")
    return wish(url[1:])


@given(WISHES)
def test_a_wish_survives_the_round_trip_through_its_url(given_wish):
    assert parsed(given_wish.url(page=given_wish.page)) == given_wish


@given(WISHES)
def test_changing_anything_but_the_page_goes_back_to_page_one(given_wish):
    assert parsed(given_wish.url(q="other")).page == 1
    assert parsed(given_wish.sorted_by("name")).page == 1
    assert parsed(given_wish.toggled("type", "base")).page == 1


@given(WISHES, st.sampled_from(["base", "custom"]))
def test_toggling_twice_gives_the_same_choice(given_wish, value):
    twice = parsed(parsed(given_wish.toggled("type", value)).toggled("type", value))
    assert set(twice.chosen.get("type", ())) == set(given_wish.chosen.get("type", ()))
    assert "type" not in parsed(given_wish.without("type")).chosen


@given(st.dictionaries(st.sampled_from([*FACETS, "q", "sort", "page", "x"]), st.lists(st.text(max_size=30))))
def test_no_query_string_is_too_strange(parameters):
    query = QueryDict(mutable=True)
    for name, values in parameters.items():
        query.setlist(name, values)
    found = Wish.from_query(query)
    assert parsed(found.url(page=found.page)).url() == found.url()
    assert "\x00" not in found.q + "".join(found.chosen.get("provider", ()))


def test_a_column_head_sorts_and_then_turns_the_order_round():
    by_name = {head.column: head for head in heads(Wish())}
    assert (by_name["name"].direction, by_name["name"].url) == ("ascending", "?sort=-name")
    turned = {head.column: head for head in heads(wish("sort=-name&q=a"))}
    assert (turned["name"].direction, turned["name"].url) == ("descending", "?q=a")
    assert (by_name["traits"].url, by_name["traits"].direction) == ("", "")


QUERIES = [
    "",
    "q=model",
    "q=0001",
    "status=green",
    "status=green&status=yellow&type=base",
    "provider=unknown",
    "provider=Meta&provider=unknown&capability=chat",
    "capability=tools&capability=embedding",
    "capability=vision&lifecycle=legacy",
    "platform=bedrock&status=red",
    "provider=Nobody",
    "q=nothing-matches-this",
]


def has(model: Model, name: str, value: str) -> bool:
    held = {
        "status": [model.status],
        "type": [model.kind],
        "platform": [model.platform],
        "provider": [model.provider or "unknown"],
        "capability": model.capabilities,
        "lifecycle": [model.lifecycle],
    }
    return value in held[name]


def fits(model: Model, asked: Wish, skip: str = "") -> bool:
    return asked.q in model.name.lower() and all(
        name == skip or any(has(model, name, value) for value in values)
        for name, values in asked.chosen.items()
    )


@pytest.fixture
def models(db) -> list[Model]:
    many_models(60)
    Model.objects.bulk_create(
        unsaved_model(
            number, platform="openai", provider="OpenAI", kind="custom", listed=number % 2 == 0, enabled=True
        )
        for number in range(8)
    )
    return list(Model.objects.all())


@pytest.mark.parametrize("query", QUERIES)
def test_rows_total_and_facet_counts_are_those_of_counting_by_hand(models, query):
    asked = wish(query)
    rows = combos(asked.q, 0)
    expected = [model for model in models if fits(model, asked)]
    assert {model.pk for model in matching(asked)} == {model.pk for model in expected}
    assert total(asked, rows) == len(expected)
    for facet in facets(asked, rows):
        reachable = [model for model in models if fits(model, asked, skip=facet.name)]
        counted = Counter(
            option.value
            for option in facet.options
            for model in reachable
            if has(model, facet.name, option.value)
        )
        assert {option.value: option.count for option in facet.options} == {
            option.value: counted[option.value] for option in facet.options
        }
        shown = {option.value for option in facet.options}
        assert all(any(has(model, facet.name, value) for value in shown) or facet.name == "capability"
                   for model in reachable)  # fmt: skip


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_is_total_so_that_pages_neither_repeat_nor_lose_rows(models, sort):
    Model.objects.update(name="same name")
    asked = wish(f"sort={sort}")
    paged = [model.pk for start in range(0, 68, 10) for model in matching(asked)[start : start + 10]]
    assert len(set(paged)) == len(paged) == 68


@pytest.mark.django_db
def test_searching_finds_every_word_in_any_field_in_any_case():
    nova = a_model(1, name="Nova Lite", provider="Amazon", traits="Text in, text out")
    a_model(2, name="Titan", provider="Amazon", traits="Embeddings out")
    named = a_model(
        3, name="Claude", external_id="anthropic.claude_50%", traits_override="Best for nova users"
    )
    found = lambda text: set(Model.objects.search(text))  # noqa: E731
    assert found("amazon LITE") == {nova}
    assert found("nova") == {nova, named}
    assert found("claude_50%") == {named}
    assert found("_") == {named}
    assert found("100%") == set()
    assert found("lite titan") == set()
    assert len(found("")) == 3


@pytest.mark.django_db
def test_a_search_of_a_hundred_words_is_answered():
    a_model()
    assert list(Model.objects.search("m " * 100)) == list(Model.objects.all())


@pytest.mark.django_db
def test_counts_are_kept_until_the_revision_moves():
    a_model(1)
    assert sum(count for _, count in combos("", 7)) == 1
    a_model(2)
    assert sum(count for _, count in combos("", 7)) == 1
    assert sum(count for _, count in combos("", 8)) == 2
