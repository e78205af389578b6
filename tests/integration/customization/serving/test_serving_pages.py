"""The Throughput tab: what it shows, who may spend, presses that come twice, refusals that lose nothing."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import enablement
from customization.models import Deployment, Price, Throughput
from customization.serving import renting
from customization.serving.board import Board
from tests.integration.customization.conftest import BASE, green_base

pytestmark = pytest.mark.django_db

TOKEN = "0b0c4c4e-7f5f-4c4b-9a52-5a3d5f1f6b7a"
TERMS = {"units": "2", "hours": "8", "token": TOKEN}
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def the_pages_clock(serving, monkeypatch):
    """Pages ask for the time; here it is the sandbox's."""
    monkeypatch.setattr("customization.views.serving.timezone.now", lambda: serving.now)


@pytest.fixture
def spender(db) -> User:
    user = User.objects.create_user("sara")
    user.groups.add(Group.objects.get(name="Model spenders"))
    return user


@pytest.fixture
def as_spender(spender, logged_in):
    return logged_in(spender)


def tab(model, part: str = "") -> str:
    return f"/custom/models/{model.pk}/serving/{part}"


def page_of(client, model, **query) -> str:
    response = client.get(tab(model), query)
    assert response.status_code == 200
    return response.content.decode()


def words(html: str) -> str:
    """The text of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_tab_offers_both_ways_with_their_cost_in_words(as_spender, trained):
    page = words(page_of(as_spender, trained))
    assert "$60.50 an hour, $1,452.00 a day, $44,165.00 a month, for 1 model unit." in page
    assert "A lease of 8 hours: $484.00" in page
    assert "without commitment" in page
    assert "Deploy on demand Recommended" in page
    assert "No idle cost" in page


def test_the_break_even_is_told_with_its_mix_when_all_prices_are_known(as_spender, serving, base, trained):
    assert "is unknown: a price is missing" in page_of(as_spender, trained)
    green_base(2, external_id=BASE.removesuffix(":300k"), input_price="0.06", output_price="0.24")
    page = words(page_of(as_spender, trained))
    assert (
        "about 576 million tokens an hour, every hour: at $0.06 for 1M tokens in and $0.24 for 1M out" in page
    )


def test_another_base_model_is_not_recommended_on_demand_but_the_platform_decides(as_spender, trained):
    type(trained).objects.filter(pk=trained.pk).update(base_external_id="amazon.titan-embed-image-v1:0")
    page = page_of(as_spender, trained)
    assert "not in AWS’s list" in page
    assert "Recommended" not in page
    assert "Deploy on demand</button>" in page


def test_an_unknown_price_is_called_unknown_never_0(as_spender, serving, trained):
    Price.objects.all().delete()
    page = page_of(as_spender, trained)
    assert "The price is unknown." in page
    renting.provision(trained, units=1, actor=None, now=serving.now)
    serving.tick()
    page = words(page_of(as_spender, trained))
    assert "unknown" in page
    assert "1 running, price unknown" in page
    assert "$0" not in page


def test_the_cost_follows_what_is_typed(as_spender, trained):
    part = words(as_spender.get(tab(trained, "cost"), {"units": "3", "hours": "2"}).content.decode())
    assert "$181.50 an hour" in part
    assert "A lease of 2 hours: $363.00" in part
    for units in ("", "0", "x", "9" * 40, "101"):
        answer = as_spender.get(tab(trained, "cost"), {"units": units, "hours": units})
        assert "$60.50 an hour" in words(answer.content.decode())
    assert "$181.50" in page_of(as_spender, trained, units="3", hours="2")  # without JavaScript


def test_provisioning_asks_first_and_the_answer_buys_one(as_spender, spender, serving, trained):
    asked = as_spender.post(tab(trained, "provision"), TERMS)
    page = words(asked.content.decode())
    assert asked.status_code == 200
    assert "Provision 2 model units for support-tone?" in page
    assert "$121.00 an hour, $2,904.00 a day, $88,330.00 a month" in page
    assert "after 8 hours, at $968.00" in page
    assert not Throughput.objects.exists()
    assert f'name="token" value="{TOKEN}"' in asked.content.decode()
    for _ in range(3):  # a double click, the reload of the answer, the back button
        answer = as_spender.post(tab(trained, "provision"), TERMS | {"confirmed": "yes"})
        assert (answer.status_code, answer["Location"]) == (302, tab(trained))
    row = Throughput.objects.get()
    assert (row.units, row.unit_hour, row.requested_by) == (2, Decimal("60.50"), spender)
    assert row.ends_at == serving.now + timedelta(hours=8)


def test_an_old_page_from_the_browsers_history_is_not_asked_again(as_spender, trained):
    as_spender.post(tab(trained, "provision"), TERMS | {"confirmed": "yes"})
    again = as_spender.post(tab(trained, "provision"), TERMS)
    assert again.status_code == 302
    assert Throughput.objects.count() == 1


def test_a_request_that_has_ended_is_not_carried_out_twice(as_spender, serving, trained):
    as_spender.post(tab(trained, "provision"), TERMS | {"confirmed": "yes"})
    renting.remove(Throughput.objects.get(), actor=None, now=serving.now)
    serving.tick()
    again = as_spender.post(tab(trained, "provision"), TERMS | {"confirmed": "yes"})
    assert again.status_code == 409
    assert "carried out before: its provisioned throughput is removed" in again.content.decode()
    assert TOKEN not in again.content.decode()
    assert Throughput.objects.count() == 1


def test_two_admins_get_one_throughput_and_the_second_is_told_why(as_spender, logged_in, superuser, trained):
    as_spender.post(tab(trained, "provision"), TERMS | {"confirmed": "yes"})
    other = TERMS | {"token": TOKEN.replace("0b0c", "1c1d"), "name": "mine", "units": "7"}
    for posted in (other, other | {"confirmed": "yes"}):
        answer = logged_in(superuser).post(tab(trained, "provision"), posted)
        assert answer.status_code == 409
        assert "has a provisioned throughput already (requested)" in answer.content.decode()
    assert Throughput.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"units": "0"}, "Model units must be from 1 to 100."),
        ({"units": "two"}, "Model units must be a whole number."),
        ({"units": ""}, "Model units must be a whole number."),
        ({"hours": "169"}, "The lease must be from 1 to 168 hours."),
        ({"hours": "long"}, "The lease must be a whole number of hours"),
        ({"no_end": "yes"}, "Running without an end needs a reason in words."),
        ({"name": "a b"}, "a b"),
    ],
)
def test_wrong_terms_come_back_with_the_reason_and_all_that_was_typed(as_spender, trained, wrong, why):
    typed = {"units": "5", "hours": "9", "name": "tone-prod", "token": TOKEN} | wrong
    for confirmed in ("", "yes"):
        answer = as_spender.post(tab(trained, "provision"), typed | {"confirmed": confirmed})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert why in page
        for name, value in typed.items():
            if name == "no_end":
                assert 'name="no_end" value="yes" checked' in page
            else:
                assert f'name="{name}" value="{value}"' in page
    assert not Throughput.objects.exists()


def test_without_an_end_needs_a_reason_and_keeps_it(as_spender, trained):
    wish = TERMS | {"no_end": "yes", "reason": "the shop never closes"}
    asked = words(as_spender.post(tab(trained, "provision"), wish).content.decode())
    assert "It has no end" in asked
    assert "the shop never closes" in asked
    as_spender.post(tab(trained, "provision"), wish | {"confirmed": "yes"})
    row = Throughput.objects.get()
    assert (row.ends_at, row.no_end_reason) == (None, "the shop never closes")
    assert "the shop never closes" in page_of(as_spender, trained)


@pytest.mark.parametrize("token", ["", "x", "'; DROP", "%00", "\x00", "1" * 300])
def test_a_token_that_is_no_uuid_is_ignored(as_spender, trained, token):
    posted = TERMS | {"token": token, "confirmed": "yes"}
    assert as_spender.post(tab(trained, "provision"), posted).status_code == 302
    assert re.fullmatch(r"[0-9a-f-]{36}", Throughput.objects.get().request_token)


def test_on_demand_is_one_click_and_two_are_the_same(as_spender, trained):
    for _ in range(2):
        assert as_spender.post(tab(trained, "deploy"), {"token": TOKEN}).status_code == 302
    assert Deployment.objects.get().request_token == TOKEN
    refused = as_spender.post(tab(trained, "deploy"), {"name": "kept"})
    assert refused.status_code == 409
    assert "has an on-demand deployment already" in refused.content.decode()


def test_in_service_it_shows_what_runs_and_what_it_costs(as_spender, serving, throughput):
    serving.tick(7 * 3600 - 60)
    page = words(page_of(as_spender, throughput.model))
    for said in ("in service", "$60.50 an hour", "$1,452.00 a day, $44,165.00 a month", "$423.50", "7 h 0 min since",
                 "1 h 0 min left", throughput.arn, throughput.remote_name, "$60.50/h", "$423.50 so far",
                 "usage not read yet", "Ready, not enabled", "In service since"):  # fmt: skip
        assert said in page, said


@pytest.mark.parametrize(("minutes", "tone"), [(60, "notice-warning"), (10, "notice-error")])
def test_a_lease_that_ends_soon_warns_here_and_in_the_top_bar(as_spender, serving, throughput, minutes, tone):
    Throughput.objects.update(ends_at=serving.now + timedelta(minutes=minutes))
    page = page_of(as_spender, throughput.model)
    assert f"The lease ends in {'1 h 0 min' if minutes == 60 else '10 min'}." in page
    assert f'class="notice {tone}"' in page
    assert "money-warns" in page


def shown_end(page: str) -> str:
    return re.search(r'name="ends_at" value="([^"]*)"', page)[1]


def test_a_form_that_is_sent_twice_extends_once(as_spender, serving, throughput):
    """Without JavaScript nothing holds the second press back: it must not buy 8 hours more."""
    url, end = f"/custom/throughputs/{throughput.pk}/extend", throughput.ends_at
    form = {"hours": "8", "ends_at": shown_end(page_of(as_spender, throughput.model))}
    assert as_spender.post(url, form).status_code == 302
    again = as_spender.post(url, form)
    assert again.status_code == 409
    assert "The lease was changed meanwhile, so nothing was done." in again.content.decode()
    throughput.refresh_from_db()
    assert throughput.ends_at == end + timedelta(hours=8)


def test_what_had_no_end_ends_so_many_hours_from_now_and_only_once(as_spender, serving, throughput):
    renting.run_without_end(throughput, reason="in production", actor=None, now=serving.now)
    page = page_of(as_spender, throughput.model)
    assert "End in 8 h" in page
    url, form = f"/custom/throughputs/{throughput.pk}/extend", {"hours": "8", "ends_at": shown_end(page)}
    assert as_spender.post(url, form).status_code == 302
    assert "The lease ends in 8 h: " in page_of(as_spender, throughput.model)
    assert as_spender.post(url, form).status_code == 409
    throughput.refresh_from_db()
    assert throughput.ends_at == serving.now + timedelta(hours=8)


@pytest.mark.parametrize("end", [
    "x", "2026-11-22", "2026-11-22T10:00:00", "\x00", "9" * 300,
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59-14:00",  # moments, but none that has a UTC
])  # fmt: skip
def test_an_end_that_is_no_moment_buys_nothing(as_spender, throughput, end):
    form = {"hours": "8", "ends_at": end}
    answer = as_spender.post(f"/custom/throughputs/{throughput.pk}/extend", form)
    assert answer.status_code == 409
    assert "Load the page again" in answer.content.decode()


def test_a_click_extends_the_lease(as_spender, throughput):
    end = throughput.ends_at
    form = {"hours": "8", "ends_at": shown_end(page_of(as_spender, throughput.model))}
    answer = as_spender.post(f"/custom/throughputs/{throughput.pk}/extend", form)
    assert answer["Location"] == tab(throughput.model)
    said = f"The lease ends 8 h later: {end + timedelta(hours=8):%b %-d, %H:%M} UTC."
    assert said in page_of(as_spender, throughput.model)
    throughput.refresh_from_db()
    assert throughput.ends_at == end + timedelta(hours=8)
    for hours in ("0", "x", "", "9999", "12345"):
        assert (
            as_spender.post(f"/custom/throughputs/{throughput.pk}/extend", {"hours": hours}).status_code
            == 409
        )


def test_taking_the_end_away_is_a_question_with_a_typed_reason(as_spender, throughput):
    url = f"/custom/throughputs/{throughput.pk}/without-end"
    assert "$60.50 an hour, $1,452.00 a day" in as_spender.get(url).content.decode()
    refused = as_spender.post(url, {"reason": " x "})
    assert refused.status_code == 422
    assert 'value=" x "' in refused.content.decode()
    assert as_spender.post(url, {"reason": "in production"}).status_code == 302
    throughput.refresh_from_db()
    assert (throughput.ends_at, throughput.no_end_reason) == (None, "in production")


def test_removing_says_who_calls_it_and_what_stops_being_billed(as_spender, serving, throughput):
    url = f"/custom/throughputs/{throughput.pk}/remove"
    enablement.enable(throughput.model, now=serving.now)
    Throughput.objects.update(last_invoked_at=serving.now, usage_read_at=serving.now)
    asked = words(as_spender.get(url).content.decode())
    for said in ("support-tone is green:", throughput.arn, "Last call seen", "$60.50 an hour stop being billed",
                 "turns red at once", "enabled again"):  # fmt: skip
        assert said in asked, said
    throughput.refresh_from_db()
    assert throughput.state == "in service"  # a link only asks
    assert as_spender.post(url).status_code == 302
    throughput.refresh_from_db()
    throughput.model.refresh_from_db()
    assert (throughput.state, throughput.model.status, throughput.model.enabled) == ("removing", "red", False)
    assert (as_spender.post(url).status_code, as_spender.get(url).status_code) == (409, 409)
    page = page_of(as_spender, throughput.model)
    assert "still being removed" in page
    assert "Provision…" not in page
    refused = as_spender.post(tab(throughput.model, "provision"), TERMS)
    assert refused.status_code == 409
    assert "still being removed" in refused.content.decode()


@pytest.fixture
def both(serving, throughput):
    """A model that a throughput and a deployment serve, enabled: it is called by the throughput's ARN."""
    deployment = renting.deploy(throughput.model, actor=None, now=serving.now)
    serving.tick()
    serving.tick(60)
    deployment.refresh_from_db()
    enablement.enable(throughput.model, now=serving.now)
    throughput.model.refresh_from_db()
    assert (deployment.state, throughput.model.serving_arn) == ("in service", throughput.arn)
    return throughput, deployment


