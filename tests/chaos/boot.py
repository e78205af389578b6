"""A warmed process to fork from: Django on a PostgreSQL database of its own, a sandbox of its own, clients made."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.chaos import clients

BASE_DIR = Path(__file__).resolve().parents[2]
NAME = "modelhub_chaos"
BUCKET = "modelhub-sandbox"


def server() -> str:
    """The address of the PostgreSQL server on which databases are made."""
    named = os.environ.get("CHAOS_DATABASE_URL") or os.environ.get("TEST_DATABASE_URL")
    return named or "postgres://postgres@127.0.0.1:5432/postgres"


@contextmanager
def databases(count: int) -> Iterator[list[str]]:
    """So many fresh, migrated databases, dropped at the end. One migrates, the others are copies."""
    import psycopg

    base = f"{NAME}_{os.getpid()}"
    names = [f"{base}_{number}" for number in range(count)]
    with psycopg.connect(server(), autocommit=True) as admin:
        _drop_stale(admin)
        admin.execute(f'CREATE DATABASE "{base}"')
        try:
            _migrate(_address(base))
            for name in names:
                admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{base}"')
                # Schedules kill workers, not the database server: its commits need not reach the disk.
                admin.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
            yield [_address(name) for name in names]
        finally:
            for name in (base, *names):
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _drop_stale(admin) -> None:
    """What a run that was killed has left behind."""
    found = admin.execute(
        "SELECT datname FROM pg_database WHERE datname ~ %s", [f"^{NAME}_[0-9]+"]
    ).fetchall()
    for (name,) in found:
        pid = name.removeprefix(f"{NAME}_").split("_")[0]
        if not Path(f"/proc/{pid}").exists():
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _address(name: str) -> str:
    return urlunsplit(urlsplit(server())._replace(path=f"/{name}"))


def _migrate(url: str) -> None:
    environment = {**os.environ, "TEST_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=environment, cwd=BASE_DIR, check=True)


@contextmanager
def sandbox() -> Iterator[str]:
    """A sandbox in a process of its own; its address. It goes when we go, however that is."""
    command = [sys.executable, "-m", "tests.chaos.platform"]
    process = subprocess.Popen(
        command, cwd=BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdin
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.terminate()  # closing its input would do, but for our workers, who hold the other end too
        process.wait(10)


def django(database_url: str, sandbox_url: str, patience: float = clients.LATE) -> None:
    """Set Django up in this process, with clients that wait ``patience`` seconds for an answer."""
    os.environ.update(
        TEST_DATABASE_URL=database_url, TEST_BROKER_URL="", DJANGO_SETTINGS_MODULE="tests.settings"
    )
    import django as framework

    framework.setup()
    from django.conf import settings

    from catalog.platforms import aws
    from modelhub import endpoints

    settings.DEBUG = True  # kill points ask for it
    settings.PLATFORM_ENDPOINTS = endpoints.resolve({}, sandbox_url)
    settings.PLATFORM_RETRIES = 0
    clients.install()
    aws.client("s3").list_buckets()  # the sandbox loads its S3 at the first call, which takes a second
    clients.wait_for_answers(patience)
    settings.S3_BUCKET = BUCKET
    settings.BEDROCK_ROLE_ARN = "arn:aws:iam::123456789012:role/ModelhubBedrockRole"
    # TLS to this machine's own server costs a forked child 5 ms.
    settings.DATABASES["default"].setdefault("OPTIONS", {}).update(sslmode="disable", gssencmode="disable")


def hang_up() -> None:
    """Close what a forked child must not share: boto3's connections. Our database connection it leaves alone."""
    for service in clients.SERVICES:
        for client in clients.installed().both(service):
            client._endpoint.http_session.close()
    gc.collect()
    gc.freeze()  # a child's garbage collection would copy every page it touches
