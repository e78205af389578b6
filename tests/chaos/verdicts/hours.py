"""Our books against the platform's bill."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.chaos.evidence import Evidence, Row

# Our ledger may lag behind the platform's by one look at a row (a minute while it is quiet, less while it moves).
LOOKS = 2  # what somebody else removed is believed gone at the second look


def hours_agree(e: Evidence) -> list[str]:
    """For every throughput of ours: billed from the platform's own moment, to its death or the look that saw it."""
    wrong = []
    bills = {line["arn"]: line for line in e.platform["bill"]}
    for birth in e.births("throughput"):
        row = e.row_of_token("throughput", birth["token"])
        if row is None or row["arn"] != birth["arn"]:
            continue  # nothing_lost tells
        if row["seen_at"] is None and _death(e, row["arn"]):
            continue  # bought by an answer that was lost, and gone before it was ever seen: nobody can know its hours
        wrong += _compare(e, row, birth, bills[birth["arn"]])
    return wrong


def _compare(e: Evidence, row: Row, birth: Row, bill: Row) -> list[str]:
    who = f"throughput {row['id']}"
    if row["billed_from"] is None:
        return [f"{who} was made and our ledger never began"]
    begins, born = _time(row["billed_from"]), _time(birth["at"])
    if abs((begins - born).total_seconds()) > _slack(e):
        return [f"{who}: our ledger begins at {begins}, the platform's at {born}"]
    death = _death(e, row["arn"])
    ends = _time(row["billed_until"]) if row["billed_until"] else None
    if death is None:
        return [f"{who}: our ledger ended at {ends}, but the platform still bills it"] if ends else []
    if ends is None:
        return [f"{who} is gone since {death}, and our ledger still runs"]
    if (death - ends).total_seconds() > _slack(e):
        return [f"{who}: our ledger ended at {ends}, before the platform's at {death}"]
    if ends > _latest_end(e, row, death):
        return [f"{who}: our ledger ended at {ends}, the platform's at {death}: more than one look apart"]
    return _same_hours(e, row, bill, (ends - death).total_seconds())


def _same_hours(e: Evidence, row: Row, bill: Row, late: float) -> list[str]:
    """In hours: what differs is the look that saw its end, and what AWS leaves open (kept apart as doubtful)."""
    ours = row["units"] * (_time(row["billed_until"]) - _time(row["billed_from"])).total_seconds() / 3600
    doubtful = 0.0
    if row["failed_at"]:
        doubtful = (_time(row["billed_until"]) - _time(row["failed_at"])).total_seconds() + 65
    if e.switches.get("billing_from") == "in_service":
        doubtful += 20  # while it was Creating
        if not bill["unit_hours"]:
            return []  # it never came into service
    allowed = row["units"] * (abs(late) + _slack(e) + doubtful + 1) / 3600
    if (
        not -1e-6 - row["units"] * _slack(e) / 3600 <= ours - bill["unit_hours"] <= allowed
        and not row["failed_at"]
    ):
        return [f"throughput {row['id']}: {ours:.4f} unit-hours here, {bill['unit_hours']:.4f} on the bill"]
    return []


def _latest_end(e: Evidence, row: Row, death: datetime) -> datetime:
    """When it must have been seen: the second look at it after its death that nothing disturbed."""
    seen_from = death + timedelta(seconds=float(e.switches.get("list_lag_seconds") or 0))
    disturbed = {_time(c["at"]) for c in e.platform["calls"] if c["fault"]}
    looks = []
    for before, moment in e.pairs():
        if (
            moment.step.kind not in ("look", "pass", "twice")
            or moment.end.end != "done"
            or moment.end.defects
        ):
            continue
        known = next((each for each in before.rows["throughputs"] if each["id"] == row["id"]), None)
        due = known and known["next_check_at"] and _time(known["next_check_at"]) <= moment.at
        if due and moment.true_time > seen_from and moment.true_time not in disturbed:
            looks.append(moment.at)
    late = looks[LOOKS - 1] if len(looks) >= LOOKS else e.now
    return late + timedelta(seconds=_slack(e))


def _death(e: Evidence, arn: str) -> datetime | None:
    return next((_time(death["at"]) for death in e.platform["deaths"] if death["arn"] == arn), None)


def _slack(e: Evidence) -> float:
    """Clocks that were set wrong for a while."""
    return 1.0 + e.most_skew


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