def test_with_both_in_service_removing_one_says_what_remains(as_spender, both):
    throughput, deployment = both
    url = f"/custom/throughputs/{throughput.pk}/remove"
    asked = words(as_spender.get(url).content.decode())
    assert f"The on-demand deployment stays, and the model can be called by it: {deployment.arn}" in asked
    assert "It turns yellow: it must be enabled again." in asked
    assert "red" not in asked.split("Remove the")[1]
    as_spender.post(url)
    model = type(throughput.model).objects.get(pk=throughput.model.pk)
    assert (model.status, model.serving_arn, model.enabled) == ("yellow", deployment.arn, False)


def test_with_both_in_service_removing_the_one_that_is_not_called_changes_nothing(as_spender, both):
    throughput, deployment = both
    url = f"/custom/deployments/{deployment.pk}/remove"
    asked = words(as_spender.get(url).content.decode())
    assert f"The model stays as it is: it is called by the provisioned throughput, {throughput.arn}" in asked
    as_spender.post(url)
    model = type(throughput.model).objects.get(pk=throughput.model.pk)
    assert (model.status, model.serving_arn) == ("green", throughput.arn)


def test_the_lease_warning_says_what_remains(as_spender, serving, both):
    throughput, _ = both
    Throughput.objects.update(ends_at=serving.now + timedelta(minutes=10))
    page = words(page_of(as_spender, throughput.model))
    assert (
        "support-tone is called by its on-demand deployment: with another ARN, so it must be enabled again"
        in page
    )
    assert "turns red" not in page
    Deployment.objects.update(state="removed")
    assert "support-tone turns red." in words(page_of(as_spender, throughput.model))


