"""What one look can't see hides nothing of the rest; and who presses "Look now" waits for a worker, not for Bedrock."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest

from catalog.models import Model
from catalog.platforms.base import PermanentError, PlatformError, TransientError
from customization import discovery
from customization.gateways import bedrock
from customization.gateways import serving as platform
from customization.gateways.door import aws
from customization.models import Found, Price, RadarLook, Throughput
from customization.radar import board as boards
from customization.radar import look, lost, marks, recovery
from customization.radar.board import board, in_words
from customization.radar.costs import unknown_hourly
from customization.tasks import discover as task
from tests.integration.customization.conftest import BASE
from tests.integration.customization.serving import conftest as rented

pytestmark = pytest.mark.django_db
serving, trained, throughput = rented.serving, rented.trained, rented.throughput  # fixtures

POLL = 'hx-select-oob="#found"'
GET = "GetProvisionedModelThroughput"


def names(**which) -> set[str]:
    return set(Found.objects.filter(**which).values_list("name", flat=True))


def look_through(serving) -> None:
    """A look that may end with what went wrong."""
    with suppress(PlatformError):
        discovery.discover(serving.now)


# --- One that can't be asked for hides no other ---------------------------------------------------------------
def test_a_get_that_fails_does_not_hide_a_new_one_that_costs_money(serving, trained):
    serving.control.make_throughput("old", model="support-tone", age_seconds=7200)
    discovery.discover(serving.now)
    serving.control.remove_throughput("old")
    serving.control.make_throughput("new", model="support-tone", age_seconds=60)
    serving.control.fail("error500", platform="bedrock", operation=GET, times=None)
    with pytest.raises(PlatformError):
        discovery.discover(serving.now)
    assert names(state="new") == {"old", "new"}  # that the old one is gone is not proven
    assert RadarLook.objects.get().new == 1
    assert len(serving.world.calls(GET, status=500)) <= 10


def test_a_get_that_fails_for_one_of_ours_that_ended_does_not_hide_a_new_one(serving, throughput):
    Throughput.objects.update(state="removed", billed_until=serving.now, next_check_at=None)
    serving.control.make_throughput("new", model="support-tone", age_seconds=60)
    serving.control.fail("error500", platform="bedrock", operation=GET, times=None)
    with pytest.raises(PlatformError):
        discovery.discover(serving.now)
    assert names() == {"new"}
    serving.control.clear_faults()
    discovery.discover(serving.now)
    assert names() == {"new", throughput.remote_name}


def test_a_platform_that_is_down_is_not_waited_for_again_and_again(serving, trained, monkeypatch):
    for number in range(8):
        serving.control.make_throughput(f"old-{number}", model="support-tone", age_seconds=7200)
    discovery.discover(serving.now)
    for number in range(8):
        serving.control.remove_throughput(f"old-{number}")
    asked = []

    def down(_noun, arn):
        asked.append(arn)
        raise TransientError("No answer.")

    monkeypatch.setattr(platform, "get", down)
    look_through(serving)
    assert len(asked) == look.MOST_LET_DOWNS


def tags_that_fail(monkeypatch, error: PlatformError, *bad: str) -> list[str]:
    real, asked = platform.tags_of, []

    def tags_of(arn):
        name = Found.objects.get(arn=arn).name
        asked.append(name)
        if name in bad:
            raise error
        return real(arn)

    monkeypatch.setattr(platform, "tags_of", tags_of)
    return asked


def test_tags_that_can_never_be_read_keep_no_others_unread(serving, trained, monkeypatch):
    for name in ("bad", "good"):
        serving.control.make_throughput(name, model="support-tone", age_seconds=7200, tags={"a": "b"})
    tags_that_fail(monkeypatch, PermanentError("No such tags."), "bad")
    discovery.discover(serving.now)
    assert names(tags_read_at=None) == {"bad"}
    assert Found.objects.get(name="bad").note.startswith("Its tags can’t be read")


def test_when_nobody_answers_the_others_come_first_at_the_next_look(serving, trained, monkeypatch):
    for number in range(3):
        serving.control.make_throughput(
            f"t-{number}", model="support-tone", age_seconds=7200, tags={"a": "b"}
        )
    asked = tags_that_fail(monkeypatch, TransientError("No answer."), "t-0")
    for _ in range(3):
        discovery.discover(serving.now)
    assert names(tags_read_at=None) == {"t-0"}
    assert asked.count("t-0") <= 3


def test_many_tags_are_read_in_turn_also_when_some_never_answer(serving, trained, monkeypatch):
    monkeypatch.setattr(marks, "MOST_CALLS", 1)
    for name in ("a-bad", "b-good"):
        serving.control.make_throughput(name, model="support-tone", age_seconds=7200, tags={"a": "b"})
    tags_that_fail(monkeypatch, PermanentError("No."), "a-bad")
    for _ in range(2):
        discovery.discover(serving.now)
    assert names(tags_read_at=None) == {"a-bad"}


def ours(serving, kind: str, name: str, **fields) -> None:
    tags = {"modelhub:instance": "modelhub", "modelhub:request": f"token-{name}"}
    getattr(serving.control, f"make_{kind}")(name, tags=tags, **{"age_seconds": 7200, **fields})


def test_what_can_never_be_taken_back_keeps_nothing_of_ours_away(serving, trained, monkeypatch):
    monkeypatch.setattr(recovery, "MOST_TRIES", 1)
    serving.control.make_custom_model("stray", baseModelId=BASE)
    ours(serving, "job", "no-base", baseModelIdentifier="amazon.titan-text-lite-v1:0:4k")
    ours(serving, "throughput", "b-good", model="support-tone")
    ours(serving, "throughput", "a-bad", model="stray", age_seconds=3600)  # the younger one goes first
    for seconds in (0, 300, 300):
        serving.world.wait(seconds)
        discovery.discover(serving.now)
    assert Throughput.objects.get().remote_name == "b-good"
    assert "can’t be adopted by itself" in Found.objects.get(name="a-bad").note


def test_models_that_are_there_after_all_do_not_hide_those_that_are_gone(serving, base, monkeypatch):
    monkeypatch.setattr(lost, "MOST_GETS", 1)
    models = [rented.a_trained_model(serving.control, base, f"tone-{number}") for number in range(3)]
    serving.world.wait(700)
    serving.control.fail("empty_list", platform="bedrock", operation="ListCustomModels", times=None)
    serving.control.remove_custom_model("tone-2")
    for _ in range(60):
        discovery.discover(serving.now)
        if not Model.objects.get(pk=models[2].pk).listed:
            break
    assert set(Model.objects.filter(kind="custom", listed=True)) == set(models[:2])


def test_a_model_that_can_not_be_asked_for_does_not_hide_one_that_is_gone(serving, base, monkeypatch):
    models = [rented.a_trained_model(serving.control, base, f"tone-{number}") for number in range(2)]
    serving.world.wait(700)
    real = bedrock.get_model

    def get_model(arn):
        if arn == models[0].arn:
            raise PermanentError("It is odd.")
        return real(arn)

    monkeypatch.setattr(bedrock, "get_model", get_model)
    for model in models:
        serving.control.remove_custom_model(model.name)
    with pytest.raises(PermanentError):
        discovery.discover(serving.now)
    assert list(Model.objects.filter(kind="custom", listed=True)) == [models[0]]


# --- "Look now" -----------------------------------------------------------------------------------------------
@pytest.fixture
def sent(monkeypatch) -> list[dict]:
    calls: list[dict] = []
    monkeypatch.setattr(task, "apply_async", lambda **options: calls.append(options))
    return calls


def press(client, capture):
    with capture(execute=True):
        return client.post("/custom/found/look", follow=True).content.decode()


def test_looking_is_the_workers_business_and_the_page_says_that_it_goes_on(
    serving, trained, as_admin, sent, django_capture_on_commit_callbacks
):
    serving.control.clear_ledger()
    page = press(as_admin, django_capture_on_commit_callbacks)
    assert "is being looked at" in page
    assert POLL in page
    assert (len(sent), serving.control.ledger()) == (1, [])
    press(as_admin, django_capture_on_commit_callbacks)
    assert len(sent) == 1  # one is under way: a second press sends no second
    task()
    page = as_admin.get("/custom/found/").content.decode()
    assert POLL not in page
    assert "nothing new" in page


def test_a_look_whose_nudge_was_lost_is_not_waited_for_for_ever(
    serving, as_admin, sent, django_capture_on_commit_callbacks
):
    press(as_admin, django_capture_on_commit_callbacks)
    RadarLook.objects.update(asked_at=RadarLook.objects.get().asked_at - timedelta(minutes=11))
    assert POLL not in as_admin.get("/custom/found/").content.decode()
    press(as_admin, django_capture_on_commit_callbacks)
    assert len(sent) == 2


@pytest.mark.parametrize(("fault", "way_out"), [
    ("error500", "looks again by itself within five minutes"), ("denied", "manage.py doctor"),
])  # fmt: skip
def test_what_could_not_be_seen_stands_on_the_page_in_fitting_words(
    serving, trained, as_viewer, fault, way_out
):
    operation = "ListProvisionedModelThroughputs"
    serving.control.fail(fault, platform="bedrock", operation=operation, times=None)
    task()
    page = as_viewer.get("/custom/found/").content.decode()
    assert "did not see everything" in page
    assert way_out in page
    assert "sync again" not in page
    serving.control.clear_faults()
    task()
    assert "did not see everything" not in as_viewer.get("/custom/found/").content.decode()


def test_a_look_that_began_earlier_says_nothing_of_a_later_one(serving, trained):
    discovery.discover(serving.now)
    serving.control.fail("error500", platform="bedrock", operation="ListCustomModels", times=None)
    with pytest.raises(PlatformError):
        discovery.discover(serving.now - timedelta(minutes=3))
    assert (RadarLook.objects.get().checked_at, RadarLook.objects.get().trouble) == (serving.now, "")


# --- Bought for a term ----------------------------------------------------------------------------------------
@pytest.fixture
def committed(serving, trained) -> Found:
    aws.client("bedrock").create_provisioned_model_throughput(
        provisionedModelName="for-months", modelId=trained.arn, modelUnits=1, commitmentDuration="SixMonths"
    )
    serving.world.wait(3600)
    discovery.discover(serving.now)
    return Found.objects.get()


def test_one_bought_for_a_term_has_a_price_that_is_not_known(serving, committed, as_viewer):
    until = committed.committed_until
    assert (committed.commitment, until > serving.now + timedelta(days=150)) == ("SixMonths", True)
    (line,) = board(serving.now).groups[0].lines
    assert (line.cost.hourly, line.cost.why_unknown) == (None, f"committed: 6 months until {until:%Y-%m-%d}")
    assert in_words(unknown_hourly(serving.now)).endswith("the price is unknown")
    assert f"(committed: 6 months until {until:%Y-%m-%d})" in as_viewer.get("/custom/found/").content.decode()


def test_one_bought_for_a_term_is_not_adopted_and_can_be_called_foreign(serving, committed):
    (line,) = board(serving.now).groups[0].lines
    with pytest.raises(discovery.Refused, match=r"committed .*refuses to delete it"):
        discovery.adopt(committed, actor=None, now=serving.now)
    assert line.obstacle.startswith("It is committed (6 months until ")
    assert not Throughput.objects.exists()
    discovery.mark_foreign(committed, actor=None, now=serving.now)
    assert unknown_hourly(serving.now).running == 0


def test_once_its_term_is_over_it_is_adopted_at_a_price_that_is_not_known(serving, committed):
    serving.world.wait(200 * 86400)
    discovery.adopt(committed, actor=None, now=serving.now)
    assert (Throughput.objects.get().unit_hour, Throughput.objects.get().price_source) == (None, "")


def test_a_known_stranger_learns_of_its_term(serving, committed):
    Found.objects.update(commitment="", committed_until=None)
    discovery.discover(serving.now)
    assert Found.objects.get().commitment == "SixMonths"


# --- Money and counts -----------------------------------------------------------------------------------------
def test_an_adopted_one_names_the_source_of_its_own_price_however_long_the_others_are(serving, trained):
    for origin, source in (("platform", "p" * 300), ("bundled", "b" * 300)):
        Price.objects.create(
            base_prefix=BASE, region="us-east-1", origin=origin, source=source, as_of=serving.now.date(),
            storage_per_month=Decimal("1.95") if origin == "platform" else None, training_per_1k=Decimal("0.01"),
        )  # fmt: skip
    serving.control.make_throughput("theirs", model="support-tone", age_seconds=60)
    discovery.discover(serving.now)
    discovery.adopt(Found.objects.get(), actor=None, now=serving.now)
    source = Throughput.objects.get().price_source
    assert source == f"set by an admin: test, {serving.now:%Y-%m-%d}"


@pytest.mark.parametrize(("known", "shown"), [("1.95", "$1.95"), (None, "unknown")])
def test_a_model_is_shown_with_what_storing_it_costs(serving, base, as_viewer, known, shown):
    Price.objects.filter(base_prefix=BASE).update(storage_per_month=known)
    serving.control.make_custom_model("by-hand", baseModelId=BASE)
    serving.world.wait(10)
    discovery.discover(serving.now)
    (line,) = board(serving.now).groups[0].lines
    assert line.cost.monthly_words == shown
    page = as_viewer.get("/custom/found/").content.decode()
    assert ("a month</td>" in page) == (known is not None)


def test_all_are_counted_also_those_that_are_not_shown(serving, base, as_viewer, monkeypatch):
    monkeypatch.setattr(boards, "MOST_SHOWN", 2)
    for number in range(3):
        Found.objects.create(noun="job", arn=f"arn:{number}", name=f"gone-{number}", state="gone",
                             first_seen_at=serving.now)  # fmt: skip
        rented.a_trained_model(serving.control, base, f"lost-{number}")
    Model.objects.filter(kind="custom").update(listed=False)
    all_of_it = board(serving.now)
    assert (all_of_it.gone_count, all_of_it.gone_rest, len(all_of_it.gone)) == (3, 1, 2)
    assert (all_of_it.lost_count, all_of_it.lost_rest, len(all_of_it.lost_models)) == (3, 1, 2)
    page = as_viewer.get("/custom/found/").content.decode()
    assert "3 more that were never ours" in page
    assert page.count("And 1 more; the newest are shown.") == 2
