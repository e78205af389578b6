"""No wish is dropped: it comes to nothing only when the platform itself said no, or after the time that is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import unquote

from tests.chaos.evidence import LOOKS, TABLE, Evidence, Row, is_final, is_refused, time_of
from tests.chaos.verdicts.timing import row_in

PASS = 360.0  # seconds that go by before the looks of a pass
WISH = timedelta(hours=1)  # for so long the platform is asked; the page says so
_UNFULFILLED = {"throughput": ("refused",), "deployment": ("refused",), "job": ("failed",)}


def no_wish_is_dropped(e: Evidence) -> list[str]:
    """What came to nothing without a birth was refused for good by the platform, unwanted by then, or an hour old."""
    born = {birth["token"] for birth in e.platform["created"]}
    dropped = []
    for kind, table in TABLE.items():
        for row in e.rows[table]:
            if row["arn"] or row["adopted"] or row["request_token"] in born:
                continue
            said = is_final(e.creates(row["request_token"]))
            if row["state"] in _UNFULFILLED[kind] and not said and not _is_old(row):
                dropped.append(
                    f"{kind} {row['id']} is {row['state']}, and the platform has not said no for good"
                )
            if row["state"] in ("removed", "stopped") and not (
                row.get("removal_asked_at") or row.get("stop_wanted")
            ):
                dropped.append(f"{kind} {row['id']} is {row['state']}, and nobody asked for that")
    return dropped + [
        f"the deletion of {row['arn']} was refused, and nothing was in its way"
        for row in e.rows["deletions"]
        if row["state"] == "refused" and not (_is_old(row) or _was_in_the_way(e, row))
    ]


def waits(e: Evidence, row: Row) -> bool:
    """The platform gives no way on for a reason that may pass: it was asked in the very last pass, and said so."""
    begun = _last_pass(e)
    asked = [call for call in e.platform["calls"] if time_of(call["at"]) >= begun and _is_about(call, row)]
    return bool(row["trouble"] and row["next_check_at"]) and any(_gives_no_way_on(e, call) for call in asked)


def _last_pass(e: Evidence) -> datetime:
    """When it began: a pass is a long wait and the looks that follow. Without one, the last look."""
    begun = [m.true_time for m in e.moments if m.step.kind == "wait" and m.step.seconds >= PASS]
    looks = [m.true_time for m in e.moments if m.step.kind in LOOKS]
    return max(begun or looks, default=e.now)


def _gives_no_way_on(e: Evidence, call: Row) -> bool:
    """Was it refused, or answered as a repeat of what somebody else has removed since (then it may name nothing)?"""
    return is_refused(call) or bool(call.get("repeat_of") and _born_and_gone(e, call))


def _born_and_gone(e: Evidence, call: Row) -> bool:
    made = [birth["arn"] for birth in e.platform["created"] if birth["token"] == call["token"]]
    return bool(made) and not any(arn in e.alive() for arn in made)


def _is_old(row: Row) -> bool:
    """Jobs are asked for until the platform answers, so they have no such end (nor these columns)."""
    return "created_at" in row and time_of(row["changed_at"]) - time_of(row["created_at"]) >= WISH


def _is_about(call: Row, row: Row) -> bool:
    token, arn = row["request_token"], row["arn"]
    return call["token"] == token or bool(arn and arn in unquote(call["path"]))


def _was_in_the_way(e: Evidence, deletion: Row) -> bool:
    """Did the platform refuse it for good, or did anything serve the model at that time, here or there?"""
    said = [
        c for c in e.platform["calls"] if c["operation"] == "DeleteCustomModel" and _is_about(c, deletion)
    ]
    at = time_of(deletion["changed_at"])
    return is_final(said) or _served_here(e, deletion) or _served_there(e, deletion["arn"], at)


def _served_here(e: Evidence, deletion: Row) -> bool:
    """Had the model a live row just before its deletion was refused?"""
    for before, _, after in e.turns():
        was, now = row_in(before, "deletions", deletion["id"]), row_in(after, "deletions", deletion["id"])
        if now and now["state"] == "refused" and (was is None or was["state"] != "refused"):
            return any(
                row["model_id"] == deletion["model_id"] and row["state"] not in ("removed", "refused")
                for rows in (before, after)
                for table in ("throughputs", "deployments")
                for row in rows[table]
            )
    return True  # refused before the story began


def _served_there(e: Evidence, arn: str, at: datetime) -> bool:
    served = {server for server, (model, _) in e.servers().items() if model == arn}
    served |= {death["arn"] for death in e.platform["deaths"] if death.get("model_arn") == arn}
    slack = timedelta(seconds=1 + e.most_skew)
    births = {birth["arn"]: time_of(birth["at"]) for birth in e.platform["created"]}
    for server in served & births.keys():
        death = e.death_of(server)
        if births[server] <= at + slack and (death is None or death >= at - slack):
            return True
    return False
