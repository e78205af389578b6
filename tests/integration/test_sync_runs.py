"""Who runs when: one sync per platform at a time, lost workers, doubled messages, a dead broker, the command."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog import sync, tasks
from catalog.enablement import enable
from catalog.management.commands import sync_models
from catalog.models import Event, Model, SyncRun
from catalog.sync import AlreadyRunning, execute, give_up_lost, request_sync, start, sync_platform
from catalog.sync_plan import plan_sync
from tests.builders import NOW, a_model
from tests.integration.conftest import only

pytestmark = pytest.mark.django_db

State = SyncRun.State


@pytest.fixture
def sent(monkeypatch) -> list[int]:
    """The runs that workers were told about."""
    told: list[int] = []
    monkeypatch.setattr(tasks.sync, "delay", told.append)
    return told


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """``with committed(): …``: what waits for the commit is done at its end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_two_requests_make_one_run(admin):
    first = request_sync("bedrock", actor=admin)
    assert request_sync("bedrock") == first
    assert request_sync("openai") != first
    assert start(first)
    assert request_sync("bedrock").state == State.RUNNING
    assert SyncRun.objects.filter(platform="bedrock").count() == 1


def test_a_run_is_started_once_only():
    run = request_sync("bedrock")
    assert [start(run), start(run)] == [True, False]


def test_a_request_to_believe_a_smaller_list_is_kept_when_a_run_is_waiting_already(small_world):
    waiting = request_sync("bedrock")
    assert request_sync("bedrock", accept_shrink=True) == waiting
    waiting.refresh_from_db()
    assert waiting.accept_shrink
    assert not request_sync("openai").accept_shrink


def test_a_running_sync_is_not_told_afterwards_what_to_believe():
    running = request_sync("bedrock")
    start(running)
    assert not request_sync("bedrock", accept_shrink=True).accept_shrink


def test_a_second_sync_in_the_shell_is_told_who_runs(small_world):
    running = request_sync("bedrock")
    start(running)
    with pytest.raises(AlreadyRunning) as told:
        sync_platform("bedrock")
    assert told.value.run == running
    assert str(told.value) == f"A sync of Amazon Bedrock is already running (run {running.pk})."


def test_a_waiting_run_is_taken_over_by_the_shell(small_world):
    waiting = request_sync("bedrock")
    assert sync_platform("bedrock").pk == waiting.pk
    assert not start(waiting)


def test_a_doubled_message_runs_once(small_world):
    run = request_sync("bedrock")
    tasks.sync(run.pk)
    tasks.sync(run.pk)
    tasks.sync(run.pk + 1000)
    run.refresh_from_db()
    assert (run.state, run.added_count) == (State.SUCCEEDED, 10)
    assert len(small_world.ledger(operation="ListFoundationModels")) == 1


def running_since(minutes: float) -> SyncRun:
    run = request_sync("bedrock", now=NOW - timedelta(minutes=minutes))
    start(run, now=NOW - timedelta(minutes=minutes))
    return run


def test_a_run_whose_worker_was_killed_is_given_up_after_ten_minutes():
    run = running_since(10)
    assert not give_up_lost(NOW)
    assert give_up_lost(NOW + timedelta(seconds=1))
    run.refresh_from_db()
    assert (run.state, run.error_word, run.way_out) == (State.FAILED, "transient", "Sync again.")
    assert run.error_message == "The worker was lost before the sync ended. Nothing was changed."
    assert not give_up_lost(NOW + timedelta(hours=1))


def test_a_waiting_run_is_not_given_up_however_long_it_waits():
    run = request_sync("bedrock", now=NOW - timedelta(days=3))
    assert not give_up_lost(NOW)
    run.refresh_from_db()
    assert run.state == State.REQUESTED


def test_a_worker_that_was_given_up_writes_nothing_when_it_wakes(small_world):
    zombie = running_since(11)
    give_up_lost(NOW)
    execute(zombie)
    zombie.refresh_from_db()
    assert (zombie.state, zombie.added_count) == (State.FAILED, 0)
    assert zombie.error_message.startswith("The worker was lost")
    assert not Model.objects.exists()
    assert not Event.objects.exists()


def test_nor_does_it_disturb_the_run_that_followed(small_world):
    zombie = running_since(11)
    give_up_lost(NOW)
    assert sync_platform("bedrock").added_count == 10
    execute(zombie)
    assert Event.objects.count() == 10
    assert SyncRun.objects.filter(state=State.SUCCEEDED).count() == 1


def test_a_switch_during_a_sync_survives_it(small_world, admin, monkeypatch):
    """The sync has read its rows when Anna clicks; it writes the facts, not her decision."""
    sync_platform("bedrock")
    target = Model.objects.get(external_id="acme.m1")
    small_world.change_model("bedrock", "acme.m1", modelName="Acme One")
    run = request_sync("bedrock")
    start(run)

    def plan_while_anna_clicks(*args, **kwargs):
        plan = plan_sync(*args, **kwargs)
        enable(target, actor=admin)
        return plan

    monkeypatch.setattr(sync, "plan_sync", plan_while_anna_clicks)
    execute(run)
    target.refresh_from_db()
    assert (target.name, target.status) == ("Acme One", "green")
    told = Event.objects.filter(model=target).order_by("-id")
    assert list(told.values_list("action", "from_status", "to_status")) == [
        ("changed", "green", "green"),
        ("enabled", "yellow", "green"),
        ("added", "", "yellow"),
    ]


