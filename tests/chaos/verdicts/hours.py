"""Our books against the platform's bill."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.chaos.evidence import Evidence, Row, time_of
from tests.chaos.verdicts.timing import sure_looks

# Our ledger may lag behind the platform's by one look at a row (a minute while it is quiet, less while it moves).
LOOKS = 2  # what somebody else removed is believed gone at the second look
# What was never shown is believed gone only so long after it was asked for: until then Get may just not find it yet.
SHOWS_WITHIN = timedelta(minutes=2)
_CREATING = 20.0  # seconds that a throughput is Creating, and not billed under one of the switches


def hours_agree(e: Evidence) -> list[str]:
    """For every throughput of ours, and for every one that was adopted: billed from the platform's own moment, to its
    death or the look that saw it."""
    wrong = []
    bills = {line["arn"]: line for line in e.platform["bill"]}
    rows = {row["arn"]: row for row in e.rows["throughputs"] if row["arn"]}
    for birth in e.platform["created"]:
        if birth["kind"] == "throughput" and birth["arn"] in rows:  # where it is not, nothing_lost tells
            wrong += _compare(e, rows[birth["arn"]], birth, bills[birth["arn"]])
    return wrong


def _compare(e: Evidence, row: Row, birth: Row, bill: Row) -> list[str]:
    who = f"throughput {row['id']}"
    if row["billed_from"] is None:
        return [f"{who} was made and our ledger never began"]
    begins, born = time_of(row["billed_from"]), time_of(birth["at"])
    if not _may_begin(e, row, begins, born):
        return [f"{who}: our ledger begins at {begins}, the platform's at {born}"]
    death = e.death_of(row["arn"])
    ends = time_of(row["billed_until"]) if row["billed_until"] else None
    if death is None:
        return [f"{who}: our ledger ended at {ends}, but the platform still bills it"] if ends else []
    if ends is None:
        return [f"{who} is gone since {death}, and our ledger still runs"]
    if (death - ends).total_seconds() > _slack(e):
        return [f"{who}: our ledger ended at {ends}, before the platform's at {death}"]
    if ends > _latest_end(e, row, death):
        return [f"{who}: our ledger ended at {ends}, the platform's at {death}: more than one look apart"]
    return _same_hours(e, row, bill, begins - born, ends - death)


def _may_begin(e: Evidence, row: Row, begins: datetime, born: datetime) -> bool:
    """At its birth; what was gone before any look at it has told nobody when that was: then at an answer to Create."""
    told = [born] if row["seen_at"] else [born, *_asked_for(e, row)]
    return any(abs((begins - moment).total_seconds()) <= _slack(e) for moment in told)


def _asked_for(e: Evidence, row: Row) -> list[datetime]:
    return [time_of(call["at"]) for call in e.creates(row["request_token"])]


def _same_hours(e: Evidence, row: Row, bill: Row, late_begin: timedelta, late_end: timedelta) -> list[str]:
    """In hours: what differs is the look that saw its end, and what AWS leaves open (kept apart as doubtful)."""
    begins, ends = time_of(row["billed_from"]), time_of(row["billed_until"])
    ours, theirs = row["units"] * (ends - begins).total_seconds(), bill["unit_hours"] * 3600
    doubtful = _unbilled_failure(e, row["arn"])
    if e.switches.get("billing_from") == "in_service":
        doubtful += _CREATING
        if not theirs:
            return []  # it never came into service
    least = row["units"] * (_slack(e) + abs(late_begin.total_seconds()))
    most = row["units"] * (_slack(e) + abs(late_end.total_seconds()) + doubtful)
    if -least <= ours - theirs <= most:
        return []
    return [f"throughput {row['id']}: {ours / 3600:.4f} unit-hours here, {theirs / 3600:.4f} on the bill"]


def _unbilled_failure(e: Evidence, arn: str) -> float:
    """The seconds that it was there and Failed, where the platform does not bill them."""
    if e.switches.get("failed_throughput_billed", True):
        return 0.0
    death = next(each for each in e.platform["deaths"] if each["arn"] == arn)
    if not death["failed_at"]:
        return 0.0
    return (time_of(death["at"]) - time_of(death["failed_at"])).total_seconds()


def _latest_end(e: Evidence, row: Row, death: datetime) -> datetime:
    """When it must have been seen: the second look at it after its death that nothing disturbed."""
    seen_from = death + timedelta(seconds=float(e.switches.get("list_lag_seconds") or 0))
    if row["seen_at"] is None:
        seen_from = max([seen_from, *(asked + SHOWS_WITHIN for asked in _asked_for(e, row))])
    looks = [look.at for look in sure_looks(e, "throughputs", row["id"]) if look.true_time > seen_from]
    late = looks[LOOKS - 1] if len(looks) >= LOOKS else e.now
    return late + timedelta(seconds=_slack(e))


def _slack(e: Evidence) -> float:
    """Clocks that were set wrong for a while."""
    return 1.0 + e.most_skew
