"""The pages of customization: what people type, what they are told, and what nobody may smuggle in."""

import json

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.history import event
from catalog.models import Model
from customization import discovery, jobs
from customization.models import CustomizationJob, Dataset, Found
from tests.builders import NOW, a_model
from tests.integration.customization.conftest import BUCKET, CREATE, fresh, green_base, put, rows, valid_file

pytestmark = pytest.mark.django_db

EVIL = "<script>alert(1)</script>"
MARKUP = ("<script>alert", "<img src=x", '" onmouseover="alert', "' onfocus='alert")


@pytest.fixture
def typed(base, training) -> dict:
    """A form that is right in every field."""
    return {
        "name": "support-tone",
        "description": "Kind answers",
        "base": base.pk,
        "training": training.pk,
        "hp_name": ["epochCount", "learningRate", "learningRateWarmupSteps"],
        "hp_value": ["3", "0.00002", "7"],
    }


# ---- New Model ---------------------------------------------------------------------------------------------


def test_a_right_form_makes_a_job_and_leads_to_its_page(world, as_admin, admin, typed):
    response = as_admin.post("/custom/new/", typed)
    job = CustomizationJob.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/custom/jobs/{job.pk}/")
    assert (job.model.name, job.model.description, job.requested_by) == (
        "support-tone",
        "Kind answers",
        admin,
    )
    assert job.hyperparameters == {
        "epochCount": "3",
        "learningRate": "0.00002",
        "learningRateWarmupSteps": "7",
    }
    assert world.calls(CREATE) == []  # the worker's business
    assert "support-tone" in as_admin.get("/models/").content.decode()


