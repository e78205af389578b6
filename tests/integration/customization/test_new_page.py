"""New Model's live parts, and its files without JavaScript: what changes with the base model, and what stays."""

import re

import pytest

from customization import checking
from customization.datasets.fingerprint import Rows
from customization.describing import describe
from customization.models import CustomizationJob, Dataset
from tests.integration.customization.conftest import BUCKET, green_base, put, rows, valid_file

pytestmark = pytest.mark.django_db

LLAMA = "meta.llama3-1-8b-instruct-v1:0"


@pytest.fixture
def llama():
    return green_base(3, LLAMA, name="Llama")


@pytest.fixture
def typed(base, training) -> dict:
    """A form that is right in every field, as the page made it for Nova."""
    return {
        "name": "support-tone",
        "description": "Kind answers",
        "base": base.pk,
        "hp_base": base.pk,
        "training": training.pk,
        "hp_name": ["epochCount", "learningRate", "learningRateWarmupSteps"],
        "hp_value": ["2", "0.00001", "10"],  # Nova's defaults
    }


def shown(page: str) -> dict[str, str]:
    """The hyperparameters of a page or a part of it."""
    return dict(
        re.findall(r'name="hp_name" value="([^"]*)".*?name="hp_value" value="([^"]*)"', page, re.DOTALL)
    )


def part(page: str, name: str) -> str:
    """What stands in the element with this id, up to the next one with an id."""
    return re.split(r'id="(?!cost|hp-)', page.partition(f'id="{name}"')[2])[0]


# ---- another base model ------------------------------------------------------------------------------------


def test_another_familys_defaults_take_the_place_of_the_old_ones(world, as_admin, typed, llama):
    page = as_admin.post("/custom/new/parts", {**typed, "base": llama.pk}).content.decode()
    assert shown(page) == {"epochCount": "5", "batchSize": "1", "learningRate": "0.0001"}
    assert f'name="hp_base" value="{llama.pk}"' in page
    assert "Left out" not in page


def test_what_somebody_typed_stays_if_the_new_family_takes_it(world, as_admin, typed, llama):
    values = {"hp_value": ["3", "0.00002", "50"]}
    page = as_admin.post("/custom/new/parts", {**typed, **values, "base": llama.pk}).content.decode()
    assert shown(page) == {"epochCount": "3", "batchSize": "1", "learningRate": "0.00002"}
    assert "<code>learningRateWarmupSteps</code> 50" in page  # told, not lost without a word


def test_a_model_of_the_same_family_keeps_everything(world, as_admin, typed):
    pro = green_base(4, "amazon.nova-pro-v1:0:300k", name="Nova Pro")
    page = as_admin.post("/custom/new/parts", {**typed, "base": pro.pk}).content.decode()
    assert shown(page) == dict(zip(typed["hp_name"], typed["hp_value"], strict=True))


def test_while_no_base_is_chosen_the_pairs_wait(world, as_admin, typed, llama):
    typed["hp_value"] = ["3", "0.00001", "10"]
    page = as_admin.post("/custom/new/parts", {**typed, "base": ""}).content.decode()
    assert shown(page) == dict(zip(typed["hp_name"], typed["hp_value"], strict=True))
    assert f'name="hp_base" value="{typed["hp_base"]}"' in page
    page = as_admin.post("/custom/new/parts", {**typed, "base": llama.pk}).content.decode()
    assert shown(page)["epochCount"] == "3"


def test_no_model_is_made_with_hyperparameters_that_nobody_has_seen(world, as_admin, typed, llama):
    """Without JavaScript: another base is chosen, and Create is pressed at once."""
    Dataset.objects.update(base_external_id=LLAMA, rows=200)
    response = as_admin.post("/custom/new/", {**typed, "base": llama.pk})
    page = response.content.decode()
    assert response.status_code == 422
    assert "The hyperparameters are those for Llama now." in page
    assert shown(page)["epochCount"] == "5"
    assert not CustomizationJob.objects.exists()
    pairs = shown(page)
    sent = {
        **typed,
        "base": llama.pk,
        "hp_base": llama.pk,
        "hp_name": list(pairs),
        "hp_value": list(pairs.values()),
    }
    assert as_admin.post("/custom/new/", sent).status_code == 302


def test_what_a_file_may_be_follows_the_base_model(world, as_admin, base):
    claude = green_base(5, "anthropic.claude-3-haiku-20240307-v1:0:200k", name="Claude 3 Haiku")
    canvas = green_base(6, "amazon.nova-canvas-v1:0", name="Nova Canvas")
    page = as_admin.get("/custom/new/", {"base": claude.pk}).content.decode()
    assert "up to 10 GB" in part(page, "may-be-training")
    assert "up to 1 GB" in part(page, "may-be-validation")
    page = as_admin.post("/custom/new/parts", {"base": canvas.pk}).content.decode()
    assert "Nova Canvas takes no validation data." in part(page, "may-be-validation")
    assert "GB" not in part(as_admin.get("/custom/new/").content.decode(), "may-be-training")


# ---- both files together -----------------------------------------------------------------------------------