def test_an_admins_price_for_training_is_no_source_of_an_unknown_unit_hour(as_spender, serving, trained):
    Price.objects.update(unit_hour=None, training_per_1k=Decimal("0.01"), source="our contract")
    page = words(page_of(as_spender, trained))
    assert "The price is unknown." in page
    assert "Price:" not in page
    assert "our contract" not in page


def test_a_reading_that_is_old_is_told_on_the_tab(as_spender, serving, throughput):
    Throughput.objects.update(usage_read_at=serving.now)
    fresh = page_of(as_spender, throughput.model)
    assert "cannot read" not in fresh
    url = re.search(r'hx-get="([^"]*serving/poll[^"]*)"', fresh)[1].replace("&amp;", "&")
    serving.world.wait(5 * 3600)
    for page in (page_of(as_spender, throughput.model), as_spender.get(url).content.decode()):
        assert "Calls: cannot read: not read since" in page


def test_what_was_never_accepted_costs_a_dash_as_on_spend(as_spender, serving, trained):
    serving.control.script_serving("quota")
    renting.provision(trained, units=1, actor=None, now=serving.now)
    serving.tick()
    past = page_of(as_spender, trained).split('id="past"')[1]
    assert "$0.00" not in past


def test_showing_the_cost_without_javascript_keeps_the_secrets_out_of_the_address(as_spender, trained):
    page = page_of(as_spender, trained)
    assert 'formmethod="get"' not in page
    assert f'formaction="{tab(trained, "cost")}"' in page
    shown = as_spender.post(tab(trained, "cost"), TERMS | {"units": "3", "name": "kept"}).content.decode()
    assert "$181.50 an hour" in words(shown)
    assert 'name="name" value="kept"' in shown
    assert f'name="token" value="{TOKEN}"' in shown
    assert not Throughput.objects.exists()
    assert TOKEN not in page_of(as_spender, trained, token=TOKEN, units="3")


