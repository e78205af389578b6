"""Throughputs and deployments that modelhub does not know, with their cost; and models that the platform lost."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Group

from catalog.models import Event, Model
from catalog.platforms.base import PlatformError
from customization import discovery
from customization.capacity.states import Noun
from customization.models import CustomizationJob, Deployment, Found, Throughput
from customization.radar import marks
from customization.radar.board import board, in_words
from customization.radar.costs import base_in, unknown_hourly
from customization.serving import renting
from tests.integration.customization.conftest import BASE, BASE_ARN
from tests.integration.customization.serving import conftest as rented

pytestmark = pytest.mark.django_db
serving, trained, throughput = rented.serving, rented.trained, rented.throughput  # fixtures

KINDS = ("throughput", "deployment")


def make(serving, kind: str, name: str = "theirs", **fields):
    return getattr(serving.control, f"make_{kind}")(
        name, **{"model": "support-tone", "age_seconds": 7200, **fields}
    )


def adopt(serving, **which) -> Model:
    return discovery.adopt(Found.objects.get(**which), actor=None, now=serving.now)


def actions(model: Model) -> list[str]:
    return list(Event.objects.filter(model=model).order_by("id").values_list("action", flat=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_stranger_that_serves_is_noted_once_with_what_is_known(serving, trained, kind):
    make(serving, kind)
    assert discovery.discover(serving.now) == 1
    assert discovery.discover(serving.now) == 0
    found = Found.objects.get()
    assert (found.noun, found.name, found.state, found.model_arn) == (kind, "theirs", "new", trained.arn)
    assert found.created_upstream_at == serving.now - timedelta(hours=2)
    assert found.units == (1 if kind == "throughput" else None)


@pytest.mark.parametrize("kind", KINDS)
def test_what_we_rented_ourselves_is_no_stranger(serving, trained, kind):
    rent = renting.deploy if kind == "deployment" else lambda *a, **k: renting.provision(*a, units=1, **k)
    rent(trained, actor=None, now=serving.now)
    for seconds in (0, 5, 30, 60):
        serving.tick(seconds)
        assert discovery.discover(serving.now) == 0
    assert not Found.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_one_whose_create_was_not_answered_is_no_stranger(serving, trained, kind):
    """It is on the platform, and the row has no ARN yet."""
    operation = {
        "throughput": "CreateProvisionedModelThroughput",
        "deployment": "CreateCustomModelDeployment",
    }[kind]
    serving.control.fail("closed", platform="bedrock", operation=operation, applied=True)
    if kind == "throughput":
        renting.provision(trained, units=1, actor=None, now=serving.now)
    else:
        renting.deploy(trained, actor=None, now=serving.now)
    serving.tick()
    assert discovery.discover(serving.now) == 0
    assert discovery.discover(serving.world.wait(3)) == 0
    assert not Found.objects.exists()
    serving.tick(60)
    assert discovery.discover(serving.now) == 0


def test_a_throughput_is_shown_with_what_it_costs(serving, trained):
    make(serving, "throughput", units=2)
    discovery.discover(serving.now)
    (line,) = board(serving.now).groups[0].lines
    assert (line.cost.hourly, line.cost.so_far, line.model) == (Decimal("121.00"), Decimal("242.00"), trained)
    burn = unknown_hourly(serving.now)
    assert (burn.running, burn.hourly, burn.unpriced) == (1, Decimal("121.00"), 0)
    assert in_words(burn) == "1 unknown throughput costs $121.00 an hour"


def test_an_unknown_price_is_unknown_and_stands_first(serving, trained):
    serving.control.make_custom_model("odd", baseModelId="meta.llama3-1-8b-instruct-v1:0:128k")
    make(serving, "throughput", "priced")
    make(serving, "throughput", "odd-one", model="odd", units=3)
    discovery.discover(serving.now)
    Found.objects.filter(name="odd-one").update(
        model_arn="arn:aws:bedrock:us-east-1:1:custom-model/who.knows/x"
    )
    lines = board(serving.now).groups[0].lines
    assert [(line.found.name, line.cost.hourly_words) for line in lines] == [
        ("odd-one", "unknown"),
        ("priced", "$60.50"),
    ]
    words = in_words(unknown_hourly(serving.now))
    assert words == "2 unknown throughputs cost $60.50 an hour at least: the price of 1 is unknown"
    Found.objects.filter(name="priced").delete()
    assert (
        in_words(unknown_hourly(serving.now))
        == "1 unknown throughput costs money every hour; the price is unknown"
    )
    Found.objects.all().delete()
    assert in_words(unknown_hourly(serving.now)) == ""


@pytest.mark.parametrize(("arn", "base"), [
    (BASE_ARN, BASE),
    (f"arn:aws:bedrock:us-east-1:123456789012:custom-model/{BASE}/abc", BASE),
    ("arn:aws:bedrock:us-east-1:123456789012:imported-model/abc", ""),
    ("", ""),
])  # fmt: skip
def test_the_base_model_is_read_from_the_arn(arn, base):
    assert base_in(arn) == base


def test_an_adopted_throughput_is_like_one_rented_here_with_an_end(serving, trained, admin):
    serving.control.make_throughput("theirs", model="support-tone", age_seconds=7200, units=2)
    discovery.discover(serving.now)
    model = discovery.adopt(Found.objects.get(), actor=admin, now=serving.now)
    row = Throughput.objects.get()
    assert (row.adopted, row.state, row.units, row.unit_hour) == (True, "in service", 2, Decimal("60.50"))
    assert (row.billed_from, row.ends_at) == (
        serving.now - timedelta(hours=2),
        serving.now + timedelta(hours=8),
    )
    assert (row.remote_name, row.arn) == ("theirs", serving.control.throughputs()[0]["provisionedModelArn"])
    assert row.cost(serving.now) == Decimal("242.00")
    assert (model.status, model.serving_arn) == ("yellow", row.arn)
    assert actions(model)[-1] == "throughput adopted"
    assert Event.objects.filter(model=model).latest("id").actor == admin
    assert Found.objects.get().state == "adopted"
    assert discovery.discover(serving.now) == 0
    assert unknown_hourly(serving.now).running == 0
    for _ in range(3):
        serving.tick(3 * 3600)
    for _ in range(3):
        serving.tick(10)
    row.refresh_from_db()
    assert (row.state, row.ended_because) == ("removed", "its lease ended")
    assert serving.control.throughputs() == []
    assert discovery.discover(serving.now) == 0


def test_an_adopted_deployment_serves_its_model_and_can_be_removed(serving, trained):
    make(serving, "deployment")
    discovery.discover(serving.now)
    assert adopt(serving).status == "yellow"
    row = Deployment.objects.get()
    renting.remove(row, actor=None, now=serving.now)
    for _ in range(3):
        serving.tick(10)
    row.refresh_from_db()
    assert (row.state, serving.control.deployments()) == ("removed", [])


@pytest.mark.parametrize(
    ("status", "state", "colour"), [("Creating", "creating", "red"), ("Failed", "failed", "red")]
)
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_adopted_in_the_state_that_the_platform_shows(serving, trained, kind, status, state, colour):
    make(serving, kind, status=status)
    discovery.discover(serving.now)
    model = adopt(serving)
    row = (Throughput if kind == "throughput" else Deployment).objects.get()
    assert (row.state, model.status) == (state, colour)
    assert (row.failed_at is not None) == (state == "failed")


@pytest.mark.parametrize("kind", KINDS)
def test_without_its_model_here_it_is_refused_and_comes_after_it(serving, base, kind):
    serving.control.make_custom_model("by-hand", baseModelId=BASE)
    serving.world.wait(10)
    make(serving, kind, model="by-hand")
    discovery.discover(serving.now)
    with pytest.raises(discovery.Refused, match="is not in the list: adopt that first"):
        adopt(serving, noun=kind)
    adopt(serving, noun="model")
    assert adopt(serving, noun=kind).status == "yellow"


def test_a_second_one_of_a_model_is_refused(serving, throughput):
    make(serving, "throughput")
    discovery.discover(serving.now)
    with pytest.raises(discovery.Refused, match="has a provisioned throughput already"):
        adopt(serving)
    assert Throughput.objects.count() == 1
    assert unknown_hourly(serving.now).hourly == Decimal("60.50")


def test_one_of_a_base_model_can_only_be_called_foreign_and_still_shows_its_cost(serving, base):
    serving.control.make_throughput("on-base", model=BASE, units=1)
    discovery.discover(serving.now)
    with pytest.raises(discovery.Refused, match="serves a base model"):
        adopt(serving)
    (line,) = board(serving.now).groups[0].lines
    assert (line.cost.hourly, line.base_id, line.model) == (Decimal("60.50"), BASE, base)
    assert "base model" in line.obstacle
    discovery.mark_foreign(Found.objects.get(), actor=None, now=serving.now)
    assert unknown_hourly(serving.now).running == 0
    assert board(serving.now).groups[0].lines[0].cost.hourly == Decimal("60.50")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_gone_meanwhile_is_not_adopted(serving, trained, kind):
    make(serving, kind)
    discovery.discover(serving.now)
    getattr(serving.control, f"remove_{kind}")("theirs")
    with pytest.raises(discovery.Refused, match="not on the platform any more"):
        adopt(serving)
    discovery.discover(serving.now)
    assert Found.objects.get().state == "gone"
    assert [found.name for found in board(serving.now).gone] == ["theirs"]


def test_two_clicks_adopt_once(serving, trained):
    make(serving, "throughput")
    discovery.discover(serving.now)
    first, second = Found.objects.get(), Found.objects.get()
    discovery.adopt(first, actor=None, now=serving.now)
    with pytest.raises(discovery.Refused):
        discovery.adopt(second, actor=None, now=serving.now)
    assert Throughput.objects.count() == 1


def test_a_model_that_is_deleted_here_takes_nothing_in(serving, trained):
    make(serving, "throughput")
    discovery.discover(serving.now)
    Model.objects.filter(pk=trained.pk).update(archived_at=serving.now, listed=False, build="deleted")
    with pytest.raises(discovery.Refused, match="deleted here"):
        adopt(serving)


@pytest.mark.parametrize("fault", ["error500", "html200", "empty200", "expired", "cut200", "closed"])
def test_a_list_that_fails_calls_nothing_gone_and_hides_nothing_of_the_others(serving, trained, fault):
    make(serving, "throughput")
    make(serving, "deployment")
    discovery.discover(serving.now)
    serving.control.remove_throughput("theirs")
    make(serving, "deployment", "another")
    serving.control.make_job("from-the-console")
    serving.control.fail(fault, platform="bedrock", operation="ListProvisionedModelThroughputs", times=None)
    with pytest.raises(PlatformError):
        discovery.discover(serving.now)
    states = set(Found.objects.values_list("noun", "name", "state"))
    assert states == {("throughput", "theirs", "new"), ("deployment", "theirs", "new"),
                      ("deployment", "another", "new"), ("job", "from-the-console", "new")}  # fmt: skip


def test_an_empty_list_alone_does_not_hide_what_costs_money(serving, trained):
    make(serving, "throughput")
    discovery.discover(serving.now)
    operation = "ListProvisionedModelThroughputs"
    serving.control.fail("empty_list", platform="bedrock", operation=operation, times=None)
    discovery.discover(serving.now)
    assert Found.objects.get().state == "new"


def test_one_that_was_removed_and_still_shows_in_a_list_that_lags_is_no_stranger(serving, throughput):
    serving.control.switch(list_lag_seconds=0)
    renting.remove(throughput, actor=None, now=serving.now)
    for _ in range(3):
        serving.tick(10)
    throughput.refresh_from_db()
    assert throughput.state == "removed"
    serving.control.switch(list_lag_seconds=600)
    discovery.discover(serving.now)
    assert not Found.objects.filter(noun="throughput").exists()


def believed_removed(serving, throughput) -> Found:
    """Our row is closed, and the platform has it all the same."""
    Throughput.objects.filter(pk=throughput.pk).update(
        state="removed", billed_until=serving.now, ended_because="x", next_check_at=None
    )
    discovery.discover(serving.now)
    return Found.objects.get()


def test_one_that_modelhub_believed_removed_is_shown_with_a_strong_word_and_not_adopted_by_itself(
    serving, throughput
):
    found = believed_removed(serving, throughput)
    assert (found.state, found.instance, found.token) == ("new", "modelhub", throughput.request_token)
    assert "believed this was removed" in found.note
    assert discovery.discover(serving.now) == 0
    assert Throughput.objects.get().state == "removed"
    assert unknown_hourly(serving.now).hourly == Decimal("60.50")


def test_one_that_modelhub_believed_removed_can_be_taken_back(serving, throughput):
    found = believed_removed(serving, throughput)
    model = discovery.adopt(found, actor=None, now=serving.now)
    row = Throughput.objects.get()
    assert (row.pk, row.state, row.billed_until, row.ended_because) == (throughput.pk, "in service", None, "")
    assert row.request_token == throughput.request_token
    assert actions(model)[-1] == "found again"
    assert discovery.discover(serving.now) == 0


def test_one_that_was_adopted_and_whose_row_is_lost_is_told_again(serving, trained):
    make(serving, "throughput")
    discovery.discover(serving.now)
    adopt(serving)
    Throughput.objects.all()._raw_delete("default")
    discovery.discover(serving.now)
    assert Found.objects.get().state == "new"


# --- Tags -----------------------------------------------------------------------------------------------------
def test_tags_are_read_once_for_each_new_arn(serving, trained):
    make(serving, "throughput", tags={"modelhub:instance": "elsewhere", "modelhub:request": "t-1"})
    for _ in range(3):
        discovery.discover(serving.now)
    found = Found.objects.get()
    assert (found.instance, found.token, found.tags_read_at) == ("elsewhere", "t-1", serving.now)
    assert len(serving.world.calls("ListTagsForResource")) == 1
    assert not Throughput.objects.exists()  # another installation's


def test_what_names_no_installation_is_asked_once_more_and_then_never_again(serving, trained):
    """A list that was cut looks like a resource without tags; a call an hour for each for ever would be too many."""
    make(serving, "throughput", tags={"team": "search"})
    make(serving, "deployment", tags={"modelhub:instance": "elsewhere", "modelhub:request": "t-1"})
    asked = []
    for _ in range(4):
        discovery.discover(serving.now)
        asked.append(len(serving.world.calls("ListTagsForResource")))
        serving.world.wait(3601)
    assert asked == [2, 3, 3, 3]


def test_so_many_a_look_and_what_costs_money_first(serving, trained, monkeypatch):
    monkeypatch.setattr(marks, "MOST_CALLS", 1)
    for number in range(2):
        serving.control.make_job(f"job-{number}", age_seconds=3600)
    make(serving, "throughput", tags={"a": "b"})
    for read in (1, 2, 3, 3):
        discovery.discover(serving.now)
        assert Found.objects.exclude(tags_read_at=None).count() == read
        assert Found.objects.get(noun="throughput").tags_read_at


def test_a_fresh_one_without_tags_is_asked_again(serving, trained):
    make(serving, "throughput", age_seconds=5)
    discovery.discover(serving.now)
    assert Found.objects.get().tags_read_at is None
    discovery.discover(serving.world.wait(700))
    assert Found.objects.get().tags_read_at


def test_tags_that_cannot_be_read_are_told_and_read_later(serving, trained):
    make(serving, "throughput")
    serving.control.fail("denied", platform="bedrock", operation="ListTagsForResource")
    discovery.discover(serving.now)
    assert Found.objects.get().note.startswith("Its tags can’t be read")
    discovery.discover(serving.now)
    found = Found.objects.get()
    assert (found.note, found.tags_read_at) == ("", serving.now)


# --- Models that vanish ---------------------------------------------------------------------------------------
def test_a_model_that_is_removed_outside_is_red_and_comes_back(serving, trained):
    arn = trained.arn
    serving.world.wait(700)
    discovery.discover(serving.now)
    serving.control.remove_custom_model("support-tone")
    discovery.discover(serving.now)
    trained.refresh_from_db()
    assert (trained.listed, trained.status, trained.build, trained.arn) == (False, "red", "built", arn)
    assert "removed outside modelhub" in trained.explained.reason
    assert actions(trained)[-1] == "removed outside modelhub"
    with pytest.raises(renting.Refused, match="gone from the platform"):
        renting.provision(trained, units=1, actor=None, now=serving.now)
    discovery.discover(serving.now)
    assert actions(trained).count("removed outside modelhub") == 1
    assert board(serving.now).lost_models == [trained]
    back = serving.control.make_custom_model("support-tone", baseModelId=BASE)
    Model.objects.filter(pk=trained.pk).update(arn=back["modelArn"])
    discovery.discover(serving.now)
    trained.refresh_from_db()
    assert (trained.listed, actions(trained)[-1]) == (True, "found again")


def test_a_list_without_the_model_is_not_enough(serving, trained):
    serving.world.wait(700)
    serving.control.fail("empty_list", platform="bedrock", operation="ListCustomModels", times=None)
    discovery.discover(serving.now)
    trained.refresh_from_db()
    assert trained.listed


@pytest.mark.parametrize("operation", ["ListCustomModels", "GetCustomModel"])
def test_a_call_that_fails_loses_no_model(serving, trained, operation):
    serving.world.wait(700)
    serving.control.remove_custom_model("support-tone")
    serving.control.fail("error500", platform="bedrock", operation=operation, times=None)
    with pytest.raises(PlatformError):
        discovery.discover(serving.now)
    trained.refresh_from_db()
    assert trained.listed


def test_another_accounts_not_found_proves_nothing(serving, trained):
    serving.world.wait(700)
    arn = trained.arn.replace("123456789012", "999999999999")
    Model.objects.filter(pk=trained.pk).update(arn=arn)
    discovery.discover(serving.now)
    trained.refresh_from_db()
    assert trained.listed


def test_a_model_that_was_just_made_is_given_time_to_show(serving, trained):
    serving.control.remove_custom_model("support-tone")
    discovery.discover(serving.now)
    trained.refresh_from_db()
    assert trained.listed


# --- Not ours, and the way back -------------------------------------------------------------------------------
def clicked(client, verb: str) -> str:
    return client.post(f"/custom/found/{Found.objects.get().pk}/{verb}", follow=True).content.decode()


def test_who_calls_a_running_bill_not_ours_stands_beside_it(serving, trained, admin, as_admin, as_viewer):
    make(serving, "throughput")
    discovery.discover(serving.now)
    clicked(as_admin, "foreign")
    found = Found.objects.get()
    assert (found.state, found.marked_by_name) == ("foreign", admin.username)
    assert found.marked_at
    assert unknown_hourly(serving.now).running == 0
    assert f"says {admin.username}, <time" in as_viewer.get("/custom/found/").content.decode()
    admin.delete()
    assert f"says {admin.username}, <time" in as_viewer.get("/custom/found/").content.decode()


def test_what_was_called_not_ours_can_be_looked_at_again(serving, trained, admin, as_admin, as_viewer):
    make(serving, "throughput")
    discovery.discover(serving.now)
    assert "Look again</button>" not in as_admin.get("/custom/found/").content.decode()
    assert "Look again</button>" in clicked(as_admin, "foreign")
    assert "Look again</button>" not in as_viewer.get("/custom/found/").content.decode()
    page = clicked(as_admin, "again")
    assert (Found.objects.get().state, unknown_hourly(serving.now).running) == ("new", 1)
    assert "waits for a decision again" in page
    assert f"taken up again by {admin.username}, <time" in page


def test_a_mark_is_for_what_is_still_as_it_was_seen(serving, trained, admin):
    make(serving, "throughput")
    discovery.discover(serving.now)
    found = Found.objects.get()
    assert not discovery.look_again(found, actor=admin, now=serving.now)
    adopt(serving)
    assert not discovery.mark_foreign(found, actor=admin, now=serving.now)
    found.refresh_from_db()
    assert (found.state, found.marked_by_name, found.marked_at) == ("adopted", "", None)


def test_who_said_so_is_forgotten_when_it_must_be_said_again(serving, trained, admin):
    make(serving, "throughput")
    discovery.discover(serving.now)
    discovery.mark_foreign(Found.objects.get(), actor=admin, now=serving.now)
    Found.objects.update(state="gone")
    discovery.discover(serving.now)
    found = Found.objects.get()
    assert (found.state, found.marked_by_name, found.marked_at) == ("new", "", None)


# --- The page -------------------------------------------------------------------------------------------------
def test_the_page_shows_money_first_and_what_to_do(
    serving, trained, as_admin, as_viewer, django_assert_max_num_queries
):
    make(serving, "throughput", units=2)
    make(serving, "deployment")
    serving.control.make_job("from-the-console")
    serving.control.make_throughput("on-base", model=BASE)
    discovery.discover(serving.now)
    with django_assert_max_num_queries(40):
        page = as_admin.get("/custom/found/").content.decode()
    order = [
        page.index(text)
        for text in ("Provisioned throughputs", "On-demand deployments", "Customization jobs")
    ]
    assert order == sorted(order)
    assert "2 unknown throughputs cost $181.50 an hour" in page
    assert "$121.00" in page
    assert "modelhub rents for custom models only" in page
    assert "$181.50 an hour" in as_viewer.get("/custom/spend/").content.decode()
    assert "/adopt" not in as_viewer.get("/custom/found/").content.decode()


@pytest.fixture
def as_both(admin, logged_in):
    """An admin who may spend, too."""
    admin.groups.add(Group.objects.get(name="Model spenders"))
    return logged_in(admin)


def adopts(client, **terms):
    return client.post(f"/custom/found/{Found.objects.get().pk}/adopt", {"confirmed": "yes", **terms})


def test_adopting_a_throughput_asks_first_and_says_what_its_end_means(serving, trained, as_both):
    make(serving, "throughput", units=2)
    discovery.discover(serving.now)
    address = f"/custom/found/{Found.objects.get().pk}/adopt"
    for answer in (as_both.get(address), as_both.post(address)):
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "$121.00" in page
        assert "modelhub deletes it on AWS" in page
    assert not Throughput.objects.exists()


@pytest.mark.parametrize(
    ("terms", "hours", "reason"),
    [({"hours": "8"}, 8, ""), ({"hours": "100"}, 100, ""), ({"no_end": "yes", "reason": "serves the shop"}, None,
     "serves the shop")],
)  # fmt: skip
def test_whoever_adopts_a_throughput_chooses_its_end(serving, trained, as_both, terms, hours, reason):
    make(serving, "throughput")
    discovery.discover(serving.now)
    with time_machine.travel(serving.now, tick=False):
        answer = adopts(as_both, **terms)
    assert answer["Location"] == f"/custom/models/{trained.pk}/serving/"
    row = Throughput.objects.get()
    assert row.adopted
    assert row.ends_at == (serving.now + timedelta(hours=hours) if hours else None)
    assert row.no_end_reason == reason


@pytest.mark.parametrize(
    ("terms", "why"),
    [({"hours": "0"}, "from 1 to 168"), ({"hours": "many"}, "whole number"), ({"no_end": "yes"}, "needs a reason")],
)  # fmt: skip
def test_wrong_terms_adopt_nothing_and_stay_typed(serving, trained, as_both, terms, why):
    make(serving, "throughput")
    discovery.discover(serving.now)
    answer = adopts(as_both, **terms)
    assert (answer.status_code, why in answer.content.decode()) == (422, True)
    assert not Throughput.objects.exists()


def test_who_may_not_spend_is_told_so_instead_of_starting_what_only_others_can_stop(
    serving, trained, as_admin
):
    make(serving, "throughput")
    discovery.discover(serving.now)
    assert "only members of the group “Model spenders” may" in as_admin.get("/custom/found/").content.decode()
    assert adopts(as_admin, hours="8").status_code == 403


def test_a_refusal_on_the_page_says_why(serving, throughput, as_both):
    make(serving, "throughput")
    discovery.discover(serving.now)
    answer = adopts(as_both)
    assert (answer.status_code, "already" in answer.content.decode()) == (409, True)


def test_what_vanished_is_on_the_page(serving, throughput, as_viewer):
    serving.control.remove_throughput(throughput.remote_name)
    for _ in range(4):
        serving.tick(70)
    assert Throughput.objects.get().ended_because == "removed outside modelhub"
    assert [row.pk for row in board(serving.now).lost_serving] == [throughput.pk]
    Throughput.objects.update(
        changed_at=serving.now + timedelta(days=3650)
    )  # the page's clock is the real one
    assert "Removed outside modelhub" in as_viewer.get("/custom/found/").content.decode()


def test_every_noun_that_serves_is_looked_for():
    assert {noun.value for noun in Noun} <= set(Found.Noun.values)
    assert not CustomizationJob.objects.exists()
