"""Real workers and beats on PostgreSQL and Redis: killed, doubled, with their messages lost. Nothing is lost."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from django.db import connection
from django.utils import timezone

from catalog.enablement import Refused, enable
from catalog.models import Event, Model, SyncRun
from catalog.sync import give_up_lost, request_sync
from catalog.tasks import nudge
from modelhub.celery import app
from modelhub.models import Heartbeat
from tests.builders import a_model

ROOT = Path(__file__).parents[2]
BROKER = os.environ.get("TEST_BROKER_URL", "")

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not BROKER.startswith("redis") or "postgres" not in os.environ.get("TEST_DATABASE_URL", ""),
        reason="needs TEST_DATABASE_URL=postgres://… and TEST_BROKER_URL=redis://…",
    ),
]

State = SyncRun.State


def eventually(check: Callable[[], object], seconds: float = 40) -> None:
    """Wait until another process has done it."""
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.1)


def state(run: SyncRun) -> str:
    return SyncRun.objects.values_list("state", flat=True).get(pk=run.pk)


class Crew:
    """Workers and beats of this test, on its scratch database and an empty broker."""

    def __init__(self, folder: Path, sandbox_url: str) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        database = urlsplit(os.environ["TEST_DATABASE_URL"])._replace(
            path=f"/{connection.settings_dict['NAME']}"
        )
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "modelhub.settings",
            "DATABASE_URL": database.geturl(),
            "CELERY_BROKER_URL": BROKER,
            "SANDBOX_URL": sandbox_url,
            "PYTHONWARNINGS": "ignore",
        }

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        number = len(self.processes)
        folder = self.folder / str(number)
        folder.mkdir()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", "modelhub.celery", *arguments],
                cwd=ROOT, env={**self.environment, "VAR_DIR": str(folder)}, stdout=log, stderr=log,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        name = f"worker{len(self.processes)}@test"
        return self._start("worker", "--pool", "threads", "--concurrency", "2", "--hostname", name)

    def beat(self) -> subprocess.Popen[bytes]:
        return self._start("beat", "--pidfile=", "--max-interval", "1")

    def log(self) -> str:
        return "\n".join(
            (self.folder / str(n) / "log").read_text()[-3000:] for n in range(len(self.processes))
        )

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def crew(sandbox, tmp_path: Path) -> Iterator[Crew]:
    redis.Redis.from_url(BROKER).flushdb()
    assert app.conf.broker_url == BROKER
    crew = Crew(tmp_path, sandbox.url)
    yield crew
    crew.stop()
    redis.Redis.from_url(BROKER).flushdb()


def test_a_worker_and_a_beat_bring_the_first_list_in_by_themselves(crew, sandbox):
    crew.worker()
    crew.beat()
    eventually(lambda: SyncRun.objects.filter(state=State.SUCCEEDED).count() == 2)
    assert Model.objects.count() == len(sandbox.models("bedrock")) + len(sandbox.models("openai"))
    eventually(lambda: Heartbeat.objects.filter(name="beat").exists())


def test_a_requested_sync_is_done_by_the_worker(crew, sandbox):
    crew.worker()
    eventually(lambda: SyncRun.objects.filter(state=State.SUCCEEDED).count() == 2)
    sandbox.publish_model("openai", "brand-new")
    run = request_sync("openai")
    nudge(run)
    eventually(lambda: state(run) == State.SUCCEEDED)
    assert Event.objects.get(model__external_id="brand-new").sync_run == run


def test_a_flushed_redis_loses_nothing(crew):
    run = request_sync("bedrock", now=timezone.now() - timedelta(minutes=1))
    nudge(run)
    broker = redis.Redis.from_url(BROKER)
    assert broker.keys()
    broker.flushdb()
    crew.worker()
    eventually(lambda: state(run) == State.SUCCEEDED)
    assert SyncRun.objects.filter(platform="bedrock").count() == 1


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done_and_the_next_one_recovers(crew, sandbox):
    sandbox.fail("timeout", platform="bedrock", times=None, seconds=60)
    run = request_sync("bedrock")
    nudge(run)
    first = crew.worker()
    eventually(lambda: sandbox.ledger(platform="bedrock") or state(run) == State.RUNNING)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert state(run) == State.RUNNING
    assert not Model.objects.filter(platform="bedrock").exists()
    assert not give_up_lost(timezone.now())
    assert give_up_lost(timezone.now() + timedelta(minutes=10, seconds=30))
    assert state(run) == State.FAILED
    sandbox.clear_faults()
    again = request_sync("bedrock")
    nudge(again)
    crew.worker()
    eventually(lambda: state(again) == State.SUCCEEDED)
    assert state(run) == State.FAILED


def test_two_workers_and_two_beats_make_one_run_of_each_platform(crew, sandbox):
    for _ in range(2):
        crew.worker()
        crew.beat()
    eventually(lambda: SyncRun.objects.filter(state=State.SUCCEEDED).count() == 2)
    eventually(lambda: Heartbeat.objects.filter(name="beat").exists())
    first = Heartbeat.objects.get(name="beat").seen_at
    eventually(lambda: Heartbeat.objects.get(name="beat").seen_at > first)
    assert sorted(SyncRun.objects.values_list("platform", flat=True)) == ["bedrock", "openai"]
    assert len(sandbox.ledger(operation="ListFoundationModels")) == 1
    assert Event.objects.filter(action="added").count() == Model.objects.count()


def test_of_two_people_who_enable_one_model_at_once_one_wins_and_the_other_is_told_why():
    models = [a_model(number) for number in range(5)]
    start, told = threading.Barrier(2, timeout=20), []

    def click() -> None:
        try:
            for model in models:
                mine = Model.objects.get(pk=model.pk)
                start.wait()
                try:
                    enable(mine)
                    told.append((model.pk, "won"))
                except Refused as refusal:
                    told.append((model.pk, str(refusal)))
        finally:
            connection.close()

    people = [threading.Thread(target=click, daemon=True) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=30)
    for model in models:
        assert sorted(words for pk, words in told if pk == model.pk) == [
            f"{model.name} is already enabled.",
            "won",
        ]
        model.refresh_from_db()
        assert model.status == "green"
    assert Event.objects.count() == 5


def test_of_two_requests_at_once_one_run_is_made():
    start, runs = threading.Barrier(4, timeout=20), []

    def click() -> None:
        try:
            start.wait()
            runs.append(request_sync("bedrock").pk)
        finally:
            connection.close()

    people = [threading.Thread(target=click, daemon=True) for _ in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=30)
    assert len(runs) == 4
    assert set(runs) == {SyncRun.objects.get().pk}