def test_a_models_pages_stand_under_models_in_the_navigation(as_spender, throughput):
    for url in (
        tab(throughput.model),
        f"/custom/models/{throughput.model.pk}/configuration/",
        f"/custom/throughputs/{throughput.pk}/remove",
    ):
        current = re.findall(
            r'<a href="([^"]*)" aria-current="page">\s*<svg', as_spender.get(url).content.decode()
        )
        assert current == ["/models/"], url


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "usage was not read yet"),
        ({"usage_trouble": "CloudWatch says AccessDenied."}, "unknown: CloudWatch says AccessDenied."),
        ({"usage_read_at": "now"}, "No call was seen yet"),
        ({"unit_hour": None}, "Its price is unknown"),
    ],
)
def test_removing_says_what_is_not_known_too(as_spender, serving, throughput, columns, said):
    Throughput.objects.update(
        **{name: serving.now if value == "now" else value for name, value in columns.items()}
    )
    assert said in words(as_spender.get(f"/custom/throughputs/{throughput.pk}/remove").content.decode())


def test_a_quota_refusal_is_told_although_something_else_serves_the_model(as_spender, serving, trained):
    renting.deploy(trained, actor=None, now=serving.world.wait(10))
    serving.tick()
    serving.tick(60)
    serving.control.script_serving("quota")
    renting.provision(trained, units=1, actor=None, now=serving.now)
    serving.tick()
    page = page_of(as_spender, trained)
    assert "The platform made no provisioned throughput" in page
    assert 'id="deployment-title"' in page
    later = serving.now + timedelta(days=2)  # then it is old news, while something serves the model
    assert Board(trained, later).refused == []
    assert Throughput.objects.get().ended_because.startswith("refused: ")


