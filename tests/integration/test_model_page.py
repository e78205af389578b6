"""One model's page: what is known, why it has its colour, what happened to it."""

from datetime import timedelta

import pytest
from django.test import Client

from catalog.enablement import disable, enable
from catalog.models import Model
from catalog.successors import successors_of
from tests.builders import NOW, a_model

pytestmark = pytest.mark.django_db


def page_of(client: Client, model: Model) -> str:
    response = client.get(f"/models/{model.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def test_it_tells_everything_known(as_viewer):
    model = a_model(
        name="Rocket", provider="Acme", arn="arn:aws:bedrock:us-east-1::foundation-model/x", traits="Text in, text out",
        input_modalities=["TEXT", "SMELL"], output_modalities=["TEXT"], streaming=True, customizations=["FINE_TUNING"],
        inference_types=["ON_DEMAND"], inference_profiles=["us.acme.x"], capability_set=",chat,tools,",
        context_tokens=256_000, max_output_tokens=8192, input_price="0.3", output_price="2.5",
        price_source="litellm 1.0, 2026-11-01", note="Ask Anna\nfirst", released_at=NOW,
    )  # fmt: skip
    page = page_of(as_viewer, model)
    for words in ("Rocket", "Acme", model.arn, model.external_id, "Text in, text out", "TEXT, SMELL", "FINE_TUNING",
                  "ON_DEMAND", "us.acme.x", "tools", "256,000 tokens", "8,192 tokens", "$0.30", "$2.50",
                  "litellm 1.0, 2026-11-01", "Ask Anna<br>first", "2026-11-22",
                  "Ready, not enabled", "Enable it"):  # fmt: skip
        assert words in page, words


def test_what_is_unknown_is_a_dash(as_viewer):
    page = page_of(as_viewer, a_model(platform_invocation_id=""))
    assert "— unknown" in page
    assert "None" not in page
    assert "null" not in page
    assert "can’t be called on demand" in page


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"enabled": True}, ["Enabled: applications may use it", "by Amazon Bedrock"]),
        (
            {"listed": False, "missed_syncs": 3},
            ["Retired by Amazon Bedrock", "not any more by Amazon Bedrock"],
        ),
        ({"missed_syncs": 2}, ["absent from the last 2 complete sync(s)", "Missing"]),
        (
            {"lifecycle": "unknown", "lifecycle_word": "SUNSET"},
            ["the platform says “SUNSET”", "override the lifecycle"],
        ),
        ({"kind": "custom", "build": "failed", "build_message": "No rows"}, ["Training failed: No rows"]),
        (
            {"kind": "custom", "serving": "nothing"},
            ["Created, nothing serves it yet", "Provision throughput"],
        ),
    ],
)
def test_the_colour_is_explained_with_its_evidence(as_viewer, facts, words):
    page = page_of(as_viewer, a_model(**facts))
    for each in words:
        assert each in page


def test_a_red_models_button_says_why_it_cannot_be_used(as_admin):
    page = page_of(as_admin, a_model(listed=False))
    assert "disabled" in page
    assert "Only a yellow model can be enabled." in page
    assert "/enable" not in page


def test_a_retired_model_names_possible_successors(as_viewer):
    old = a_model(1, name="Old", provider="Acme", capability_set=",chat,", lifecycle="ended")
    a_model(2, name="Newer", provider="Acme", capability_set=",chat,tools,", released_at=NOW)
    a_model(3, name="Elsewhere", provider="Other", capability_set=",chat,")
    a_model(4, name="Embedder", provider="Acme", capability_set=",embedding,")
    a_model(5, name="Gone too", provider="Acme", capability_set=",chat,", listed=False)
    a_model(
        6, name="Ending", provider="Acme", capability_set=",chat,", end_of_life_at=NOW + timedelta(days=3650)
    )
    a_model(7, name="Not callable", provider="Acme", capability_set=",chat,", platform_invocation_id="")
    page = page_of(as_viewer, old)
    assert "Newer" in page
    for other in ("Elsewhere", "Embedder", "Gone too", "Ending", "Not callable"):
        assert other not in page


def test_successors_whose_release_is_unknown_come_last(as_viewer):
    """PostgreSQL takes an unknown moment for the latest of all."""
    old = a_model(1, name="Old", provider="Acme", capability_set=",chat,", lifecycle="ended")
    a_model(2, name="Undated", provider="Acme", capability_set=",chat,")
    a_model(3, name="Dated", provider="Acme", capability_set=",chat,", released_at=NOW)
    a_model(
        4, name="Dated later", provider="Acme", capability_set=",chat,", released_at=NOW + timedelta(days=1)
    )
    assert [model.name for model in successors_of(old)] == ["Dated later", "Dated", "Undated"]


def test_the_platforms_dates_are_the_same_in_words_and_in_the_table_wherever_modelhub_is(as_viewer, settings):
    """Midnight in UTC is the day before in New York."""
    settings.TIME_ZONE = "America/New_York"
    ends = NOW.replace(hour=0) + timedelta(days=30)
    model = a_model(released_at=NOW.replace(hour=1), legacy_at=NOW.replace(hour=2), end_of_life_at=ends)
    page = page_of(as_viewer, model)
    assert "Ends 2026-12-22" in page
    assert ">2026-12-22</time>" in page
    assert page.count(">2026-11-22</time>") >= 2
    assert "2026-12-21" not in page
    assert "2026-11-21" not in page


def test_its_history_is_told_newest_first(as_viewer, admin):
    model = a_model()
    enable(model, actor=admin, why="the bot needs it")
    disable(model, actor=admin)
    page = page_of(as_viewer, model)
    assert page.index("<strong>disabled</strong>") < page.index("<strong>enabled</strong>")
    assert "by anna" in page
    assert "the bot needs it" in page


def test_who_may_not_see_events_sees_none(as_viewer, viewer):
    viewer.groups.get().permissions.remove(viewer.groups.get().permissions.get(codename="view_event"))
    assert ">Activity</h2>" not in page_of(as_viewer, a_model())


def test_the_poll_is_silent_until_the_model_changes(as_viewer):
    model = a_model()
    url = f"/models/{model.pk}/poll"
    assert as_viewer.get(url, {"rev": model.rev}).status_code == 204
    old = model.rev
    enable(model)
    response = as_viewer.get(url, {"rev": old})
    assert response.status_code == 200
    assert "Enabled: applications may use it" in response.content.decode()
    assert f"?rev={model.rev}" in response.content.decode()


@pytest.mark.parametrize("rev", ["", "x", "-1", "%00", "9" * 400])
def test_any_rev_is_answered(as_viewer, rev):
    assert as_viewer.get(f"/models/{a_model().pk}/poll?rev={rev}").status_code == 200


def test_a_model_that_is_no_more_is_a_404(as_viewer):
    for pk in ("999", "9" * 30):
        for url in (f"/models/{pk}/", f"/models/{pk}/poll"):
            assert as_viewer.get(url).status_code == 404


def test_the_way_to_the_admin_is_shown_to_who_may_go_there(as_superuser, as_admin):
    model = a_model()
    link = f"/admin/catalog/model/{model.pk}/change/"
    assert link in page_of(as_superuser, model)
    assert link not in page_of(as_admin, model)
