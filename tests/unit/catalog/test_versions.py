"""What a page has seen, as a word."""

from catalog.versions import columns_of, version_of
from tests.builders import unsaved_model


def test_the_same_is_the_same_word_and_anything_else_another():
    assert version_of("a", [1, None]) == version_of("a", [1, None])
    assert len({version_of("a"), version_of("b"), version_of("a", None), version_of(["a"])}) == 4


def test_every_column_counts_but_those_that_nobody_sees():
    model = unsaved_model()
    before = columns_of(model)
    model.note = "Ask Ada"
    assert columns_of(model) != before
    assert columns_of(model, {"note", "changed_at"}) == columns_of(unsaved_model(), {"note", "changed_at"})


def test_no_row_has_no_columns():
    assert columns_of(None) == []
