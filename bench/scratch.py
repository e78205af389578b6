"""Scratch places: an environment, databases and static files that vanish with the run. Never a developer's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

DATABASES = ("small", "large", "sync")


def environment(folder: Path, database_url: str) -> dict[str, str]:
    """The environment of a measured process: production settings, nothing of this machine's .env or clouds."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "OPENAI_", "DJANGO_"))
    }
    return {
        **kept,
        "READ_DOT_ENV": "false",
        "DEBUG": "false",
        "ALLOW_SANDBOX": "true",
        "SECRET_KEY": "only-for-benchmarks-" + "x" * 40,
        "VAR_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "DATABASE_URL": database_url,
        "CELERY_BROKER_URL": "memory://",
        "SANDBOX_URL": "",
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "PYTHONHASHSEED": "0",
    }


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """The address whose name the scratch databases extend: files that go with the folder."""
    yield f"sqlite:///{folder / 'bench'}"


@contextmanager
def postgres(url: str) -> Iterator[str]:
    """The same on a PostgreSQL server: databases of our own, dropped at the end."""
    import psycopg

    base = f"modelhub_bench_{os.getpid()}"
    names = [f"{base}_{which}" for which in DATABASES]
    with psycopg.connect(url, autocommit=True) as server:
        for name in names:
            server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{base}"))
        finally:
            for name in names:
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
