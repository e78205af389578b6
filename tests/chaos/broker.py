"""``python -m tests.chaos broker``: a real worker and two beats while Redis dies 50 times and PostgreSQL 20 times."""

from __future__ import annotations

import argparse
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos import boot, hearing
from tests.chaos.feeding import Feeder, lost
from tests.chaos.services import Crew, Postgres, Redis, eventually

MOST = 30.0  # seconds until the worker must consume again
MODELS = 12
SETTLES = 150.0  # a look that was killed holds its rows for 90 seconds


@dataclass
class Harm:
    """What befalls a service, and how long the worker then took to carry out its first message, by kind."""

    redis: Redis
    postgres: Postgres
    took: dict[str, list[float]] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)

    def kinds(self, redis: int, postgres: int) -> list[tuple[str, Callable[[], None]]]:
        """So many of each, in turn."""
        of_redis = [
            ("Redis killed", lambda: self._away(0)),
            ("Redis flushed", lambda: self.redis.tell("FLUSHALL")),
            ("Redis killed, away 1 s", lambda: self._away(1)),
            ("Redis flushed", lambda: self.redis.tell("FLUSHALL")),
            ("Redis hung up on all", lambda: self.redis.tell("CLIENT", "KILL", "SKIPME", "yes")),
            ("Redis stopped, away 4 s", lambda: self._away(4, signal.SIGTERM)),
            ("Redis flushed", lambda: self.redis.tell("FLUSHALL")),
        ]
        of_postgres = [
            ("PostgreSQL restarted", lambda: self.postgres.restart("fast")),
            ("PostgreSQL crashed", lambda: self.postgres.restart("immediate")),
        ]
        return [of_redis[n % len(of_redis)] for n in range(redis)] + [
            of_postgres[n % 2] for n in range(postgres)
        ]

    def _away(self, seconds: float, word: signal.Signals = signal.SIGKILL) -> None:
        self.redis.kill(word)
        time.sleep(seconds)
        self.redis.start()

    def befall(self, number: int, kind: str, strike: Callable[[], None]) -> None:
        strike()
        began = time.monotonic()
        heard = _consumes(f"probe {number}", MOST * 1.5)
        self.took.setdefault(kind, []).append(heard - began if heard else MOST * 1.5)
        print(f"  {number + 1:3}. {kind}: {self.took[kind][-1]:.2f} s", flush=True)
        if not heard or heard - began > MOST:
            self.late.append(f"after {kind} (no. {number}) the worker consumed nothing for {MOST:g} s")


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos broker", description=__doc__)
    parser.add_argument("--redis", type=int, default=50)
    parser.add_argument("--postgres", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="5 and 2")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pool", default="prefork", choices=("prefork", "threads"))
    wish = parser.parse_args(arguments)
    if wish.quick:
        wish.redis, wish.postgres = 5, 2
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="modelhub-chaos-")))
        postgres = Postgres(folder)
        stack.callback(postgres.stop)
        redis = Redis(folder)
        stack.callback(redis.stop)
        sandbox = stack.enter_context(boot.sandbox())
        return _run(wish, Harm(redis, postgres), sandbox, folder, stack)


def _run(wish: argparse.Namespace, harm: Harm, sandbox: str, folder: Path, stack: ExitStack) -> int:
    from sandbox.client import SandboxControl

    boot._migrate(harm.postgres.url)
    _django(harm, sandbox)
    hearing.listen()
    control = SandboxControl(sandbox)
    _furnish(control)
    crew = _crew(wish, harm, sandbox, folder)
    stack.callback(crew.stop)
    eventually(lambda: _consumes("probe", 1), 90, "the worker's first message")
    feeder, began = Feeder(control, wish.seed, 0.7), time.monotonic()
    feeder.start()
    plan = harm.kinds(wish.redis, wish.postgres)
    random.Random(wish.seed).shuffle(plan)
    for number, (kind, strike) in enumerate(plan):
        harm.befall(number, kind, strike)
        if number % 5 == 0:
            _deliver_many_times()
    feeder.stop()
    disturbed = time.monotonic() - began
    broken, settled = _verdict(control, crew, feeder, harm)
    return _report(wish, harm, feeder, broken, disturbed, settled)


def _django(harm: Harm, sandbox: str) -> None:
    """This process is an admin's: the real broker and database, and pages' patience with them."""
    boot.django(harm.postgres.url, sandbox)
    from django.conf import settings

    from modelhub import redis_broker
    from modelhub.celery import app

    settings.PLATFORM_READ_TIMEOUT = 5.0
    redis_broker.use()
    app.conf.broker_url = app.conf.broker_write_url = app.conf.broker_read_url = harm.redis.url
    impatient = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
    app.conf.broker_transport_options = impatient | {"socket_connect_timeout": 3, "socket_timeout": 10}


