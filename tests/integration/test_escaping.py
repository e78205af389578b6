"""A platform may call its models anything; no page, no cell and no header takes such a name for markup."""

import csv
from io import StringIO

import pytest

from catalog.enablement import enable
from catalog.models import Model
from catalog.sync import sync_platform

pytestmark = pytest.mark.django_db

NAMES = ["<script>alert(1)</script>", '" onmouseover="alert(2)', "' onfocus='alert(3)", "</title><img src=x>",
         "{{ 7|add:7 }}{% csrf_token %}", "=HYPERLINK(1)"]  # fmt: skip
MARKUP = ("<script>alert", "<img src=x", '" onmouseover="alert', "' onfocus='alert", "</title><img")


@pytest.fixture
def hostile(small_world, admin) -> list[Model]:
    """Each name as an id, a name, a provider, a modality and a lifecycle word, with a history."""
    for name in NAMES:
        small_world.publish_model(
            "bedrock", name, modelName=name, providerName=name, modelArn=name, inputModalities=[name],
            outputModalities=["TEXT"], inferenceTypesSupported=["ON_DEMAND"], customizationsSupported=[name],
        )  # fmt: skip
        small_world.publish_model("openai", f"ft:{name}:{name}:{name}:1", owned_by=name)
    sync_platform("bedrock")
    sync_platform("openai")
    for name in NAMES:
        small_world.change_model("bedrock", name, modelName=f"{name} 2", modelLifecycle={"status": name})
        enable(Model.objects.get(external_id=name), actor=admin, why=name)
    sync_platform("bedrock")
    return list(Model.objects.filter(external_id__in=NAMES))


def addresses(models: list[Model]) -> list[str]:
    run = models[0].events.exclude(sync_run=None).first().sync_run_id
    first, second = models[0].pk, models[1].pk
    return [
        "/models/", f"/models/{first}/", f"/models/{second}/", f"/models/{first}/poll?rev=0", f"/sync/{run}/",
        "/activity/", f"/models/poll?since=0&ids={first},{second}", "/admin/catalog/model/", "/sync/",
        f"/admin/catalog/model/{first}/change/", "/admin/catalog/event/", f"/admin/catalog/model/{first}/history/",
        "/activity/?q=%3Cscript%3Ealert(1)", "/models/?q=%22%20onmouseover=%22alert(2)&provider=%3Cscript%3Ealert(1)",
    ]  # fmt: skip


def test_a_hostile_name_is_shown_as_text_on_every_page(as_superuser, hostile):
    for url in addresses(hostile):
        page = as_superuser.get(url).content.decode()
        assert not [markup for markup in MARKUP if markup in page], url
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in as_superuser.get("/models/").content.decode()


def test_so_it_is_in_the_answers_to_clicks(as_superuser, hostile):
    htmx = {"HX-Request": "true"}
    answers = [as_superuser.post(f"/models/{model.pk}/enable", headers=htmx) for model in hostile]
    answers += [as_superuser.post(f"/models/{model.pk}/enable") for model in hostile]
    answers.append(as_superuser.post("/models/switch", {"action": "enable", "ids": [m.pk for m in hostile]}))
    action = {"action": "enable_selected", "_selected_action": [model.pk for model in hostile]}
    answers.append(as_superuser.post("/admin/catalog/model/", action, follow=True))
    for answer in answers:
        page = answer.content.decode()
        assert not [markup for markup in MARKUP if markup in page]


def test_the_csv_gives_every_name_back_to_the_letter(as_superuser, hostile):
    lines = csv.DictReader(StringIO(as_superuser.get("/models/export.csv").getvalue().decode(), newline=""))
    ids = {line["external id"].removeprefix("'") for line in lines}
    assert {name.removeprefix("'") for name in NAMES} <= ids
