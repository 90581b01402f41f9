"""Until when: the deadline of a call in every clock that matters to a reader, and the time left."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hanse.callbook.page.values import Block, Line, Pairs, Paragraph, Text, View, gap, table, text
from hanse.core.call import Call
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown
from hanse.core.values.window import Window
from hanse.core.values.words import WEEKDAYS, day_in_words, hour_in_words, left_in_words


def closes(call: Call) -> Line:
    """The deadline on one line, as the call states it."""
    window = call.window
    if isinstance(window.closes_on, Unknown):
        return gap(window.closes_on)
    day = day_in_words(window.closes_on)
    place = _place(window.zone)
    if isinstance(window.closes_at, Unknown):
        return (text(day, call.window_citation), Text("the hour is", mark="not stated"))
    return (text(f"{day}, {hour_in_words(window.closes_at)} {place} time", call.window_citation),)


def _place(zone: str) -> str:
    """`Brussels` for `Europe/Brussels`."""
    return zone.rpartition("/")[2].replace("_", " ")


def status(window: Window, now: datetime, dated: Maybe[date] = NOT_STATED) -> str:
    """Open or closed at an instant, with the time left to the minute.

    Args:
        dated: the day of the text: where no day of opening is stated, a call is not open before it.
    """
    opens, closing = window.opens_on, window.closing
    today = now.astimezone(ZoneInfo(window.zone)).date()
    if not isinstance(opens, Unknown) and today < opens:
        return f"not open yet; opens on {day_in_words(opens)}"
    if isinstance(opens, Unknown) and not isinstance(dated, Unknown) and today < dated:
        return f"not open yet; its text is dated {day_in_words(dated)}"
    in_time = window.in_time(now)
    if isinstance(in_time, Unknown):
        return "not known: the sources do not state the day or the hour of the deadline"
    if not in_time:
        return "closed"
    if isinstance(closing, Unknown):
        return "open; the hour of the deadline is not stated"
    left = f"{left_in_words(closing - now) or 'less than a minute'} left"
    if isinstance(opens, Unknown) and isinstance(dated, Unknown):
        return f"not closed; {left}; the day of opening is not stated"
    return f"open; {left}"


def until_when(call: Call, view: View) -> list[Block]:
    """The deadline where the call is, where the reader is, and in UTC; and what holds at the instant itself."""
    window = call.window
    closing = window.closing
    if isinstance(window.closes_on, Unknown):
        return [Pairs((("Deadline", gap(window.closes_on)),))]
    if isinstance(closing, Unknown):
        return [Pairs((("Deadline", closes(call)),))]
    zones = {window.zone: f"{_place(window.zone)} (the call)"}
    zones.setdefault(view.zone, f"{_place(view.zone)} (your zone)")
    if "UTC" not in {_place(zone) for zone in zones}:
        zones["UTC"] = "UTC"
    rows = tuple(_zone_row(name, closing, zone) for zone, name in zones.items())
    blocks: list[Block] = [table("The deadline in local time", ("Place", "Day", "Time", "Offset"), rows)]
    if view.now is not None:
        blocks.append(Pairs((("Status", (text(status(window, view.now, call.edition_date)),)),)))
    return [*blocks, _closing_instant(window.closing_instant_counts, closing, window.zone)]


def _zone_row(name: str, closing: datetime, zone: str) -> tuple[Line, ...]:
    local = closing.astimezone(ZoneInfo(zone))
    day = f"{WEEKDAYS[local.weekday()]} {day_in_words(local.date())}"
    return (text(name),), (text(day),), (text(hour_in_words(local.time())),), (text(f"UTC{_offset(local)}"),)


def _offset(local: datetime) -> str:
    ahead = local.utcoffset() or timedelta()
    sign = "-" if ahead < timedelta() else "+"
    hours, rest = divmod(abs(ahead), timedelta(hours=1))
    return f"{sign}{hours:02d}:{rest // timedelta(minutes=1):02d}"


def _closing_instant(counts: Maybe[bool], closing: datetime, zone: str) -> Paragraph:
    hour = f"{closing.astimezone(ZoneInfo(zone)):%H:%M:%S}"
    if isinstance(counts, Unknown):
        said = f"Whether a proposal received at exactly {hour} is in time:"
        note = "doubt is resolved for the applicant"
        return Paragraph(
            (text(said), *gap(Unknown()), Text("and read as in time", mark="assumed", note=note)), aside=True
        )
    word = "in time" if counts else "late"
    return Paragraph((text(f"A proposal received at exactly {hour} is {word}."),))
