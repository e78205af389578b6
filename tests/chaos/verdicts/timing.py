"""How soon everything is looked at again, in numbers of our own: no due time of the product is taken at its word.

The numbers are what the pages and docs tell people: what moves is looked at every few seconds, what is quiet once a
minute; what a killed worker held is free again after 90 seconds; a pause after trouble grows to five minutes (so does
that between Stops which change nothing), but to one only for what may be billed. Each has one beat of five seconds on
top. (No schedule's Retry-After asks for more.)
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.chaos.evidence import ENDED, LOOKS, Evidence, Row, ended_well, time_of
from tests.chaos.snapshots import Snapshot
from tests.chaos.world import Moment

MOVING, QUIET, HELD, TROUBLED = 15, 65, 95, 305  # seconds
_MOVING = ("requested", "creating", "updating", "removing", "stopping")
_OVER = {
    "throughputs": ENDED,
    "deployments": ENDED,
    "jobs": ("completed", "failed", "stopped"),
    "deletions": ("done", "refused"),
}
_MADE_DUE = ("remove", "undeploy", "stop")


def looked_at_in_time(e: Evidence) -> list[str]:
    """Whatever may still change is due again in time at every moment, and a look leaves nothing that is due."""
    late, held, slack = [], None, timedelta(seconds=e.most_skew)
    for moment in e.moments:
        if moment.step.kind in LOOKS and not ended_well(moment):
            held = moment.at + timedelta(seconds=HELD)
        for table, row in _alive(moment.rows):
            who, due = f"{table[:-1]} {row['id']} ({row['state']})", _due(row)
            latest = moment.at + timedelta(seconds=limit(table, row)) + slack
            if due is None:
                late.append(f"{who} is never looked at again after “{moment.label}”")
            elif due > max(latest, held + slack if held else latest):
                late.append(f"{who} is looked at again only at {due}, after “{moment.label}” at {moment.at}")
            elif due < moment.at and moment.step.kind in LOOKS and e.is_undisturbed(moment):
                late.append(f"{who} was due at {due}, and “{moment.label}” at {moment.at} left it so")
    return list(dict.fromkeys(late))


def limit(table: str, row: Row) -> float:
    """The longest pause until the next look at this row, in seconds."""
    if table == "deletions":  # asked again less and less often
        return TROUBLED
    if row["trouble"]:
        may_be_billed = table in ("throughputs", "deployments") and row["state"] != "requested"
        return QUIET if may_be_billed else TROUBLED
    if table == "jobs" and row["stop_wanted"] and row["attempts"]:
        return TROUBLED  # it was asked to stop, and goes on: it is asked later and later
    return MOVING if row["state"] in _MOVING else QUIET


def sure_looks(e: Evidence, table: str, pk: int) -> list[Moment]:
    """Looks that nothing disturbed, at moments when the row must have been due."""
    sure: list[Moment] = []
    due = _first_due(e, table, pk)
    for _, moments, after in e.turns():
        moment, row = moments[-1], row_in(after, table, pk)
        if row is None:
            continue
        due = due or moment.at
        if moment.step.kind == "act" and moment.end.end == "done" and moment.step.what in _MADE_DUE:
            due = moment.at if (moment.end.value or {}).get("pk") == pk else due
        if not any(each.step.kind in LOOKS for each in moments):
            continue
        if len(moments) == 1 and due <= moment.at and e.is_undisturbed(moment):
            sure.append(moment)
        pause = (
            limit(table, row) if len(moments) == 1 and ended_well(moment) else max(HELD, limit(table, row))
        )
        due = max(due, moment.at + timedelta(seconds=pause + e.most_skew))
    return sure


def row_in(rows: Snapshot, table: str, pk: int) -> Row | None:
    return next((row for row in rows[table] if row["id"] == pk), None)


def _first_due(e: Evidence, table: str, pk: int) -> datetime | None:
    """Of what was there when the story began nobody knows when it was last looked at."""
    first = e.moments[0]
    row = row_in(first.rows, table, pk)
    return first.at + timedelta(seconds=limit(table, row)) if row else None


def _alive(rows: Snapshot) -> list[tuple[str, Row]]:
    return [(table, row) for table, over in _OVER.items() for row in rows[table] if row["state"] not in over]


def _due(row: Row) -> datetime | None:
    return time_of(row["next_check_at"]) if row["next_check_at"] else None