MISTAKES = {
    "no name": ({"name": ""}, "Give the model a name."),
    "a name AWS refuses": ({"name": "no__no"}, "must stand alone"),
    "a long name": ({"name": "x" * 64}, "takes 63 at most"),
    "no base": ({"base": ""}, "Choose a base model."),
    "a base that is none": ({"base": "1; DROP TABLE"}, "Choose a base model."),
    "no data": ({"training": ""}, "Add training data."),
    "data of nobody": ({"training": "999999"}, "Add training data."),
    "too many epochs": ({"hp_value": ["6", "0.00002", "7"]}, "must be 1 to 5"),
    "a rate that is none": ({"hp_value": ["3", "NaN", "7"]}, "must be a number"),
    "half an epoch": ({"hp_value": ["2.5", "0.00002", "7"]}, "must be a whole number"),
    "an unknown knob": ({"hp_name": ["wings"], "hp_value": ["2"]}, "no hyperparameter “wings”"),
    "an address that is none": ({"training": "", "training_uri": "nonsense"}, "s3://bucket/path"),
    "an address of nothing": (
        {"training": "", "training_uri": f"s3://{BUCKET}/no.jsonl"},
        "There is no object at",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_and_nothing_typed_is_lost(world, as_admin, typed, mistake):
    change, said = MISTAKES[mistake]
    sent = {**typed, **change}
    response = as_admin.post("/custom/new/", sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert not CustomizationJob.objects.exists()
    assert "Kind answers" in page
    assert f'value="{sent["name"]}"' in page
    if sent["training"] == typed["training"]:
        assert f'name="training" value="{sent["training"]}"' in page
    if sent["base"] == typed["base"]:
        assert f'<option value="{sent["base"]}" selected>' in page
        for name, value in zip(sent["hp_name"], sent["hp_value"], strict=True):
            assert f'value="{name}"' in page
            assert f'value="{value}"' in page


def test_every_mistake_is_told_at_once(world, as_admin, typed):
    sent = {**typed, "name": "-", "training": "", "hp_value": ["9", "9", "900"]}
    page = as_admin.post("/custom/new/", sent).content.decode()
    for said in (
        "must start with",
        "Add training data.",
        "Epochs must be",
        "Learning rate must be",
        "Warm-up steps must be",
    ):
        assert said in page


def test_a_name_taken_here_or_there_is_told(world, as_admin, typed, request_job):
    request_job("Mine")
    world.control.make_custom_model("Theirs")
    for name, said in (
        ("MINE", "There is a custom model “Mine” already"),
        ("theirs", "“Theirs” exists on Amazon Bedrock"),
    ):
        assert said in as_admin.post("/custom/new/", {**typed, "name": name}).content.decode()
        assert said in as_admin.get("/custom/new/name", {"name": name}).content.decode()
    assert "is free" in as_admin.get("/custom/new/name", {"name": "nobodys"}).content.decode()


@pytest.mark.parametrize("name", ["", " ", "\x00", "ü", EVIL, "x" * 5000, "%", "a b"])
def test_the_name_check_takes_anything(world, as_admin, name):
    page = as_admin.get("/custom/new/name", {"name": name})
    assert page.status_code == 200
    assert "<script" not in page.content.decode()


def test_an_address_in_s3_is_taken_checked_and_then_used(world, as_admin, typed):
    put("rows.jsonl", rows())
    response = as_admin.post(
        "/custom/new/", {**typed, "training": "", "training_uri": f"s3://{BUCKET}/rows.jsonl"}
    )
    assert "The file is being checked now" in response.content.decode()
    dataset = Dataset.objects.get(filename="rows.jsonl")
    assert f'name="training" value="{dataset.pk}"' in response.content.decode()
    refused = as_admin.post("/custom/new/", {**typed, "training": dataset.pk})
    assert "Only a valid file can be used" in refused.content.decode()


def test_a_draft_survives_a_reload_in_the_address(world, as_admin, typed):
    page = as_admin.get("/custom/new/", typed).content.decode()
    for kept in ('value="support-tone"', "Kind answers", 'value="0.00002"', f'value="{typed["training"]}"'):
        assert kept in page
    assert 'role="alert" id="errors"' not in page


def test_another_base_keeps_what_was_typed_for_the_first(world, as_admin, typed):
    llama = green_base(3, "meta.llama3-1-8b-instruct-v1:0", name="Llama")
    page = as_admin.post("/custom/new/parts", {**typed, "base": llama.pk}).content.decode()
    assert 'value="batchSize"' in page
    assert 'value="learningRateWarmupSteps"' in page  # to be taken away by whoever typed it


GARBAGE = [
    {"base": "²"},
    {"base": "9" * 400},
    {"base": "-1"},
    {"training": "\x00"},
    {"hp_name": ["a"] * 50, "hp_value": ["b"] * 50},
    {"hp_name": ["only"]},
    {"hp_value": ["only"]},
    {"name": "\x00\ud800"[:1]},
    {"description": "x" * 9000},
    {"training_uri": "s3://["},
    {"hp_base": "²"},
    {"hp_base": "9" * 18},
    {"drop": "fun"},
    {"recheck": "\x00"},
    {"clone": "²"},
    {"clone": "abc"},
    {"clone": "9" * 40},
    {"clone": "-1"},
]


@pytest.mark.parametrize("data", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_in_the_address_or_the_form_is_no_server_error(world, base, as_admin, data):
    for url in ("/custom/new/", "/custom/new/name"):
        assert as_admin.get(url, data).status_code in (200, 404)
    assert as_admin.post("/custom/new/parts", data).status_code == 200
    assert as_admin.post("/custom/new/", {"base": base.pk, **data}).status_code == 422


@pytest.mark.parametrize("epochs", ["²", "٣", "9" * 190, "1e999", "-1", ""])
def test_free_hyperparameters_can_not_break_the_estimate(world, as_admin, training, epochs):
    free = green_base(5, "acme.tunable-v1:0", name="Acme")
    Dataset.objects.update(base_external_id=free.external_id)
    sent = {
        "name": "free",
        "base": free.pk,
        "training": training.pk,
        "hp_name": ["epochCount"],
        "hp_value": [epochs],
    }
    response = as_admin.post("/custom/new/", sent)
    assert response.status_code in (302, 422)
    if response.status_code == 302:
        assert as_admin.get(response["Location"]).status_code == 200


def test_without_a_green_base_the_page_shows_the_way(as_admin, world):
    page = as_admin.get("/custom/new/").content.decode()
    assert "No base model is ready for fine-tuning" in page


# ---- the JSON doors of uploads -----------------------------------------------------------------------------

BODIES = [
    b"",
    b"[]",
    b"null",
    b"{",
    b"\xff\xfe",
    b'{"size": "many"}',
    b'{"size": true}',
    b'{"size": 1e400}',
    b'{"base": {}}',
    b'{"parts": {}}',
    b'{"parts": ["1", null, 1.5, true]}',
    b"[" * 100_000,
    b'{"size": ' + b"9" * 5000 + b"}",
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_garbage_at_the_json_doors_is_refused_in_words(world, base, as_admin, body):
    upload = Dataset.objects.create(
        purpose="training",
        filename="x",
        created_at=NOW,
        size=10,
        part_size=10,
        upload_id="u",
        bucket=BUCKET,
        key="k",
    )
    for url in ("/custom/datasets/begin", f"/custom/datasets/{upload.pk}/sign"):
        response = as_admin.post(url, body, content_type="application/json")
        assert response.status_code in (409, 422), (url, response.content)
        assert response.json()["error"]


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({}, 201),
        ({"size": 0}, 422),
        ({"size": -5}, 422),
        ({"size": 10**14}, 422),
        ({"size": 12.5}, 422),
        ({"size": None}, 422),
        ({"purpose": "fun"}, 422),
        ({"base": 0}, 422),
        ({"base": "no"}, 422),
        ({"filename": None}, 201),
        ({"filename": EVIL}, 201),
        ({"purpose": "validation"}, 201),
    ],
)
def test_an_upload_is_opened_for_what_makes_sense(world, base, as_admin, wish, status):
    body = {"filename": "x.jsonl", "size": 100, "purpose": "training", "base": base.pk, **wish}
    response = as_admin.post("/custom/datasets/begin", json.dumps(body), content_type="application/json")
    assert response.status_code == status
    assert Dataset.objects.count() == (status == 201)
    if status == 201:
        assert set(response.json()) == {"id", "part_size", "parts", "size", "filename"}


def test_a_model_that_takes_no_validation_data_is_given_none(world, as_admin):
    canvas = green_base(4, "amazon.nova-canvas-v1:0", name="Nova Canvas")
    body = {"filename": "x.jsonl", "size": 100, "purpose": "validation", "base": canvas.pk}
    response = as_admin.post("/custom/datasets/begin", json.dumps(body), content_type="application/json")
    assert (response.status_code, response.json()["error"]) == (422, "Nova Canvas takes no validation data.")


@pytest.mark.parametrize("kind", ["error500", "denied", "closed"])
def test_an_s3_that_fails_is_told_at_every_door(world, base, as_admin, kind):
    body = {"filename": "x.jsonl", "size": 100, "purpose": "training", "base": base.pk}
    made = as_admin.post("/custom/datasets/begin", json.dumps(body), content_type="application/json").json()
    world.control.fail(kind, platform="s3", times=None)
    at = f"/custom/datasets/{made['id']}"
    answers = [
        as_admin.post("/custom/datasets/begin", json.dumps(body), content_type="application/json"),
        as_admin.get(f"{at}/parts"),
        as_admin.post(f"{at}/finish"),
        as_admin.post(f"{at}/cancel"),
    ]
    assert [answer.status_code for answer in answers] == [502] * 4
    assert all(answer.json()["error"] for answer in answers)
    assert Dataset.objects.get(pk=made["id"]).state == "uploading"


@pytest.mark.parametrize(
    "data", [{}, {"purpose": "fun"}, {"purpose": "training"}, {"purpose": "training", "base": "x"}]
)
def test_referring_to_nothing_is_refused(world, base, as_admin, data):
    assert as_admin.post("/custom/datasets/refer", data).status_code in (200, 422)
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "jobs/99/",
        "jobs/99/poll",
        "jobs/99/training.csv",
        f"jobs/{'9' * 30}/",
        "datasets/99/",
        "datasets/99/parts",
        "new/?clone=99",
    ],
)
def test_what_is_not_there_is_not_found(as_admin, url):
    assert as_admin.get(f"/custom/{url}").status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "jobs/99/stop",
        "jobs/99/archive",
        "datasets/99/sign",
        "datasets/99/finish",
        "datasets/99/cancel",
        "found/99/adopt",
        "found/99/foreign",
    ],
)
def test_nothing_can_be_done_to_what_is_not_there(as_admin, url):
    assert as_admin.post(f"/custom/{url}").status_code == 404


