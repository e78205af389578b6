"""For load balancers and supervisors: is the process up, and can it do its work? Tells no details."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

READY, NO_DATABASE, NOT_MIGRATED = "ready", "the database does not answer", "migrations are not applied yet"


@login_not_required
@require_safe
@never_cache
def livez(_request: HttpRequest) -> HttpResponse:
    """The process answers; asks nobody else, so that a database outage restarts no web server."""
    return HttpResponse("alive", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """200 when the database answers and has our tables, else 503 and a plain reason."""
    words = readiness()
    return HttpResponse(words, status=200 if words == READY else 503, content_type="text/plain")


def readiness() -> str:
    """Return READY, or what is missing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return READY if _migrations.applied() else NOT_MIGRATED
    except Error:
        return NO_DATABASE


class _Migrations:
    """Remembers a yes: migrations are not taken back under a running server, and looking costs 20 ms."""

    def __init__(self) -> None:
        self.seen = False

    def applied(self) -> bool:
        if not self.seen:
            executor = MigrationExecutor(connection)
            self.seen = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self.seen


_migrations = _Migrations()