def test_who_provisioned_it_stays_when_the_account_is_gone(
    as_spender, spender, as_superuser, serving, trained
):
    renting.provision(trained, units=1, actor=spender, now=serving.now)
    spender.delete()
    assert "by sara" in words(page_of(as_superuser, trained))
    assert "sara" in as_superuser.get("/custom/spend/").content.decode()


def test_a_quota_refusal_is_told_with_a_way_out_and_can_be_tried_again(as_spender, serving, trained):
    serving.control.script_serving("quota")
    renting.provision(trained, units=1, actor=None, now=serving.now)
    serving.tick()
    page = page_of(as_spender, trained)
    assert "The requested model units exceed the quota" in page
    assert "AWS grants model units for custom models only on request" in page
    assert "Nothing was bought." in page
    assert "Provision…" in page


def test_a_failed_throughput_must_be_removed_first(as_spender, serving, trained):
    serving.control.script_serving("fail", after=10, message="No capacity.")
    renting.provision(trained, units=1, actor=None, now=serving.now)
    serving.tick()
    serving.tick(11)
    page = words(page_of(as_spender, trained))
    assert "No capacity." in page
    assert "Remove it, then provision again." in page
    assert "Remove…" in page


def test_what_was_before_is_listed_with_its_cost(as_spender, serving, throughput):
    serving.tick(3600 - 60)
    renting.remove(throughput, actor=None, now=serving.now)
    serving.tick()
    serving.tick(5)
    page = words(page_of(as_spender, throughput.model))
    assert "removed by modelhub" in page
    assert "$60.58" in page or "$60.50" in page
    assert "Nothing rented" in page


def test_with_javascript_the_question_is_a_fragment_and_the_answer_the_tab(as_spender, trained):
    asked = as_spender.post(tab(trained, "provision"), TERMS, headers=HTMX)
    assert b"<html" not in asked.content
    assert 'id="ask-title"' in asked.content.decode()
    done = as_spender.post(tab(trained, "provision"), TERMS | {"confirmed": "yes"}, headers=HTMX)
    assert done["HX-Retarget"] == "#serving"
    assert '<div id="serving">' in done.content.decode()
    assert "is requested" in done.content.decode()
    wrong = as_spender.post(tab(trained, "provision"), TERMS | {"units": "0"}, headers=HTMX)
    assert (wrong.status_code, wrong["HX-Retarget"]) == (422, "#serving")
    assert "from 1 to 100" in wrong.content.decode()