# ---- jobs --------------------------------------------------------------------------------------------------


def test_stop_and_archive_by_their_buttons(world, running, as_admin, admin):
    world.wait(20)
    assert as_admin.post(f"/custom/jobs/{running.pk}/stop").status_code == 302
    assert fresh(running).stop_wanted
    assert as_admin.post(f"/custom/jobs/{running.pk}/stop").status_code == 409
    assert as_admin.post(f"/custom/jobs/{running.pk}/archive").status_code == 409
    CustomizationJob.objects.update(next_check_at=world.now)
    for _ in range(4):
        world.tick(10)
    assert as_admin.post(f"/custom/jobs/{running.pk}/archive")["Location"] == "/custom/jobs/"
    assert as_admin.post(f"/custom/jobs/{running.pk}/archive").status_code == 409
    assert running.model.events.filter(actor=admin).count() == 2
    assert as_admin.get(running.get_absolute_url()).status_code == 200


def test_the_page_asks_again_until_the_curves_are_there(world, job, as_admin):
    def polls() -> bool:
        part = as_admin.get(f"/custom/jobs/{job.pk}/poll").content.decode()
        return f'hx-get="/custom/jobs/{job.pk}/poll?seen=' in part

    assert polls()
    world.tick()
    assert polls()
    world.tick(100)
    assert polls()
    world.tick(1)
    assert not polls()
    page = as_admin.get(job.get_absolute_url()).content.decode()
    assert "<polyline" in page
    assert "Training loss" in page


