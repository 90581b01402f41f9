"""When a call is open. A deadline is a local day and hour with its zone, turned to UTC once."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hanse.core.values.unknown import Maybe, Unknown


@dataclass(frozen=True, slots=True)
class Window:
    """The opening and closing of a call.

    Attributes:
        opens_on: first local day.
        closes_on: local day of the deadline.
        closes_at: local hour of the deadline, as people of that zone read a clock.
        zone: IANA zone name, for example `Europe/Brussels`.
        closing_instant_counts: whether a proposal received exactly at the closing instant is in time.
    """

    opens_on: Maybe[date]
    closes_on: Maybe[date]
    closes_at: Maybe[time]
    zone: str
    closing_instant_counts: Maybe[bool]

    @property
    def closing(self) -> Maybe[datetime]:
        """The closing instant in UTC; unknown if the day or the hour is not stated."""
        if isinstance(self.closes_on, Unknown):
            return self.closes_on
        if isinstance(self.closes_at, Unknown):
            return self.closes_at
        return datetime.combine(self.closes_on, self.closes_at, ZoneInfo(self.zone)).astimezone(UTC)

    def in_time(self, received_at: datetime) -> Maybe[bool]:
        """Whether something received at this instant is in time.

        The closing instant itself counts as in time unless the call says otherwise: where the source is
        silent, doubt is resolved for the applicant, and `closing_instant_assumed` says that it was.

        Where the hour is not stated, earlier local days are in time, later ones are late, and the closing
        day itself is unknown.

        Raises:
            ValueError: if `received_at` has no zone.
        """
        if received_at.tzinfo is None:
            raise ValueError("an instant needs a zone; expected for example 2020-12-02T17:00:00+01:00")
        closing = self.closing
        if not isinstance(closing, Unknown):
            return received_at < closing or (received_at == closing and self.closing_instant_counts is not False)
        if isinstance(self.closes_on, Unknown):
            return closing
        day = received_at.astimezone(ZoneInfo(self.zone)).date()
        return closing if day == self.closes_on else day < self.closes_on

    @property
    def closing_instant_assumed(self) -> bool:
        """True if the source does not say whether the closing instant itself is in time."""
        return isinstance(self.closing_instant_counts, Unknown)


def clock_change_at(day: date, hour: time, zone: str) -> str:
    """Name what is wrong with a local time on the night the clocks change.

    Returns:
        `"skipped"` if no clock shows it, `"repeated"` if clocks show it twice, `""` if it is an ordinary time.
    """
    local = datetime.combine(day, hour)
    first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return ""
    back = first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return "repeated" if back == local else "skipped"


def clock_changes_on(day: date, zone: str) -> bool:
    """True if the clocks of `zone` are put forward or back during this local day."""
    at = ZoneInfo(zone)
    start, end = (datetime.combine(d, time(), at) for d in (day, day + timedelta(days=1)))
    return start.utcoffset() != end.utcoffset()
