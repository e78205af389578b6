"""``python -m tests.chaos broker``: a real worker and beats, while Redis, PostgreSQL and they themselves are killed."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos import aftermath, boot, hearing, probing
from tests.chaos.crew import Crew
from tests.chaos.feeding import Feeder
from tests.chaos.harm import POOL, Harm
from tests.chaos.services import Postgres, Redis, eventually

MODELS = 12
QUICK = {"redis": 5, "postgres": 2, "children": 4, "workers": 2, "beats": 1}


@dataclass
class Scene:
    """Services of our own; ``sandbox`` is its address."""

    folder: Path
    postgres: Postgres
    redis: Redis
    sandbox: str


def main(arguments: Sequence[str] = ()) -> int:
    wish = _wish(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="modelhub-chaos-")))
        postgres = Postgres(folder)
        stack.callback(postgres.stop)
        redis = Redis(folder)
        stack.callback(redis.stop)
        scene = Scene(folder, postgres, redis, stack.enter_context(boot.sandbox()))
        return _run(wish, scene, stack)


def _wish(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos broker", description=__doc__)
    for what, count in (("redis", 50), ("postgres", 20), ("children", 30), ("workers", 10), ("beats", 5)):
        parser.add_argument(f"--{what}", type=int, default=count, help="how many are lost")
    parser.add_argument("--quick", action="store_true", help="some of each, and no waiting for claims to end")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pool", default="prefork", choices=("prefork", "threads"))
    wish = parser.parse_args(arguments)
    if wish.quick:
        vars(wish).update(QUICK)
    if wish.pool == "threads":
        wish.children = 0  # it has none
    return wish


def _run(wish: argparse.Namespace, scene: Scene, stack: ExitStack) -> int:
    from sandbox.client import SandboxControl

    boot._migrate(scene.postgres.url)
    _django(scene)
    hearing.listen()
    control = SandboxControl(scene.sandbox)
    _furnish(control)
    crew = _crew(wish, scene)
    stack.callback(crew.stop)
    eventually(lambda: probing.consumes("probe", 1), 90, "the worker's first message")
    chance = random.Random(wish.seed)
    harm, before = Harm(scene.redis, scene.postgres, crew, control, chance), aftermath.births(control)
    feeder, began = Feeder(control, wish.seed, 0.7), time.monotonic()
    feeder.start()
    _harm(wish, harm)
    feeder.stop()
    disturbed = time.monotonic() - began
    broken, settled = aftermath.verdict(feeder, harm, before, disturbed, hurry=wish.quick)
    return aftermath.report(wish, harm, feeder, broken, disturbed, settled)


def _harm(wish: argparse.Namespace, harm: Harm) -> None:
    """Everything in a seeded order; during the middle third there are two beats."""
    plan = harm.kinds(wish.redis, wish.postgres, wish.children, wish.workers, wish.beats)
    harm.chance.shuffle(plan)
    for number, (kind, strike) in enumerate(plan):
        if number == len(plan) // 3:
            _beat(harm.crew, "beat1")
        if number == len(plan) * 2 // 3:
            harm.crew.dismiss("beat1")
        harm.befall(number, kind, strike)
        if number % 5 == 0:
            probing.deliver_many_times()


def _django(scene: Scene) -> None:
    """This process is an admin's: the real broker and database, and pages' patience with them."""
    boot.django(scene.postgres.url, scene.sandbox, patience=5.0)
    from modelhub import redis_broker
    from modelhub.celery import app

    redis_broker.use()
    app.conf.broker_url = app.conf.broker_write_url = app.conf.broker_read_url = scene.redis.url
    impatient = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
    app.conf.broker_transport_options = impatient | {"socket_connect_timeout": 3, "socket_timeout": 10}


def _crew(wish: argparse.Namespace, scene: Scene) -> Crew:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "OPENAI_", "TEST_"))
    }
    environment = kept | {
        "READ_DOT_ENV": "false", "DEBUG": "true", "SECRET_KEY": "only-for-chaos-" + "x" * 40,
        "DJANGO_SETTINGS_MODULE": "modelhub.settings", "DATABASE_URL": scene.postgres.url,
        "CELERY_BROKER_URL": scene.redis.url, "SANDBOX_URL": scene.sandbox, "LOG_LEVEL": "WARNING",
    }  # fmt: skip
    crew = Crew(scene.folder, environment, boot.BASE_DIR, sys.executable)
    size = ("--pool", wish.pool, "--concurrency", str(POOL))
    crew.start("worker", "worker", *size, "--loglevel", "WARNING")
    _beat(crew, "beat0")
    return crew


def _beat(crew: Crew, name: str) -> None:
    crew.start(name, "beat", "--pidfile=", "--loglevel", "WARNING")


def _furnish(control: Any) -> None:
    from tests.chaos import stage

    stage.build(control)
    control.reset_clock()
    control.switch(throughput_creating_seconds=3, deployment_creating_seconds=2, validation_seconds=1,
                   data_processing_seconds=1, training_seconds=3, model_creating_seconds=1)  # fmt: skip
    from django.utils import timezone

    for number in range(MODELS):
        stage.train(control, f"m{number}", timezone.now())
