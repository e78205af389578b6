"""What every test may ask for. No test reaches beyond this machine."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission, User
from django.db.models.signals import post_migrate
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
    aws.forget_clients()
    openai_platform.client.cache_clear()
    control = SandboxControl(sandbox_server.url)
    control.reset()
    yield control
    aws.forget_clients()
    openai_platform.client.cache_clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests that really commit empty the tables afterwards, also of the groups that migrations made: put them back."""
    with django_db_blocker.unblock():
        kept = {
            group.name: list(group.permissions.values_list("content_type__app_label", "codename"))
            for group in Group.objects.all()
        }

    def put_back(sender: AppConfig, **_signal: Any) -> None:
        for name, permissions in kept.items():
            group, _ = Group.objects.get_or_create(name=name)
            mine = [code for app, code in permissions if app == sender.label]
            group.permissions.add(
                *Permission.objects.filter(content_type__app_label=sender.label, codename__in=mine)
            )

    post_migrate.connect(put_back, weak=False)


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
