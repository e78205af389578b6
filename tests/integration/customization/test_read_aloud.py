"""What a screen reader is told: which input an error is about, and what a button is for."""

import re
from decimal import Decimal

import pytest

from customization.models import Found, Throughput
from tests.builders import NOW

pytestmark = pytest.mark.django_db


def errors_of(page: str, name: str) -> list[str]:
    """What the texts say that the invalid inputs of this name point to."""
    found = []
    for tag in re.findall(rf'<(?:input|select|textarea)[^>]*name="{name}"[^>]*>', page):
        if 'aria-invalid="true"' in tag:
            ids = re.search('aria-describedby="([^"]*)"', tag)[1].split()
            found.append(re.search(rf'<p class="field-error" id="{ids[-1]}">([^<]*)', page)[1])
    return found


def test_errors_of_a_refused_form_belong_to_their_inputs(world, base, training, as_admin):
    form = {"name": "x", "training": training.pk, "hp_name": ["epochCount", "wings"], "hp_value": ["50", "2"]}
    page = as_admin.post("/custom/new/", {**form, "base": base.pk, "hp_base": base.pk}).content.decode()
    values = errors_of(page, "hp_value")
    assert len(values) == 2
    assert "epochCount" in values[0] or "1" in values[0]
    assert "wings" in values[1]
    assert errors_of(page, "hp_name") == [values[1]]
    page = as_admin.post("/custom/new/", form).content.decode()
    assert errors_of(page, "base") == ["Choose a base model."]
    assert errors_of(as_admin.get("/custom/new/").content.decode(), "base") == []


def test_the_two_files_have_names_of_their_own(world, base, as_admin):
    page = as_admin.get("/custom/new/").content.decode()
    names = [
        re.sub("<[^>]*>", "", label) for label in re.findall(r'<label for="file-\w+">(.*?)</label>', page)
    ]
    assert names == [
        "Choose a file of training data or drop it here",
        "Choose a file of validation data or drop it here",
    ]


def test_buttons_for_what_was_found_name_it(world, as_admin):
    for number, state in enumerate(("new", "foreign")):
        Found.objects.create(
            noun="model", arn=f"arn:{number}", name=f"theirs-{number}", state=state, first_seen_at=NOW
        )
    page = as_admin.get("/custom/found/").content.decode()
    for name in ("Adopt theirs-0", "Adopt theirs-1", "Not ours: theirs-0", "Look again at theirs-1"):
        assert f'aria-label="{name}"' in page


def test_links_of_a_row_of_spend_name_its_model(world, job, as_admin):
    Throughput.objects.create(
        model=job.model,
        name="x",
        state="removed",
        units=1,
        unit_hour=Decimal(1),
        created_at=NOW,
        changed_at=NOW,
    )
    page = as_admin.get("/custom/spend/").content.decode()
    assert f'aria-label="only this model: {job.model.name}"' in page
    assert 'aria-label="CSV of these throughputs"' in page


def test_copying_names_what_is_copied(world, job, as_admin):
    assert f'aria-label="Copy {job.remote_name}"' in as_admin.get(job.get_absolute_url()).content.decode()
    assert f'aria-label="Copy {job.base.external_id}"' in as_admin.get("/models/").content.decode()