def test_a_lost_nudge_does_no_harm(committed, monkeypatch):
    def dead_broker(_):
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(tasks.sync, "delay", dead_broker)
    with committed():
        tasks.nudge(request_sync("bedrock"))
    with committed():
        tasks.tick()
    assert SyncRun.objects.get(platform="bedrock").state == State.REQUESTED


def test_the_tick_syncs_what_was_never_synced_and_nudges_once(sent, committed):
    with time_machine.travel(NOW, tick=False), committed():
        tasks.tick()
    runs = list(SyncRun.objects.order_by("platform"))
    assert [run.platform for run in runs] == ["bedrock", "openai"]
    assert sorted(sent) == sorted(run.pk for run in runs)
    with time_machine.travel(NOW + timedelta(seconds=10), tick=False), committed():
        tasks.tick()
    assert len(sent) == 2


def test_the_tick_finds_a_request_whose_message_was_lost(sent, committed):
    with time_machine.travel(NOW, tick=False):
        run = request_sync("bedrock")
        request_sync("openai")
    with time_machine.travel(NOW + timedelta(seconds=16), tick=False), committed():
        tasks.tick()
    assert run.pk in sent
    assert SyncRun.objects.count() == 2


def test_the_tick_gives_up_a_lost_run_and_starts_another_later(sent, committed):
    lost = running_since(11)
    with time_machine.travel(NOW, tick=False), committed():
        tasks.tick()
    lost.refresh_from_db()
    assert lost.state == State.FAILED
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False), committed():
        tasks.tick()
    assert SyncRun.objects.filter(platform="bedrock", state=State.REQUESTED).exists()


def test_the_tick_ends_lives_whose_last_day_has_come(sent, committed):
    a_model(end_of_life_at=NOW, enabled=True)
    with time_machine.travel(NOW, tick=False), committed():
        tasks.tick()
    assert Model.objects.get().status == "red"
    assert Event.objects.get().action == "ended"


def sync_command(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("sync_models", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_syncs_both_platforms_and_says_so_in_a_line_each(small_world):
    out, _ = sync_command()
    assert out.splitlines() == [
        "Amazon Bedrock: 10 models, 10 added, 0 changed, 0 gone, 0 refused",
        "OpenAI: 5 models, 5 added, 0 changed, 0 gone, 0 refused",
    ]


def test_the_command_syncs_one_platform(small_world):
    sync_command("--platform", "openai")
    assert [run.platform for run in SyncRun.objects.all()] == ["openai"]


def test_the_command_fails_with_a_one_line_reason_and_still_syncs_the_other(small_world):
    small_world.fail("expired", platform="bedrock", times=None, message="The token\nis expired")
    out = StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("sync_models", stdout=out)
    assert str(failure.value) == "Amazon Bedrock failed (auth): The token is expired [ExpiredTokenException]"
    assert failure.value.returncode == 1
    assert out.getvalue().startswith("OpenAI: 5 models")


def test_the_command_names_both_failures_in_one_line(small_world):
    small_world.fail("closed", times=None)
    with pytest.raises(CommandError) as failure:
        sync_command()
    assert "Amazon Bedrock failed (transient)" in str(failure.value)
    assert "; OpenAI failed (transient)" in str(failure.value)
    assert "\n" not in str(failure.value)


def test_the_command_believes_a_smaller_list_only_of_a_named_platform(small_world):
    sync_command()
    only(small_world, "bedrock", "acme.m0")
    with pytest.raises(CommandError, match="--accept-shrink needs --platform"):
        sync_command("--accept-shrink")
    with pytest.raises(CommandError, match="implausible"):
        sync_command("--platform", "bedrock")
    out, _ = sync_command("--platform", "bedrock", "--accept-shrink")
    assert out.startswith("Amazon Bedrock: 1 models")


def test_the_command_refuses_an_unknown_platform():
    with pytest.raises(CommandError, match="invalid choice: 'azure'"):
        sync_command("--platform", "azure")


def test_the_command_waits_for_a_sync_that_runs_already(small_world, monkeypatch):
    running = request_sync("bedrock")
    start(running)
    monkeypatch.setattr(sync_models.time, "sleep", lambda _: execute(running))
    out, err = sync_command("--platform", "bedrock")
    assert out.startswith("Amazon Bedrock: 10 models, 10 added")
    assert "already running" in err
    assert SyncRun.objects.count() == 1


def test_the_command_does_not_wait_for_ever(monkeypatch):
    running = request_sync("bedrock")
    start(running, now=timezone.now())
    monkeypatch.setattr(sync_models, "WAIT_FOR_OTHER", 0.0)
    with pytest.raises(CommandError, match=f"run {running.pk} did not end within 0 s"):
        sync_command("--platform", "bedrock")


def test_a_broken_step_of_the_tick_does_not_stop_the_others(db, monkeypatch):
    def broken(now):
        raise RuntimeError("no such luck")

    monkeypatch.setattr(tasks, "end_lives", broken)
    tasks.tick()
    assert SyncRun.objects.filter(state=SyncRun.State.REQUESTED).count() == 2


def test_an_interrupted_command_does_not_block_the_platform(db, settings):
    settings.CATALOG_PLATFORMS = {"bedrock": f"{__name__}.Interrupted"}
    with pytest.raises(KeyboardInterrupt):
        sync_platform("bedrock")
    run = SyncRun.objects.get()
    assert (run.state, run.error_message) == ("failed", "The sync was interrupted. Nothing was changed.")


class Interrupted:
    def list_models(self):
        raise KeyboardInterrupt