def test_the_poll_is_silent_until_something_changes(as_spender, serving, throughput):
    page = page_of(as_spender, throughput.model)
    url = re.search(r'hx-get="([^"]*serving/poll[^"]*)"', page)[1].replace("&amp;", "&")
    assert as_spender.get(url).status_code == 204
    with CaptureQueriesContext(connection) as queries:
        as_spender.get(url)
    assert len(queries) <= 8  # session, user, permissions twice; model, throughputs, deployments, strangers
    Throughput.objects.update(trouble="Throttled")
    changed = as_spender.get(url).content.decode()
    assert "Throttled" in changed
    assert 'id="money"' in changed
    assert 'id="offer"' not in changed  # nobody's typing is disturbed
    serving.tick(61)
    renting.remove(throughput, actor=None, now=serving.now)
    assert 'id="offer" hx-swap-oob' in as_spender.get(url).content.decode()


def test_the_questions_a_tab_asks_do_not_grow_with_its_past(as_spender, serving, throughput):
    page_of(as_spender, throughput.model)
    with CaptureQueriesContext(connection) as few:
        page_of(as_spender, throughput.model)
    now = serving.now
    Throughput.objects.bulk_create(
        Throughput(model=throughput.model, state="removed", units=1, created_at=now, changed_at=now, name="x")
        for _ in range(40)
    )
    with CaptureQueriesContext(connection) as many:
        page_of(as_spender, throughput.model)
    assert len(many) == len(few)
    assert len(few) <= 20  # two of them are the money clock's


@pytest.mark.parametrize("who", ["viewer", "admin"])
def test_who_may_enable_may_not_spend(who, request, logged_in, serving, throughput, trained):
    """Admins may enable models; money is a permission of its own."""
    client, model = logged_in(request.getfixturevalue(who)), throughput.model
    page = page_of(client, model)
    for button in ("Remove…", "+1 h", "No end…", "Provision…", "Deploy on demand</button>"):
        assert button not in page
    assert ("Enable</button>" in page) == (who == "admin")
    assert "the group “Model spenders” may deploy" in page
    for method, url in (
        ("post", tab(model, "provision")), ("post", tab(model, "deploy")),
        ("get", f"/custom/throughputs/{throughput.pk}/remove"), ("post", f"/custom/throughputs/{throughput.pk}/remove"),
        ("post", f"/custom/throughputs/{throughput.pk}/extend"),
        ("post", f"/custom/throughputs/{throughput.pk}/without-end"),
    ):  # fmt: skip
        refused = getattr(client, method)(url, {"hours": "1", "confirmed": "yes", **TERMS})
        assert refused.status_code == 403
        assert "customization.spend" in refused.content.decode()


def test_who_may_spend_may_not_enable(as_spender, throughput):
    page = page_of(as_spender, throughput.model)
    assert "Remove…" in page
    assert "Enable</button>" not in page
    assert as_spender.post(f"/models/{throughput.model.pk}/enable").status_code == 403


def test_a_model_that_is_not_built_or_no_custom_one_is_told_apart(as_spender, base, trained):
    assert as_spender.get(tab(base)).status_code == 404
    type(trained).objects.filter(pk=trained.pk).update(build="running")
    assert "Nothing to serve" in page_of(as_spender, trained)
    assert as_spender.post(tab(trained, "provision"), TERMS).status_code == 409


def test_the_model_page_leads_to_the_tab(as_spender, trained):
    page = as_spender.get(trained.get_absolute_url()).content.decode()
    assert f'<a href="{tab(trained)}">Provision throughput, or deploy on demand</a>' in page
    assert page.count(f'href="{tab(trained)}"') == 2  # and a tab


def test_the_money_clock_says_nothing_rented_and_is_hidden_from_who_may_not_see_money(
    as_spender, as_viewer, viewer, trained
):
    assert "Nothing rented" in page_of(as_spender, trained)
    group = viewer.groups.get()
    group.permissions.remove(group.permissions.get(codename="view_throughput"))
    assert 'id="money"' not in as_viewer.get("/models/").content.decode()
