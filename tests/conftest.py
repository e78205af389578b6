"""What every test may ask for. No test reaches beyond this machine."""

import os
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, User
from pytest_socket import socket_allow_hosts

from catalog.platforms import aws
from catalog.platforms import openai as openai_platform
from modelhub import endpoints
from sandbox.client import SandboxControl
from sandbox.server import RunningSandbox
from sandbox.server import start as start_sandbox

LOOPBACK = ["127.0.0.1", "::1", "localhost"]


@pytest.fixture(autouse=True)
def no_network() -> None:
    """Sockets are shut except loopback."""
    socket_allow_hosts(LOOPBACK, allow_unix_socket=True)


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[RunningSandbox]:
    with start_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(sandbox_server: RunningSandbox, settings) -> Iterator[SandboxControl]:
    """The sandbox with its seed catalogue, and our clients pointed at it; boto3 retries without long pauses."""
    settings.PLATFORM_ENDPOINTS = endpoints.resolve({}, sandbox_server.url)
    aws.client.cache_clear()
    openai_platform.client.cache_clear()
    control = SandboxControl(sandbox_server.url)
    control.reset()
    yield control
    aws.client.cache_clear()
    openai_platform.client.cache_clear()


@pytest.fixture
def admin(db) -> User:
    """May enable and sync; no superuser, so that permissions are really asked."""
    user = User.objects.create_user("anna", password="anna-password")
    user.groups.add(Group.objects.get(name="Model admins"))
    return user


@pytest.fixture
def viewer(db) -> User:
    user = User.objects.create_user("victor", password="victor-password")
    user.groups.add(Group.objects.get(name="Model viewers"))
    return user


@pytest.fixture
def superuser(db) -> User:
    return User.objects.create_superuser("root", password="root-password")


os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
)  # Playwright's sync API runs an event loop of its own
