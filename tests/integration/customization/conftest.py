"""A sandbox whose clock stands still until a test moves it, a green base model, and files that are in its S3."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from catalog import killpoints
from catalog.models import Event, Model
from catalog.platforms import aws
from customization import jobs
from customization.gateways import storage
from customization.gateways.places import Place
from customization.models import CustomizationJob, Dataset
from customization.reconcile import reconcile_jobs
from modelhub import endpoints
from sandbox.client import SandboxControl
from sandbox.server import RunningSandbox
from tests.builders import NOW, a_model

BASE = "amazon.nova-lite-v1:0:300k"
BASE_ARN = f"arn:aws:bedrock:us-east-1::foundation-model/{BASE}"
BUCKET = "modelhub-sandbox"
ROW = (
    '{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "Hi %d"}]}, '
    '{"role": "assistant", "content": [{"text": "Hello"}]}]}\n'
)
LIST, GET, CREATE, STOP = (
    f"{verb}ModelCustomizationJob{s}"
    for verb, s in (("List", "s"), ("Get", ""), ("Create", ""), ("Stop", ""))
)


class Killed(BaseException):
    """What SIGKILL is to a process: nothing after it runs, and no handler catches it."""


class World:
    """The sandbox, and the time that tests pass to the rules and to the sandbox alike."""

    def __init__(self, control: SandboxControl) -> None:
        self.control, self.now = control, NOW
        control.freeze()
        control.set_clock(NOW)
        control.freeze()

    def wait(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        self.control.set_clock(self.now)
        return self.now

    def tick(self, seconds: float = 0) -> int:
        """Let time pass, then look at what is due."""
        return reconcile_jobs(self.wait(seconds) if seconds else self.now)

    def killed_at(self, point: str, work: Callable[[], Any]) -> None:
        def hook(reached: str) -> None:
            if reached == point:
                raise Killed

        with killpoints.armed(hook), pytest.raises(Killed):
            work()

    def calls(self, operation: str, **filters: Any) -> list[dict[str, Any]]:
        return self.control.ledger(operation=operation, **filters)

    def births(self, **filters: Any) -> list[dict[str, Any]]:
        return self.control.created(kind="job", **filters)


@pytest.fixture(scope="package", autouse=True)
def clients_are_forgotten_at_the_end() -> Iterator[None]:
    yield
    aws.forget_clients()


@pytest.fixture
def sandbox(sandbox_server: RunningSandbox, settings: Any) -> SandboxControl:
    """The sandbox as everywhere; boto3's clients are kept from test to test: making two costs more than a test."""
    settings.PLATFORM_ENDPOINTS = endpoints.resolve({}, sandbox_server.url)
    kept = [aws.client("bedrock"), aws.client("bedrock", hurried=True), aws.client("s3")]
    if (
        any(client.meta.endpoint_url != sandbox_server.url for client in kept)
        or kept[-1].meta.config.read_timeout != 5.0
    ):
        aws.forget_clients()
    control = SandboxControl(sandbox_server.url)
    control.reset()
    return control


@pytest.fixture
def hasty(settings: Any) -> Iterator[None]:
    """Our clients wait for an answer for half a second only."""
    settings.PLATFORM_READ_TIMEOUT = 0.5
    aws.forget_clients()
    yield
    aws.forget_clients()


@pytest.fixture
def world(sandbox: SandboxControl, db: None, settings: Any) -> World:
    settings.DEBUG = True  # kill points ask for it
    settings.S3_BUCKET = BUCKET
    settings.BEDROCK_ROLE_ARN = "arn:aws:iam::123456789012:role/ModelhubBedrockRole"
    return World(sandbox)


@pytest.fixture
def base(db: None) -> Model:
    return green_base()


def green_base(number: int = 1, external_id: str = BASE, **facts: Any) -> Model:
    usual = {
        "external_id": external_id,
        "arn": f"arn:aws:bedrock:us-east-1::foundation-model/{external_id}",
        "name": "Nova Lite",
        "provider": "Amazon",
        "enabled": True,
        "capability_set": ",chat,fine-tunable,",
        "input_modalities": ["TEXT"],
    }
    return a_model(number, **{**usual, **facts})


def put(key: str, body: bytes, bucket: str = BUCKET) -> Place:
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    return Place(bucket, key)


def rows(count: int = 10) -> bytes:
    return "".join(ROW % number for number in range(count)).encode()


def valid_file(
    purpose: str = "training", key: str = "train.jsonl", base_id: str = BASE, **columns: Any
) -> Dataset:
    """A file in S3 whose check is behind it."""
    there = storage.look(put(key, rows()))
    assert there
    usual = {
        "purpose": purpose,
        "state": Dataset.State.VALID,
        "filename": key,
        "base_external_id": base_id,
        "bucket": BUCKET,
        "key": key,
        "size": there.size,
        "etag": there.etag,
        "version_id": there.version_id,
        "rows": 10,
        "tokens": 30_000,
        "created_at": NOW,
    }
    return Dataset.objects.create(**{**usual, **columns})


@pytest.fixture
def training(world: World) -> Dataset:
    return valid_file()


@pytest.fixture
def request_job(world: World, base: Model, training: Dataset) -> Callable[..., CustomizationJob]:
    """``request_job(name=…)``: the intent, committed; nothing is sent."""

    def request(name: str = "support-tone", **wishes: Any) -> CustomizationJob:
        return jobs.create(**{"name": name, "base": base, "training": training, "now": world.now, **wishes})

    return request


@pytest.fixture
def job(request_job: Callable[..., CustomizationJob]) -> CustomizationJob:
    return request_job()


@pytest.fixture
def running(world: World, job: CustomizationJob) -> CustomizationJob:
    """A job that trains for an hour."""
    world.control.switch(training_seconds=3600)
    world.tick()
    return fresh(job)


def fresh(job: CustomizationJob) -> CustomizationJob:
    return CustomizationJob.objects.select_related("model", "base").get(pk=job.pk)


def story(job: CustomizationJob) -> list[str]:
    """What the history says, oldest first."""
    return list(Event.objects.filter(model=job.model_id).order_by("id").values_list("action", flat=True))
