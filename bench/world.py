"""What both sides work on: scratch databases full of models, a logged-in admin, and requests without a socket."""

from __future__ import annotations

import sys
from copy import deepcopy
from io import BytesIO
from typing import Protocol

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connections
from django.db.models import F

from bench import canned
from catalog.models import Model, Revision
from catalog.sync import sync_platform

BACKEND = "django.contrib.auth.backends.ModelBackend"


class Database:
    """One scratch database; ``use()`` makes it the default of this process."""

    def __init__(self, which: str) -> None:
        self.connection = connections.create_connection("default")
        self.connection.settings_dict = deepcopy(self.connection.settings_dict)
        self.connection.settings_dict["NAME"] = f"{settings.DATABASES['default']['NAME']}_{which}"
        self.use()
        call_command("migrate", interactive=False, verbosity=0)

    def use(self) -> None:
        connections["default"] = self.connection


def fill(count: int) -> None:
    """``count`` models through the product's own sync: four fifths Bedrock, a third enabled, all kinds of status."""
    with canned.platforms(bedrock=count * 4 // 5, openai=count // 5):
        for platform in ("bedrock", "openai"):
            run = sync_platform(platform)
            if run.state != "succeeded":
                raise RuntimeError(run.error_message)
    Model.objects.annotate(rest=F("id") % 3).filter(rest=0).update(enabled=True)
    Model.objects.annotate(rest=F("id") % 20).filter(rest=7).update(listed=False)
    Revision.objects.update(number=count)  # the cached counts are keyed by it: no two worlds may share one
    if connections["default"].vendor == "postgresql":
        connections["default"].cursor().execute("VACUUM ANALYZE")


def login() -> str:
    """A superuser's session cookie."""
    user, _ = get_user_model().objects.get_or_create(
        username="bench", defaults={"is_staff": True, "is_superuser": True}
    )
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


class Ask(Protocol):
    """Send a GET, insist on the status, return the length of the answer."""

    def __call__(self, address: str, expect: int = 200) -> int: ...


def asker(cookie: str) -> Ask:
    """Return a function that sends a GET through the whole WSGI stack and returns the length of the answer."""
    from modelhub.wsgi import application

    def ask(address: str, expect: int = 200) -> int:
        path, _, query = address.partition("?")
        statuses: list[str] = []
        answer = application(_environ(path, query, cookie), lambda status, headers: statuses.append(status))
        length = sum(map(len, answer))
        answer.close()  # ends the request: Django's signals look after the connection here
        if int(statuses[0][:3]) != expect:
            raise RuntimeError(f"{address} answered {statuses[0]}")
        return length

    return ask


def _environ(path: str, query: str, cookie: str) -> dict[str, object]:
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": cookie,
        "HTTP_USER_AGENT": "bench",
        "wsgi.url_scheme": "https",
        "wsgi.version": (1, 0),
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