def test_the_csv_is_the_platforms_own(world, job, as_viewer):
    assert as_viewer.get(f"/custom/jobs/{job.pk}/training.csv").status_code == 404
    world.tick()
    world.tick(100)
    response = as_viewer.get(f"/custom/jobs/{job.pk}/training.csv")
    text = response.getvalue()
    assert text.startswith(b"step_number,epoch_number,training_loss")
    assert (response.streaming, int(response["Content-Length"])) == (True, len(text))
    assert response["Content-Type"].startswith("text/csv")
    assert "attachment" in response["Content-Disposition"]
    assert as_viewer.get(f"/custom/jobs/{job.pk}/validation.csv").status_code == 502
    assert as_viewer.get(f"/custom/jobs/{job.pk}/secrets.csv").status_code == 404


def test_a_viewer_sees_everything_and_can_do_nothing(world, running, as_viewer):
    page = as_viewer.get(running.get_absolute_url()).content.decode()
    assert running.remote_name in page
    for button in ("Stop", "Archive", "Clone"):
        assert f">{button}" not in page
    assert "stop-dialog" not in page
    for url in ("stop", "archive"):
        assert as_viewer.post(f"/custom/jobs/{running.pk}/{url}").status_code == 403
    assert not fresh(running).stop_wanted


def hostile_job(world, training) -> CustomizationJob:
    base = green_base(7, "acme.hostile-v1:0", name=EVIL, provider=EVIL)
    Dataset.objects.update(base_external_id=base.external_id, filename=f"{EVIL}.jsonl", trouble=EVIL)
    training.refresh_from_db()
    training.report = {
        "errors": [{"line": 1, "code": EVIL, "message": EVIL}],
        "warnings": [{"line": 2, "message": EVIL}],
        "token_method": EVIL,
        "histogram": [{"from": 1, "to": 2, "rows": 3}],
    }
    training.save()
    job = jobs.create(
        name="x",
        base=base,
        training=training,
        description=EVIL,
        now=world.now,
        hyperparameters={EVIL: '" onmouseover="alert(2)'},
    )
    job.failure, job.trouble, job.alarm, job.remote_word, job.state = EVIL, EVIL, EVIL, EVIL, "failed"
    job.phases = [{"name": EVIL, "word": EVIL, "started_at": None, "changed_at": None}]
    job.metrics = {"training": [{"loss": 1.0}], "training_missing": EVIL}
    job.price_source = EVIL
    job.save()
    Model.objects.filter(pk=job.model_id).update(build="failed", build_message=EVIL)
    event(job.model, EVIL, now=world.now, why=EVIL).save()
    Found.objects.create(noun="job", arn=EVIL, name=EVIL, word=EVIL, first_seen_at=NOW)
    return job


