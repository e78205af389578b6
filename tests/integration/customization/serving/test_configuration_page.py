"""The Configuration tab: who may delete, the rule in words with the way to meet it, and following a deletion."""

import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission

from catalog.customs import change_custom_model
from catalog.facts import BuildState
from catalog.models import Event, Model
from customization import jobs
from customization.models import CustomizationJob, Deletion, Price, Throughput
from customization.results import results_of
from tests.builders import NOW
from tests.integration.customization.conftest import BASE, fresh
from tests.integration.customization.serving.test_deletion import wish

pytestmark = pytest.mark.django_db


def url(model, more="configuration/") -> str:
    return f"/custom/models/{model.pk}/{more}"


def page(client, model) -> str:
    return client.get(url(model)).content.decode()


def delete(client, model, **more):
    return client.post(url(model, "delete"), {"typed_name": model.name, **more})


# --- what it shows


def test_it_says_what_the_model_is_made_of_and_what_it_costs(completed, as_viewer):
    Price.objects.update(storage_per_month=Decimal("1.95"), training_per_1k=Decimal("0.00378"))
    CustomizationJob.objects.update(estimated_cost=Decimal("12.34"), training_price=None)
    shown = page(as_viewer, completed.model)
    for part in (
        "Nova Lite",
        BASE,
        completed.model.arn,
        results_of(completed.model).uri,
        completed.remote_name,
        "about $12.34 (estimate)",
        "$1.95",
    ):
        assert part in shown


def test_a_viewer_sees_no_way_to_delete_or_describe(trained, as_viewer):
    shown = page(as_viewer, trained)
    assert "/delete" not in shown
    assert "/text" not in shown
    assert as_viewer.get(url(trained, "delete")).status_code == 403
    assert delete(as_viewer, trained).status_code == 403
    assert not Deletion.objects.exists()


def test_who_may_make_models_may_not_delete_them_by_that(trained, viewer, as_viewer):
    viewer.user_permissions.add(Permission.objects.get(codename="create_custom_model"))
    assert delete(as_viewer, trained).status_code == 403


@pytest.mark.parametrize("more", ["configuration/", "configuration/poll", "delete"])
def test_base_models_have_no_such_tab(base, as_admin, more):
    assert as_admin.get(url(base, more)).status_code == 404


# --- the danger zone


@pytest.mark.parametrize(
    ("facts", "why", "link", "label"),
    [
        ({"enabled": True}, "Disable it first", "/models/{pk}/", "Go to its overview"),
        ({"build": BuildState.RUNNING}, "its training goes on", "/custom/jobs/{job}/", "Go to its training"),
        (
            {"build": BuildState.FAILED},
            "Archive its job instead",
            "/custom/jobs/{job}/",
            "Go to its training",
        ),
    ],
)
def test_a_disabled_button_says_which_rule_and_links_to_where_to_fix_it(
    completed,
    as_admin,
    facts,
    why,
    link,
    label,
):
    model = change_custom_model(completed.model, "x", now=NOW, **facts)
    shown = page(as_admin, model)
    assert '<button disabled aria-describedby="why-not-delete">' in shown
    assert why in shown
    assert f'<a id="fix" href="{link.format(pk=model.pk, job=completed.pk)}">{label}</a>' in shown
    asked = as_admin.get(url(model, "delete"))
    assert asked.status_code == 409
    assert why in asked.content.decode()
    assert delete(as_admin, model).status_code == 409
    assert not Deletion.objects.exists()


def test_a_live_throughput_is_named_with_the_way_to_its_tab(throughput, as_admin):
    shown = page(as_admin, throughput.model)
    assert "It has a live provisioned throughput (in service). Remove that first." in shown
    assert f'<a id="fix" href="{url(throughput.model, "serving/")}">Go to its throughput</a>' in shown
    refused = delete(as_admin, throughput.model)
    assert refused.status_code == 409
    assert "Remove that first" in refused.content.decode()


