"""The worker dies at every named moment, and every answer gets lost, under every habit a platform may have.

Afterwards two looks bring it all together.
"""

from datetime import timedelta

import pytest

from catalog import killpoints
from customization.capacity.states import Noun
from customization.deletion import request_deletion
from customization.models import TABLES, Deletion, ServingResource
from customization.serving import renting
from tests.integration.customization.serving.verdict import story, there, verdict

pytestmark = pytest.mark.django_db

LAG = 120.0
CLAIM = 91
HABITS = {
    "as documented": {},
    "a repeated token answers an empty body": {"token_repeat": "empty"},
    "Get does not find it for a while": {"get_lag_seconds": LAG},
    "lists lag": {"list_lag_seconds": LAG},
    "both lag": {"get_lag_seconds": LAG, "list_lag_seconds": LAG},
    "both lag, empty body": {"get_lag_seconds": LAG, "list_lag_seconds": LAG, "token_repeat": "empty"},
    "two may have one name": {"throughput_name_clash": "accepted"},
    "nothing is removed while it is Creating": {"throughput_delete_creating": "conflict"},
    "a Failed one is not billed": {"failed_throughput_billed": False},
    "billed from its service on": {"billing_from": "in_service"},
    "a served model is not deleted": {"model_delete_with_throughput": "conflict"},
    "a model goes slowly": {"model_deleting_seconds": 60.0},
    "everything at once": {
        "get_lag_seconds": LAG,
        "list_lag_seconds": LAG,
        "token_repeat": "empty",
        "token_mismatch": "ignored",
        "throughput_name_clash": "accepted",
        "throughput_delete_creating": "conflict",
        "failed_throughput_billed": False,
        "billing_from": "in_service",
        "model_delete_with_throughput": "conflict",
    },
}
MAKING = (
    "intent_written",
    "intent_committed",
    "claimed",
    "before_send",
    "accepted",
    "before_commit",
    "committed",
)
REMOVING = (
    *("intent_written", "intent_committed", "claimed", "before_delete", "delete_accepted"),
    *("before_commit", "committed"),
)
LOST_ANSWERS = (
    *("closed", "timeout", "html200", "empty200", "cut200", "lacking_key", "error500", "html503", "throttle"),
)
WORDS = {Noun.THROUGHPUT: "ProvisionedModelThroughput", Noun.DEPLOYMENT: "CustomModelDeployment"}
EVERYWHERE = ("as documented", "everything at once")
# What a throughput alone has: a name of its own kind, and a bill by the hour.
OF_THROUGHPUTS = ("two may have one name", "a Failed one is not billed", "billed from its service on")
OF_DELETIONS = ("a served model is not deleted", "a model goes slowly")
SERVED = [
    (noun, habit)
    for noun in Noun
    for habit in HABITS
    if habit not in (OF_DELETIONS if noun == Noun.THROUGHPUT else (*OF_DELETIONS, *OF_THROUGHPUTS))
]
# An answer that never came, one without a body, and one that denies what was done.
TELLING = ("closed", "empty200", "error500")
LOST_CASES = [
    (noun, habit, kind)
    for noun, habit in SERVED
    for kind in LOST_ANSWERS
    if kind in TELLING or habit in EVERYWHERE
]
LAGGING = [habit for habit in HABITS if "lag" in habit or "while" in habit] + ["everything at once"]
YOUNG_CASES = [(noun, habit) for noun in Noun for habit in LAGGING]
OF_MODELS = [*LAGGING, "as documented", "a served model is not deleted", "a model goes slowly"]


def ids(case):
    return case.replace(" ", "-") if isinstance(case, str) else None


@pytest.fixture
def old_model(serving, trained):
    """A model that no lag hides."""
    serving.world.wait(1000)
    return trained


@pytest.fixture(params=Noun)
def noun(request) -> Noun:
    return request.param


def ask(serving, model, noun: Noun) -> ServingResource:
    if noun == Noun.DEPLOYMENT:
        return renting.deploy(model, actor=None, now=serving.now)
    return renting.provision(model, units=2, actor=None, now=serving.now)


def row_of(noun: Noun) -> ServingResource:
    return TABLES[noun].objects.select_related("model").get()


def in_service(serving, model, noun: Noun) -> ServingResource:
    ask(serving, model, noun)
    for _ in range(4):
        serving.tick(LAG + 1)
    row = row_of(noun)
    assert row.state == "in service"
    return row


def is_made_in_two_looks(serving, noun: Noun, first: float = CLAIM) -> None:
    """The first look comes as soon as the row is due, the second when no lag hides what there is. That it serves is
    seen as late as lists are."""
    serving.tick(first)
    serving.tick(LAG + 1)
    row = row_of(noun)
    assert set(there(serving, noun)) == {row.arn}
    assert (row.trouble, row.alarm, row.attempts) == ("", "", 0)
    if serving.control.switches()["list_lag_seconds"]["value"]:
        serving.tick(LAG)
    verdict(serving)
    assert row_of(noun).state == "in service"


def is_gone(serving, noun: Noun, first: float = CLAIM, looks: int = 2) -> None:
    serving.tick(first)
    for _ in range(looks - 1):
        serving.tick(LAG + 1)
    row = row_of(noun)
    assert (row.state, row.next_check_at, there(serving, noun)) == ("removed", None, {})
    assert (row.trouble, row.alarm) == ("", "")


@pytest.mark.parametrize("point", MAKING)
@pytest.mark.parametrize(("noun", "habit"), SERVED, ids=ids)
def test_a_kill_while_it_is_made_buys_it_once(serving, old_model, noun, habit, point):
    serving.control.switch(**HABITS[habit])

    def work() -> None:
        ask(serving, old_model, noun)
        serving.tick()

    serving.killed_at(point, work)
    if point == "intent_written":
        serving.tick(CLAIM)
        assert not TABLES[noun].objects.exists()
        assert serving.births(noun.value) == []
    else:
        is_made_in_two_looks(serving, noun)
        assert len(serving.births(noun.value)) == 1
    verdict(serving)


