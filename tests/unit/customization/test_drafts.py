"""What was typed, read from any form, clone or garbage."""

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customization.drafts import Draft, draft_from, id_in
from customization.models import Dataset
from tests.builders import NOW, a_model

pytestmark = pytest.mark.django_db

FIELDS = (
    "name",
    "description",
    "base",
    "training",
    "validation",
    "training_uri",
    "validation_uri",
    "hp_name",
    "hp_value",
)


def typed(**fields) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


@pytest.fixture
def nova():
    return a_model(1, external_id="amazon.nova-lite-v1:0:300k", enabled=True, capability_set=",fine-tunable,")


def test_nothing_typed_is_an_empty_draft():
    assert draft_from(typed()) == Draft()


def test_everything_typed_is_kept(nova):
    data = Dataset.objects.create(purpose="training", filename="x", created_at=NOW)
    draft = draft_from(
        typed(
            name=" tone ",
            description=" d ",
            base=str(nova.pk),
            training=str(data.pk),
            validation_uri=" s3://b/k ",
            hp_name=["epochCount", ""],
            hp_value=[" 3 ", ""],
        )
    )
    assert (draft.name, draft.description, draft.base, draft.training) == ("tone", "d", nova, data)
    assert (draft.validation_uri, draft.pairs, draft.epochs) == ("s3://b/k", {"epochCount": "3"}, 3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), st.lists(st.text(max_size=30), min_size=1, max_size=3)))
def test_no_garbage_in_any_field_is_an_exception(nova, fields):
    draft = draft_from(typed(**fields))
    assert "\x00" not in f"{draft}{draft.knob_rows}"
    assert draft.epochs is None or draft.epochs >= 0


@pytest.mark.parametrize(
    "value", ["", "0", "-1", "1.0", "²", "٣", "9" * 19, "9" * 5000, "1e3", " 1", None, 7, [], "\x00"]
)
def test_an_id_that_is_none_is_0(value):
    assert id_in(value) == 0


def test_a_file_for_another_purpose_and_a_base_that_is_not_green_are_dropped(nova):
    data = Dataset.objects.create(purpose="validation", filename="x", created_at=NOW)
    yellow = a_model(2, capability_set=",fine-tunable,")
    draft = draft_from(typed(base=str(yellow.pk), training=str(data.pk)))
    assert (draft.base, draft.training) == (None, None)


def test_a_known_family_shows_its_rows_with_what_was_typed_and_what_does_not_belong(nova):
    draft = draft_from(typed(base=str(nova.pk), hp_name=["epochCount", "wings"], hp_value=["4", "2"]))
    draft.errors = {"hyperparameter:wings": "no wings"}
    shown = [(knob.name, knob.value, bool(knob.parameter), knob.error) for knob in draft.knob_rows]
    assert shown == [
        ("epochCount", "4", True, ""),
        ("learningRate", "0.00001", True, ""),
        ("learningRateWarmupSteps", "10", True, ""),
        ("wings", "2", False, "no wings"),
    ]


@pytest.mark.parametrize(("typed_rows", "free"), [(0, 8), (1, 7), (6, 3), (12, 3)])
def test_an_unknown_family_offers_free_rows(typed_rows, free):
    base = a_model(3, external_id="acme.rocket", enabled=True, capability_set=",fine-tunable,")
    names = [f"knob{number}" for number in range(typed_rows)]
    rows = draft_from(typed(base=str(base.pk), hp_name=names, hp_value=["1"] * typed_rows)).knob_rows
    assert [row.name for row in rows] == names + [""] * free