def test_the_dialog_names_the_consequences(completed, as_admin):
    Price.objects.update(storage_per_month=Decimal("1.95"))
    Throughput.objects.create(
        model=completed.model, name="x", state="removed", units=1, unit_hour=Decimal(60), billed_from=NOW,
        billed_until=NOW.replace(hour=NOW.hour + 1), created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    for shown in (
        page(as_admin, completed.model),
        as_admin.get(url(completed.model, "delete")).content.decode(),
    ):
        for part in (
            "It can’t be undone",
            "throughput so far $60.00",
            "$1.95 a month for storing it",
            "History, spend and lineage",
            f"{results_of(completed.model).uri}/",
            "Type <code>support-tone</code> to confirm",
        ):
            assert part in shown


def test_an_unknown_price_stays_unknown(trained, as_admin):
    Price.objects.update(storage_per_month=None)
    shown = page(as_admin, trained)
    assert "its price is unknown" in shown
    assert "Training unknown" in shown
    assert "also delete" not in shown  # an adopted model has no results that modelhub knows of


def test_without_scripts_delete_is_a_link_to_a_question(trained, as_admin):
    assert (
        f'<a class="button without-js danger-quiet" id="delete-link" href="{url(trained, "delete")}">'
        in page(as_admin, trained)
    )
    asked = as_admin.get(url(trained, "delete"))
    assert asked.status_code == 200
    assert not Deletion.objects.exists()  # a link only asks


@pytest.mark.parametrize("typed", ["", "wrong", "Support-Tone"])
def test_a_wrong_name_keeps_what_was_typed(completed, as_admin, typed):
    refused = as_admin.post(url(completed.model, "delete"), {"typed_name": typed, "with_artifacts": "yes"})
    shown = refused.content.decode()
    assert refused.status_code == 409
    assert "Type the model’s name, support-tone, to confirm." in shown
    assert f'value="{typed}"' in shown
    assert 'value="yes" checked' in shown
    assert not Deletion.objects.exists()


# --- the deletion, followed


def test_a_deletion_is_followed_to_its_end_and_the_pages_stay(serving, completed, as_admin, admin):
    model = completed.model
    answer = delete(as_admin, model, with_artifacts="yes")
    assert (answer.status_code, answer["Location"]) == (302, url(model))
    row = Deletion.objects.get()
    assert (row.requested_by, row.with_artifacts) == (admin, True)
    shown = page(as_admin, model)
    assert "Being deleted…" in shown
    assert 'hx-trigger="every 2s' in shown
    assert "/delete" not in shown.replace(url(model, "delete"), "") or "delete-dialog" in shown
    Deletion.objects.update(next_check_at=serving.now)
    serving.tick()
    assert "Amazon Bedrock was asked" in page(as_admin, model)
    assert Deletion.objects.get().last_request_id in page(as_admin, model)
    for _ in range(3):
        serving.tick(10)
    poll = as_admin.get(url(model, "configuration/poll")).content.decode()
    assert "Deleted on" in poll
    assert not re.search("every [24]s", poll)  # the clock's own poll stays
    listed = as_admin.get("/models/").content.decode()
    assert f'id="model-{model.pk}"' not in listed
    for path in (model.get_absolute_url(), url(model), url(model, "serving/"), completed.get_absolute_url()):
        answer = as_admin.get(path)
        assert answer.status_code == 200, path
        assert "Its name is free again" in answer.content.decode(), path
    assert as_admin.get(url(model, "delete")).status_code == 409


def test_trouble_and_alarm_are_shown(serving, trained, as_viewer):
    row = wish(serving, trained)
    Deletion.objects.filter(pk=row.pk).update(trouble="Rate exceeded")
    assert "Rate exceeded" in page(as_viewer, trained)
    Deletion.objects.filter(pk=row.pk).update(alarm="No progress after 9 attempts")
    shown = page(as_viewer, trained)
    assert "This needs a person." in shown
    assert "No progress after 9 attempts" in shown


def test_the_last_refusal_is_shown_with_its_reason_and_another_attempt_is_offered(serving, trained, as_admin):
    serving.control.make_throughput("theirs", model=trained.arn)
    wish(serving, trained)
    serving.tick()
    trained.refresh_from_db()
    shown = page(as_admin, trained)
    assert "The last attempt to delete it was refused" in shown
    assert "throughput theirs on Amazon Bedrock" in shown
    assert 'id="delete"' in shown


def test_a_failed_job_is_archived_here(world, running, as_admin):
    jobs.stop(running, actor=None, now=world.now)
    for _ in range(3):
        world.tick(10)
    job = fresh(running)
    shown = page(as_admin, job.model)
    assert f'action="/custom/jobs/{job.pk}/archive"' in shown
    as_admin.post(f"/custom/jobs/{job.pk}/archive")
    shown = page(as_admin, job.model)
    assert "Archived on" in shown
    assert "/archive" not in shown


# --- in words


def test_description_and_note_are_changed_with_an_event(trained, as_admin, admin):
    answer = as_admin.post(
        url(trained, "configuration/text"), {"description": " Our tone\r\n", "note": "Ask Ada"}
    )
    assert answer.status_code == 302
    trained.refresh_from_db()
    assert (trained.description, trained.note) == ("Our tone", "Ask Ada")
    told = Event.objects.latest("id")
    assert (told.action, told.actor, told.detail["changes"]["note"]) == ("described", admin, ["", "Ask Ada"])
    before = trained.rev
    as_admin.post(url(trained, "configuration/text"), {"description": "Our tone", "note": "Ask Ada"})
    trained.refresh_from_db()
    assert trained.rev == before


def test_a_text_that_is_too_long_is_kept_in_the_form(trained, as_admin):
    answer = as_admin.post(url(trained, "configuration/text"), {"description": "x" * 2001, "note": "short"})
    assert answer.status_code == 422
    assert "x" * 2001 in answer.content.decode()
    assert Model.objects.get(pk=trained.pk).note == ""


def test_describing_needs_the_permission_to_change_models(trained, admin, as_admin):
    Group.objects.get(name="Model admins").permissions.remove(Permission.objects.get(codename="change_model"))
    assert as_admin.post(url(trained, "configuration/text"), {"note": "x"}).status_code == 403
    assert "configuration/text" not in page(as_admin, trained)


def test_names_and_messages_are_escaped(serving, trained, as_admin):
    row = wish(serving, trained)
    Deletion.objects.filter(pk=row.pk).update(trouble="<script>alert(1)</script>")
    Model.objects.filter(pk=trained.pk).update(description="</textarea><script>")
    shown = page(as_admin, trained)
    assert "<script>alert" not in shown
    assert "</textarea><script>" not in shown


def test_the_page_asks_the_database_a_bounded_number_of_times(
    completed, as_admin, django_assert_max_num_queries
):
    page(as_admin, completed.model)
    with django_assert_max_num_queries(22):
        page(as_admin, completed.model)


def test_a_second_admin_is_told_what_is_true_now(serving, trained, as_admin):
    wish(serving, trained)
    answer = delete(as_admin, trained)
    assert answer.status_code == 409
    assert "It is being deleted already." in answer.content.decode()
    assert Deletion.objects.count() == 1


def test_a_page_left_open_loses_its_form_when_the_model_is_gone(serving, trained, as_admin):
    wish(serving, trained)
    for _ in range(2):
        serving.tick(10)
    assert (
        '<div id="words" hx-swap-oob="true"></div>'
        in as_admin.get(url(trained, "configuration/poll")).content.decode()
    )