@pytest.mark.parametrize("point", REMOVING)
@pytest.mark.parametrize(("noun", "habit"), SERVED, ids=ids)
def test_a_kill_while_it_is_removed_forgets_no_wish(serving, old_model, noun, habit, point):
    serving.control.switch(**HABITS[habit])
    row = in_service(serving, old_model, noun)

    def work() -> None:
        renting.remove(row, actor=None, now=serving.now)
        serving.tick()
        serving.tick(5)

    serving.killed_at(point, work)
    if point == "intent_written":
        serving.tick(CLAIM)
        assert row_of(noun).state == "in service"
        verdict(serving)
        return
    is_gone(serving, noun)
    assert story(old_model)[-2:] == [f"{noun} removal", f"{noun} removed"]
    # The ledger errs by what the dead worker held, and by the test's own long step.
    verdict(serving, slack=timedelta(seconds=CLAIM + LAG + 6))


@pytest.mark.parametrize(("noun", "habit"), YOUNG_CASES, ids=ids)
@pytest.mark.parametrize("when", [0, 30, 90])
def test_what_is_removed_while_it_is_young_is_not_left_running(serving, old_model, noun, habit, when):
    """Neither Get nor lists may show it yet: that nothing is shown is no proof that nothing is there."""
    serving.control.switch(**HABITS[habit], throughput_creating_seconds=60)
    row = ask(serving, old_model, noun)
    serving.tick()
    if when:
        serving.tick(when)
    row.refresh_from_db()
    renting.remove(row, actor=None, now=serving.now)
    for _ in range(14):
        serving.tick(20)
    row.refresh_from_db()
    assert (row.state, there(serving, noun)) == ("removed", {})
    verdict(serving)


@pytest.mark.parametrize(("noun", "habit", "kind"), LOST_CASES, ids=ids)
def test_a_lost_answer_to_create_buys_no_second_one(serving, old_model, noun, habit, kind, request):
    if kind == "timeout":
        request.getfixturevalue("hasty")
    serving.control.switch(**HABITS[habit])
    ask(serving, old_model, noun)
    serving.control.fail(
        kind, platform="bedrock", operation=f"Create{WORDS[noun]}", applied=True, times=None, seconds=1
    )
    serving.tick()
    serving.control.clear_faults()
    assert len(serving.births(noun.value)) == 1
    is_made_in_two_looks(serving, noun, first=6)
    verdict(serving)


@pytest.mark.parametrize(("noun", "habit", "kind"), LOST_CASES, ids=ids)
def test_a_lost_answer_to_delete_leaves_nothing_running(serving, old_model, noun, habit, kind, request):
    serving.control.switch(**HABITS[habit])
    row = in_service(serving, old_model, noun)
    if kind == "timeout":
        request.getfixturevalue("hasty")
    renting.remove(row, actor=None, now=serving.now)
    serving.control.fail(
        kind, platform="bedrock", operation=f"Delete{WORDS[noun]}", applied=True, times=None, seconds=1
    )
    serving.tick()
    serving.control.clear_faults()
    is_gone(serving, noun, first=6, looks=1)
    verdict(serving)


@pytest.mark.parametrize("kind", LOST_ANSWERS)
@pytest.mark.parametrize("verb", ["List", "Get"])
def test_a_look_that_fails_changes_nothing_and_heals(serving, old_model, noun, verb, kind, request):
    """At the time of the fault one is being made whose Create got lost: a list and a Get are needed to find it."""
    if kind == "timeout":
        request.getfixturevalue("hasty")
    operation = f"{verb}{WORDS[noun]}{'s' if verb == 'List' else ''}"
    serving.control.switch(list_lag_seconds=LAG)
    ask(serving, old_model, noun)
    serving.killed_at("accepted", serving.tick)
    serving.control.fail(kind, platform="bedrock", operation=operation, times=None, seconds=1)
    serving.tick(CLAIM)
    row = row_of(noun)
    if (verb, kind) != ("Get", "cut200"):
        assert (row.state, row.attempts) == ("requested", 1)
        assert row.trouble
        assert "<html" not in row.trouble
    serving.control.clear_faults()
    is_made_in_two_looks(serving, noun, first=6)
    assert len(serving.births(noun.value)) == 1


@pytest.mark.parametrize("point", REMOVING)
@pytest.mark.parametrize("habit", OF_MODELS, ids=ids)
def test_a_kill_while_a_custom_model_is_deleted_forgets_no_wish(serving, old_model, habit, point):
    serving.control.switch(**HABITS[habit])

    def work() -> None:
        request_deletion(
            old_model, typed_name=old_model.name, with_artifacts=False, actor=None, now=serving.now
        )
        serving.tick()
        serving.tick(6)

    serving.killed_at(point, work)
    serving.tick(CLAIM)
    serving.tick(CLAIM)
    old_model.refresh_from_db()
    if point == "intent_written":
        assert (old_model.build, len(serving.control.custom_models())) == ("built", 1)
        return
    assert Deletion.objects.get().state == "done"
    assert (old_model.build, serving.control.custom_models()) == ("deleted", [])


def test_every_kill_point_of_serving_is_reached(serving, old_model):
    reached = set()
    with killpoints.armed(reached.add):
        row = in_service(serving, old_model, Noun.THROUGHPUT)
        renting.remove(row, actor=None, now=serving.now)
        serving.tick()
        serving.tick(5)
    assert reached == set(MAKING) | set(REMOVING)
