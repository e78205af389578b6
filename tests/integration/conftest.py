"""Browsers that are logged in, and platforms that answer at once or not at all."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from catalog.platforms import aws
from catalog.platforms import openai as openai_platform
from modelhub import endpoints
from sandbox.client import SandboxControl
from sandbox.server import RunningSandbox, start

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def nothing_cached() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def impatient_clients(settings: Any) -> None:
    """A vendor's client repeats nothing and waits briefly; tests of repeating ask for it."""
    settings.PLATFORM_RETRIES = 0
    settings.PLATFORM_READ_TIMEOUT = 5.0


@pytest.fixture
def logged_in() -> Callable[..., Client]:
    """``logged_in(user)``: a browser of that user."""

    def browser(user: Any, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(user, backend=BACKEND)
        return client

    return browser


@pytest.fixture
def as_admin(admin: Any, logged_in: Callable[..., Client]) -> Client:
    return logged_in(admin)


@pytest.fixture
def as_viewer(viewer: Any, logged_in: Callable[..., Client]) -> Client:
    return logged_in(viewer)


@pytest.fixture
def as_superuser(superuser: Any, logged_in: Callable[..., Client]) -> Client:
    return logged_in(superuser)


def only(control: SandboxControl, platform: str, *keep: str) -> None:
    """Withdraw everything else: a short catalogue makes a quick test."""
    id_field = {"bedrock": "modelId", "openai": "id"}[platform]
    for record in control.models(platform):
        if record[id_field] not in keep:
            control.withdraw_model(platform, record[id_field])


@pytest.fixture(scope="session")
def small_server() -> Iterator[RunningSandbox]:
    """A sandbox of its own, emptied once: withdrawing the whole seed costs more than a test."""
    with start() as running:
        only(running.control, "bedrock")
        only(running.control, "openai")
        for profile in running.control.models("inference-profiles"):
            running.control.withdraw_model("inference-profiles", profile["inferenceProfileId"])
        yield running


@pytest.fixture
def small_world(small_server: RunningSandbox, settings: Any) -> Iterator[SandboxControl]:
    """Ten Bedrock models named acme.m0 … acme.m9 and five of OpenAI, o0 … o4; no others."""
    control = small_server.control
    control.clear_faults()
    control.clear_ledger()
    only(control, "bedrock")
    only(control, "openai")
    for number in range(10):
        control.publish_model(
            "bedrock",
            f"acme.m{number}",
            modelName=f"Acme {number}",
            providerName="Acme",
            inputModalities=["TEXT"],
            outputModalities=["TEXT"],
            inferenceTypesSupported=["ON_DEMAND"],
            modelLifecycle={"status": "ACTIVE"},
        )
    for number in range(5):
        control.publish_model("openai", f"o{number}", created=1_700_000_000 + number)
    settings.PLATFORM_ENDPOINTS = endpoints.resolve({}, small_server.url)
    aws.forget_clients()
    openai_platform.client.cache_clear()
    yield control
    aws.forget_clients()
    openai_platform.client.cache_clear()