def _crew(wish: argparse.Namespace, harm: Harm, sandbox: str, folder: Path) -> Crew:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "OPENAI_", "TEST_"))
    }
    environment = kept | {
        "READ_DOT_ENV": "false", "DEBUG": "true", "SECRET_KEY": "only-for-chaos-" + "x" * 40,
        "DJANGO_SETTINGS_MODULE": "modelhub.settings", "DATABASE_URL": harm.postgres.url,
        "CELERY_BROKER_URL": harm.redis.url, "SANDBOX_URL": sandbox, "LOG_LEVEL": "WARNING",
    }  # fmt: skip
    crew = Crew(folder, environment, boot.BASE_DIR, sys.executable)
    crew.start("worker", "worker", "--pool", wish.pool, "--concurrency", "2", "--loglevel", "WARNING")
    for name in ("beat0", "beat1"):
        crew.start(name, "beat", "--pidfile=", "--loglevel", "WARNING")
    return crew


def _furnish(control: Any) -> None:
    from tests.chaos import stage

    stage.build(control)
    control.reset_clock()
    control.switch(throughput_creating_seconds=3, deployment_creating_seconds=2, validation_seconds=1,
                   data_processing_seconds=1, training_seconds=3, model_creating_seconds=1)  # fmt: skip
    from django.utils import timezone

    for number in range(MODELS):
        stage.train(control, f"m{number}", timezone.now())


def _consumes(name: str, seconds: float) -> float:
    """The moment at which the worker has carried out a message sent from now on; 0 when it did not in time."""
    from django.db import Error, close_old_connections
    from kombu.exceptions import OperationalError

    from modelhub.celery import app
    from modelhub.models import Heartbeat

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        close_old_connections()
        try:
            app.send_task("modelhub.tasks.heartbeat", [name], expires=20)
            for _ in range(4):
                if Heartbeat.objects.filter(name=name).exists():
                    return time.monotonic()
                time.sleep(0.05)
        except (Error, OperationalError, OSError):
            time.sleep(0.1)
    return 0.0


def _deliver_many_times() -> None:
    """The same tick to everybody who wants it, five times at once."""
    from kombu.exceptions import OperationalError

    from modelhub.celery import app

    for _ in range(5):
        try:
            app.send_task("customization.tasks.tick", task_id="one-and-the-same")
        except (OperationalError, OSError):
            return


def _verdict(control: Any, crew: Crew, feeder: Feeder, harm: Harm) -> tuple[list[str], float]:
    from django.db import connection

    began, left = time.monotonic(), ["?"]
    while left and time.monotonic() - began < SETTLES:
        time.sleep(1)
        left = [*lost(feeder.kept, control), *_beats()]
    settled = time.monotonic() - began
    left += [f"{name} has died:\n{crew.log(name)[-2000:]}" for name in crew.dead()]
    left += [f"an admin met {said}" for said in feeder.asked if "Error" in said or "Exception" in said]
    left = harm.late + left
    if left:
        Path("/tmp/chaos-worker.log").write_text(crew.log("worker"))
        left.append(f"the worker's last words:\n{crew.log('worker')[-6000:]}")
    connection.close()
    return left, settled


def _beats() -> list[str]:
    """Is the beat heard again, after all that?"""
    from django.utils import timezone

    from modelhub.models import Heartbeat

    heard = Heartbeat.objects.filter(name="beat").first()
    age = (timezone.now() - heard.seen_at).total_seconds() if heard else None
    return [] if age is not None and age < MOST else [f"the beat was last heard {age} s ago"]


def _report(
    wish: argparse.Namespace, harm: Harm, feeder: Feeder, broken: list[str], disturbed: float, settled: float
) -> int:
    print(
        f"{'what happened':28}{'times':>6}{'median, s':>11}{'worst, s':>10}   until the worker consumed again"
    )
    for kind, took in sorted(harm.took.items()):
        print(f"{kind:28}{len(took):6}{statistics.median(took):11.2f}{max(took):10.2f}")
    every = [seconds for took in harm.took.values() for seconds in took]
    print(f"{'all':28}{len(every):6}{statistics.median(every):11.2f}{max(every):10.2f}")
    kinds = Counter(kind for kind, _ in feeder.kept.values())
    print(f"\n{len(feeder.kept)} wishes were kept ({dict(kinds)}); asked: {dict(feeder.asked)}; "
          f"a nudge kept somebody waiting for {feeder.slowest:.2f} s at most.")  # fmt: skip
    print(
        f"Pool {wish.pool}, two beats, seed {wish.seed}: {disturbed:.0f} s of harm, settled {settled:.0f} s later."
    )
    print(f"{len(broken)} violations")
    for said in broken[:20] + broken[20:][-1:]:
        print(f"  {said}")
    return 1 if broken else 0
