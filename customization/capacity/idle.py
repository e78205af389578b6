"""Does anybody call what is rented? Pure. That nobody called and that we can't know are told apart, always."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

# Readings are made every 15 minutes; one that is this old says nothing of now.
STALE_AFTER = timedelta(hours=1)


class Use(StrEnum):
    """What is known of the calls. Only ``IDLE`` is an accusation."""

    IN_USE = "in use"
    IDLE = "idle"
    NO_DATA = "no data yet"
    CANNOT_READ = "cannot read"


@dataclass(frozen=True, slots=True)
class Idle:
    """``since``: from when on nobody called (IDLE), or the last call that was seen."""

    use: Use
    words: str
    since: datetime | None = None

    @property
    def is_idle(self) -> bool:
        return self.use == Use.IDLE

    def __str__(self) -> str:
        return self.words


def idle_of(
    *,
    in_service_since: datetime | None,
    last_invoked_at: datetime | None,
    usage_read_at: datetime | None,
    usage_read_from: datetime | None = None,
    usage_trouble: str,
    now: datetime,
    hours: int,
    zone: tzinfo = UTC,
) -> Idle:
    """Say whether a throughput in service has gone without a call for ``hours``.

    Counted from where the readings begin (``usage_read_from``) up to the last one: for the time before and after them
    nobody can tell. Moments are told in ``zone``.
    """
    if usage_trouble:
        return Idle(Use.CANNOT_READ, f"cannot read: {usage_trouble}", last_invoked_at)
    if usage_read_at is None or in_service_since is None:
        return Idle(Use.NO_DATA, "no data yet")
    if now - usage_read_at > STALE_AFTER:
        why = f"cannot read: not read since {_moment(usage_read_at, now, zone)}"
        return Idle(Use.CANNOT_READ, why, last_invoked_at)
    quiet_since = max(filter(None, (in_service_since, last_invoked_at, usage_read_from)))
    if usage_read_at - quiet_since >= timedelta(hours=hours):
        moment = _moment(quiet_since, now, zone)
        if quiet_since not in (in_service_since, last_invoked_at):
            return Idle(Use.IDLE, f"no call seen since {moment}", quiet_since)
        never = "" if last_invoked_at else ", never called"
        return Idle(Use.IDLE, f"idle since {moment}{never}", quiet_since)
    if last_invoked_at and last_invoked_at >= (usage_read_from or last_invoked_at):
        return Idle(Use.IN_USE, "in use", last_invoked_at)
    return Idle(Use.NO_DATA, "no data yet")


def _moment(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """The time of a day that is today; else the day too. With its zone: pages and the history differ in theirs."""
    moment = moment.astimezone(zone)
    is_today = moment.date() == now.astimezone(zone).date()
    return f"{moment:%H:%M %Z}" if is_today else f"{moment:%Y-%m-%d %H:%M %Z}"
