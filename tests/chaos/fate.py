"""What befalls a worker, and where: at a kill point of the product, or before the nth SQL statement (point ``sql``)."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection
from typing import Any

from tests.chaos.steps import CUT, KILL, PAUSE, Step


class Fate:
    """The hook of one task. ``reached``: the kill points it came by."""

    def __init__(self, step: Step, line: Connection) -> None:
        self._harm, self._point, self._left, self._line = step.harm, step.point, step.nth, line
        self.reached: list[str] = []
        self.struck = False

    def at(self, point: str) -> None:
        if len(self.reached) < 200:
            self.reached.append(point)
        if point != self._point or self.struck:
            return
        self._left -= 1
        if self._left == 0:
            self.struck = True
            self._strike()

    def at_sql(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.at("sql")
        return execute(sql, params, many, context)

    def _strike(self) -> None:
        if self._harm == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        elif self._harm == PAUSE:
            self._line.send("paused")
            self._line.recv()
        elif self._harm == CUT:
            _cut_database()


def _cut_database() -> None:
    """The server ends our connection, as a restart or a failover does."""
    import psycopg
    from django.db import connection

    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    given = connection.get_connection_params()
    place = {key: given[key] for key in ("host", "port", "user", "password", "dbname") if given.get(key)}
    with psycopg.connect(**place, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
