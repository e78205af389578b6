"""What is rented is what was asked for: units and hours, as the actions had them. Our own columns tell nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.chaos.evidence import MAY_HAVE_DONE, Evidence, Row, time_of
from tests.chaos.steps import HOURS, UNITS
from tests.chaos.verdicts.timing import row_in
from tests.chaos.world import Moment

_EXACT = timedelta(seconds=1)


def rented_as_asked(e: Evidence) -> list[str]:
    """The platform made as many units as an admin had asked for, and each lease ends as many hours after the action as
    the admin said, and as extensions have added."""
    units = {line["arn"]: line["units"] for line in e.platform["bill"]}
    wrong = []
    for row in e.rows["throughputs"]:
        begun = _begun_by(e, row)
        asked = {
            moment.step.fields.get("units", UNITS) for moment in begun if moment.step.what == "provision"
        }
        if asked and row["arn"] in units and units[row["arn"]] not in asked:
            wrong.append(
                f"throughput {row['id']}: {units[row['arn']]} units were made, {asked} were asked for"
            )
        ends = _ends(e, row, begun)
        if ends and not (row["ends_at"] and _is_any(time_of(row["ends_at"]), ends)):
            wrong.append(
                f"throughput {row['id']} ends at {row['ends_at']}, asked for was {', '.join(map(str, sorted(ends)))}"
            )
    return wrong


def _begun_by(e: Evidence, row: Row) -> list[Moment]:
    """The action that has led to this row, or those that may have: it was there after them and not before."""
    if row_in(e.moments[0].rows, "throughputs", row["id"]):
        return [moment for moment in e.earlier if _was_on(moment, row) and moment.step.what == "provision"]
    for before, moments, after in e.turns():
        if row_in(after, "throughputs", row["id"]) and not row_in(before, "throughputs", row["id"]):
            return [moment for moment in moments if _may_have_begun(e, moment, row)]
    return []


def _may_have_begun(e: Evidence, moment: Moment, row: Row) -> bool:
    acted = moment.step.kind == "act" and moment.end.end in ("done", *MAY_HAVE_DONE)
    takes_in = moment.step.what == "adopt" and moment.step.fields.get("noun") == "throughput"
    return acted and (takes_in or moment.step.what == "provision") and _is_of(e, moment, row)


def _ends(e: Evidence, row: Row, begun: list[Moment]) -> set[datetime]:
    """The moments at which its lease may end; empty when no action tells."""
    ends = {moment.at + timedelta(hours=moment.step.fields.get("hours", HOURS)) for moment in begun}
    if row["adopted"] and not any(moment.step.what == "adopt" for moment in begun):
        return set()  # it was lost and came home by itself: its end is not known
    for moment in e.acts("extend"):
        more = {max(end, moment.at) + timedelta(hours=HOURS) for end in ends}
        if moment.end.end == "done" and _was_on(moment, row):
            ends = more
        elif moment.end.end in MAY_HAVE_DONE and _is_of(e, moment, row):
            ends |= more
    return ends


def _was_on(moment: Moment, row: Row) -> bool:
    told = moment.end.value or {}
    return bool(told.get("table") == "throughputs" and told.get("pk") == row["id"])


def _is_of(e: Evidence, moment: Moment, row: Row) -> bool:
    return bool(e.model(row["model_id"])["name"] == moment.step.on)


def _is_any(moment: datetime, ends: set[datetime]) -> bool:
    return any(abs(moment - end) <= _EXACT for end in ends)