def fingerprint(*lines: bytes) -> bytes:
    seen = Rows()
    list(seen.add(lines, 1))
    return seen.fingerprint().to_bytes()


def test_rows_in_both_files_are_told_in_the_part_that_is_refreshed(world, as_admin, typed, training):
    Dataset.objects.update(fingerprint=fingerprint(b"a", b"b", b"c"))
    more = valid_file("validation", "more.jsonl", fingerprint=fingerprint(b"b", b"c", b"d"))
    page = as_admin.post("/custom/new/parts", {**typed, "validation": more.pk}).content.decode()
    assert "2 rows of the validation data are in the training data too" in part(page, "together")
    assert "rows of the validation data" not in as_admin.post("/custom/new/parts", typed).content.decode()


# ---- a file that was checked for another base model --------------------------------------------------------


def test_a_file_for_another_base_offers_to_be_checked_again(world, as_admin, typed, training, llama):
    assert "Check it for" not in as_admin.get("/custom/new/", typed).content.decode()
    page = as_admin.post("/custom/new/parts", {**typed, "base": llama.pk}).content.decode()
    assert "Check it for Llama" in part(page, "together")
    response = as_admin.post(
        "/custom/datasets/refer", {**typed, "base": llama.pk, "purpose": "training", "again": training.pk}
    )
    fresh = Dataset.objects.exclude(pk=training.pk).get()
    assert f'data-dataset="{fresh.pk}"' in response.content.decode()
    assert (fresh.base_external_id, fresh.place, fresh.state) == (LLAMA, training.place, "uploaded")
    checking.run_check(fresh, fresh.next_check_at)
    fresh.refresh_from_db()
    assert (fresh.state, fresh.report["family"]) == ("invalid", "prompt-completion")
    training.refresh_from_db()
    assert training.state == "valid"


def test_the_same_without_javascript(world, as_admin, typed, training, llama):
    response = as_admin.post("/custom/new/", {**typed, "base": llama.pk, "recheck": "training"})
    fresh = Dataset.objects.exclude(pk=training.pk).get()
    page = response.content.decode()
    assert response.status_code == 200
    assert f'name="training" value="{fresh.pk}"' in page
    assert "Kind answers" in page
    assert "Check it for" not in page
    assert not CustomizationJob.objects.exists()


@pytest.mark.parametrize("url", ["/custom/datasets/refer", "/custom/new/"])
def test_a_file_that_is_gone_is_told_and_the_panel_stays(world, as_admin, typed, training, llama, url):
    Dataset.objects.update(key="nowhere.jsonl")
    sent = {**typed, "base": llama.pk, "purpose": "training", "again": training.pk, "recheck": "training"}
    page = as_admin.post(url, sent).content.decode()
    assert "There is no object at" in page
    assert f'name="training" value="{training.pk}"' in page
    assert Dataset.objects.count() == 1


# ---- taking a file back without JavaScript -----------------------------------------------------------------


def test_an_invalid_file_is_taken_back_and_everything_else_stays(world, as_admin, typed, training):
    Dataset.objects.update(state="invalid", report={"errors": [], "error_totals": {"bad_json": 1}})
    assert '<button name="drop" value="training"' in as_admin.get("/custom/new/", typed).content.decode()
    more = valid_file("validation", "more.jsonl")
    sent = {**typed, "validation": more.pk, "drop": "training", "hp_value": ["3", "0.00002", "7"]}
    response = as_admin.post("/custom/new/", sent)
    page = response.content.decode()
    assert response.status_code == 200
    assert 'name="training"' not in page
    assert 'name="training_uri"' in page
    for kept in (
        'value="support-tone"',
        "Kind answers",
        f'name="validation" value="{more.pk}"',
        'value="0.00002"',
    ):
        assert kept in page
    assert not CustomizationJob.objects.exists()


def test_a_file_that_is_being_checked_is_cancelled_as_it_is_taken_back(world, as_admin, typed, base):
    put("slow.jsonl", rows())
    page = as_admin.post(
        "/custom/new/", {**typed, "training": "", "training_uri": f"s3://{BUCKET}/slow.jsonl"}
    )
    slow = Dataset.objects.get(filename="slow.jsonl")
    assert f'name="training" value="{slow.pk}"' in page.content.decode()
    as_admin.post("/custom/new/", {**typed, "training": slow.pk, "drop": "training"})
    slow.refresh_from_db()
    assert slow.state == "aborted"


# ---- errors by kind ----------------------------------------------------------------------------------------


def test_how_many_of_which_kind_is_told_beside_the_first_hundred(world, as_admin, training):
    report = {
        "errors": [{"line": 1, "code": "role_order", "message": "user twice"}],
        "error_totals": {"missing_key": 3, "role_order": 1200},
        "warnings": [{"line": 2, "code": "duplicate_row", "message": "again"}],
        "warning_totals": {"duplicate_row": 7},
    }
    Dataset.objects.update(state="invalid", report=report)
    page = as_admin.get(f"/custom/datasets/{training.pk}/").content.decode()
    assert "1,203 errors:" in page
    assert "1,200 × roles out of order, 3 × missing key." in page
    assert "7 × duplicate row." in page


# ---- what is asked, and what is said -----------------------------------------------------------------------