def test_nothing_that_others_wrote_becomes_markup(world, training, as_superuser):
    job = hostile_job(world, training)
    at = f"/custom/jobs/{job.pk}/"
    for url in (
        "/custom/jobs/",
        at,
        f"{at}poll",
        f"/custom/new/?clone={job.pk}",
        f"/custom/datasets/{training.pk}/",
        "/custom/found/",
        f"/custom/new/?name={EVIL}&description={EVIL}&training_uri={EVIL}",
        f"/custom/new/name?name={EVIL}",
        "/admin/customization/customizationjob/",
        f"/admin/customization/customizationjob/{job.pk}/change/",
        "/admin/customization/dataset/",
        "/admin/customization/found/",
        "/models/",
        "/activity/",
    ):
        response = as_superuser.get(url)
        assert response.status_code == 200, url
        page = response.content.decode()
        assert not [markup for markup in MARKUP if markup in page], url
    page = as_superuser.post(
        "/custom/new/", {"name": EVIL, "description": EVIL, "training_uri": EVIL}
    ).content.decode()
    assert not [markup for markup in MARKUP if markup in page]


# ---- found -------------------------------------------------------------------------------------------------


def test_strangers_are_looked_for_adopted_and_left_alone_by_buttons(world, as_admin):
    green_base(9, "amazon.nova-2-lite-v1:0:256k", name="Nova 2 Lite")
    world.control.make_job("from-the-console")
    world.control.make_job("not-ours")
    as_admin.post("/custom/found/look")
    discovery.discover(world.now)  # the worker's part
    ours, theirs = Found.objects.order_by("name")
    assert as_admin.post(f"/custom/found/{ours.pk}/adopt")["Location"].startswith("/models/")
    assert as_admin.post(f"/custom/found/{ours.pk}/adopt").status_code == 409
    assert as_admin.post(f"/custom/found/{theirs.pk}/foreign").status_code == 302
    page = as_admin.get("/custom/found/").content.decode()
    assert "not-ours" in page
    assert "from-the-console" not in page
    world.control.fail("error500", platform="bedrock", times=None)
    assert as_admin.post("/custom/found/look", follow=True).status_code == 200
    assert as_admin.post(f"/custom/found/{theirs.pk}/adopt").status_code == 502


# ---- the Django admin --------------------------------------------------------------------------------------


def test_check_now_makes_moving_jobs_due_and_leaves_settled_ones_alone(world, request_job, as_superuser):
    moving, settled = request_job("moving"), request_job("settled")
    CustomizationJob.objects.filter(pk=moving.pk).update(next_check_at="2030-01-01T00:00:00Z")
    CustomizationJob.objects.filter(pk=settled.pk).update(next_check_at=None, state="failed")
    action = {"action": "check_now", "_selected_action": [moving.pk, settled.pk]}
    with time_machine.travel(NOW, tick=False):
        answer = as_superuser.post("/admin/customization/customizationjob/", action, follow=True)
    assert "1 customization job is looked at now" in answer.content.decode()
    assert fresh(moving).next_check_at == NOW
    assert fresh(settled).next_check_at is None


# ---- how often the database is asked -----------------------------------------------------------------------


def many_jobs(count: int, user: User) -> None:
    base = green_base(count + 1, f"acme.base-{count}")
    for number in range(count):
        model = a_model(10_000 + count * 100 + number, kind="custom", serving="nothing", build="running")
        CustomizationJob.objects.create(
            model=model,
            base=base,
            remote_name=f"j-{count}-{number}",
            state="running",
            created_at=NOW,
            changed_at=NOW,
            requested_by=user,
        )


def questions(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_the_list_of_jobs_asks_as_much_for_50_jobs_as_for_2(as_viewer, viewer):
    many_jobs(2, viewer)
    few = questions(as_viewer, "/custom/jobs/")
    many_jobs(50, viewer)
    assert questions(as_viewer, "/custom/jobs/") == few <= 8


def test_a_jobs_page_asks_a_fixed_number_of_questions(world, request_job, as_admin):
    job = request_job()
    few = questions(as_admin, job.get_absolute_url())
    world.tick()
    for number in range(25):
        event(job.model, f"thing {number}", now=world.now).save()
    valid_file("validation", "more.jsonl")
    assert questions(as_admin, job.get_absolute_url()) == few <= 9
    assert questions(as_admin, f"/custom/jobs/{job.pk}/poll") <= few
