"""Description and note of a custom model, when two people write at once."""

import re

import pytest

from catalog.models import Event, Model

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(trained):
    Model.objects.filter(pk=trained.pk).update(description="Our tone", note="Ask Ada")
    trained.refresh_from_db()
    return trained


def form_of(client, model) -> dict[str, str]:
    """What a browser would send back of the page as it is now."""
    page = client.get(f"/custom/models/{model.pk}/configuration/").content.decode()
    return fields_in(page)


def fields_in(page: str) -> dict[str, str]:
    typed = re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>(.*?)</textarea>', page, re.S)
    hidden = re.findall(r'<input type="hidden" name="(seen_\w+)" value="(.*?)">', page, re.S)
    return {name: text.replace("\n", "\r\n") for name, text in (*typed, *hidden)}


def send(client, model, form: dict[str, str]):
    return client.post(f"/custom/models/{model.pk}/configuration/text", form)


def held(model) -> tuple[str, str]:
    model.refresh_from_db()
    return model.description, model.note


def test_what_somebody_left_alone_is_not_put_back_to_what_their_page_showed(model, as_admin):
    form = form_of(as_admin, model)
    Model.objects.filter(pk=model.pk).update(note="Ask Grace")
    assert send(as_admin, model, form | {"description": "A new tone"}).status_code == 302
    assert held(model) == ("A new tone", "Ask Grace")
    assert list(Event.objects.latest("id").detail["changes"]) == ["description"]


def test_two_who_change_the_same_text_are_told_and_both_texts_are_shown(model, as_admin):
    form = form_of(as_admin, model)
    Model.objects.filter(pk=model.pk).update(note="Ask Grace")
    refused = send(as_admin, model, form | {"note": "Ask Linus"})
    page = refused.content.decode()
    assert refused.status_code == 409
    assert held(model) == ("Our tone", "Ask Grace")
    assert ">Ask Linus</textarea>" in page
    assert "<blockquote>Ask Grace</blockquote>" in page
    assert 'aria-describedby="note-error"' in page
    assert send(as_admin, model, fields_in(page)).status_code == 302
    assert held(model) == ("Our tone", "Ask Linus")


def test_saving_again_after_a_refusal_puts_nothing_back_that_this_person_left_alone(model, as_admin):
    form = form_of(as_admin, model)
    Model.objects.filter(pk=model.pk).update(description="Their tone", note="Ask Grace")
    refused = send(as_admin, model, form | {"description": "My tone"})
    assert refused.status_code == 409
    assert send(as_admin, model, fields_in(refused.content.decode())).status_code == 302
    assert held(model) == ("My tone", "Ask Grace")


def test_two_who_write_the_same_agree(model, as_admin):
    form = form_of(as_admin, model)
    Model.objects.filter(pk=model.pk).update(note="Ask Grace")
    assert send(as_admin, model, form | {"note": "Ask Grace"}).status_code == 302


def test_line_ends_of_the_admins_form_are_no_change(model, as_admin):
    Model.objects.filter(pk=model.pk).update(note="Ask Ada\r\nor Grace")
    events = Event.objects.count()
    assert send(as_admin, model, form_of(as_admin, model)).status_code == 302
    assert Event.objects.count() == events


def test_a_long_note_from_the_admins_form_does_not_hold_up_the_description(model, as_admin):
    Model.objects.filter(pk=model.pk).update(note="x" * 2001)
    form = form_of(as_admin, model) | {"description": "A new tone"}
    assert send(as_admin, model, form).status_code == 302
    assert held(model) == ("A new tone", "x" * 2001)


def test_a_text_that_is_not_sent_is_not_emptied(model, as_admin):
    assert send(as_admin, model, {"description": "A new tone"}).status_code == 302
    assert held(model) == ("A new tone", "Ask Ada")


def test_what_is_too_long_keeps_what_the_page_had_shown(model, as_admin):
    form = form_of(as_admin, model) | {"description": "x" * 2001}
    Model.objects.filter(pk=model.pk).update(description="Somebody else's")
    refused = send(as_admin, model, form)
    assert refused.status_code == 422
    assert fields_in(refused.content.decode())["seen_description"] == "Our tone"