def test_three_things_can_be_said_of_a_name(world, as_admin):
    def said(name):
        return as_admin.get("/custom/new/name", {"name": name}).content.decode()

    world.control.make_custom_model("theirs")
    assert "“mine” is free.</p>" in said("mine")
    assert "exists on Amazon Bedrock already" in said("theirs")
    world.control.fail("error500", platform="bedrock", times=None)
    page = said("mine")
    assert "“mine” is free here; Amazon Bedrock did not answer. It is asked again at Create." in page
    assert "field-good" not in page


def test_a_draft_comes_back_by_post_however_long_it_is(world, as_admin, typed):
    long = "ü" * 2000
    response = as_admin.post("/custom/new/", {**typed, "description": long, "show": "1"})
    page = response.content.decode()
    assert response.status_code == 200
    assert long in page
    assert "support-tone" in page
    assert not CustomizationJob.objects.exists()


def test_no_token_and_no_draft_travel_in_an_address(world, as_admin, typed):
    page = as_admin.get("/custom/new/", typed).content.decode()
    assert 'formmethod="get"' not in page
    assert not re.search(r'hx-get="[^"]*"[^>]*hx-include', page)
    assert as_admin.get("/custom/new/parts", typed).status_code == 405


def test_a_hyperparameter_that_is_given_twice_is_told_not_lost(world, as_admin, typed):
    twice = {"hp_name": ["epochCount", "epochCount"], "hp_value": ["2", "5"]}
    response = as_admin.post("/custom/new/", {**typed, **twice})
    assert response.status_code == 422
    assert "“epochCount” is given 2 times: 2, 5." in response.content.decode()
    assert not CustomizationJob.objects.exists()


def test_line_breaks_of_a_browser_cost_no_letters(world, as_admin, typed):
    text = "\r\n".join(["x" * 19] * 100)  # 1,999 characters as the browser counts them
    assert as_admin.post("/custom/new/", {**typed, "description": text}).status_code == 302
    model = CustomizationJob.objects.get().model
    assert model.description == text.replace("\r\n", "\n")
    unchanged = {"description": text, "note": ""}
    assert describe(model, unchanged, unchanged, actor=None, now=world.now) is None


def test_a_description_that_is_too_long_is_refused_not_cut(world, as_admin, typed):
    response = as_admin.post("/custom/new/", {**typed, "description": "x" * 2001})
    assert response.status_code == 422
    page = response.content.decode()
    assert "The description has 2,001 characters; at most 2,000 fit. Shorten it." in page
    assert "x" * 2001 in page
    assert not CustomizationJob.objects.exists()


# ---- Create, pressed twice ---------------------------------------------------------------------------------


def token_on(page: str) -> str:
    return re.search(r'name="token" value="([^"]+)"', page)[1]


def test_create_pressed_twice_leads_to_the_same_job(world, as_admin, typed):
    sent = {**typed, "token": token_on(as_admin.get("/custom/new/").content.decode())}
    first, second = as_admin.post("/custom/new/", sent), as_admin.post("/custom/new/", sent)
    job = CustomizationJob.objects.get()
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"] == job.get_absolute_url()
    assert job.request_token == sent["token"]


def test_another_name_in_the_same_form_is_another_model(world, as_admin, typed):
    sent = {**typed, "token": token_on(as_admin.get("/custom/new/").content.decode())}
    as_admin.post("/custom/new/", sent)
    assert as_admin.post("/custom/new/", {**sent, "name": "another-tone"}).status_code == 302
    assert CustomizationJob.objects.filter(model__name="another-tone").exists()
    assert CustomizationJob.objects.values("request_token").distinct().count() == 2


def test_a_refused_form_keeps_its_token_and_nonsense_gets_a_new_one(world, as_admin, typed):
    token = token_on(as_admin.get("/custom/new/").content.decode())
    refused = as_admin.post("/custom/new/", {**typed, "name": "a b", "token": token})
    assert token_on(refused.content.decode()) == token
    refused = as_admin.post("/custom/new/", {**typed, "name": "a b", "token": "x" * 300})
    assert len(token_on(refused.content.decode())) == 36


# ---- names that a dictionary has, too ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["items", "keys", "values"])
def test_a_hyperparameter_may_have_any_name(world, as_admin, typed, name):
    free = green_base(7, "acme.free-v1:0", name="Free")
    Dataset.objects.update(base_external_id=free.external_id)
    pairs = {"hp_name": [name], "hp_value": ["3"]}
    waiting = as_admin.post("/custom/new/parts", {**typed, **pairs, "base": ""})
    assert f'name="hp_name" value="{name}"' in waiting.content.decode()
    left = as_admin.post("/custom/new/parts", {**typed, **pairs, "hp_base": free.pk})
    assert f"<code>{name}</code> 3" in left.content.decode()
    sent = {**typed, **pairs, "base": free.pk, "hp_base": free.pk}
    assert as_admin.post("/custom/new/", sent).status_code == 302
    page = as_admin.get(CustomizationJob.objects.get().get_absolute_url()).content.decode()
    assert f"<dt>{name}</dt><dd>3</dd>" in page
