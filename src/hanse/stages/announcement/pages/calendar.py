"""A deadline as an iCalendar entry (RFC 5545), written by hand: it is a dozen lines."""

from datetime import UTC, datetime

from hanse.stages.announcement.models import CallEdition

LONGEST_LINE = 75
"""Octets of a line, its end not counted; a longer one is folded."""


def calendar_of(edition: CallEdition, *, said: str, address: str, made_at: datetime) -> str:
    """The calendar of one deadline, with a reminder a day and a week before.

    Args:
        said: the deadline in words, as the call states it.
        address: of the call's page.
        made_at: when this edition came into force.

    Raises:
        ValueError: if the edition states no closing instant.
    """
    if edition.closing is None:
        raise ValueError(f"{edition} states no closing instant")
    title = f"Deadline: {edition.title}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Hanse//Calls//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:deadline-{edition.reference}@hanse",
        f"SEQUENCE:{edition.number - 1}",
        f"DTSTAMP:{_instant(made_at)}",
        f"DTSTART:{_instant(edition.closing)}",
        f"DTEND:{_instant(edition.closing)}",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(f'Applications to {edition.reference} close on {said}. {address}')}",
        f"URL:{address}",
        "TRANSP:TRANSPARENT",
        *_reminder("P7D", f"{title} (in a week)"),
        *_reminder("P1D", f"{title} (in a day)"),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _reminder(before: str, words: str) -> list[str]:
    return ["BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-{before}", f"DESCRIPTION:{_text(words)}", "END:VALARM"]


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """Text in which no character can end a line or a value."""
    for special in ("\\", ";", ","):
        words = words.replace(special, f"\\{special}")
    return "\\n".join(words.splitlines())


def _folded(line: str) -> str:
    """A line of at most 75 octets, going on below behind a space; no character is cut in two."""
    parts, part, room = [], "", LONGEST_LINE
    for letter in line:
        size = len(letter.encode())
        if size > room:
            parts.append(part)
            part, room = "", LONGEST_LINE - 1  # the space that leads it counts too
        part += letter
        room -= size
    return "\r\n ".join([*parts, part])
