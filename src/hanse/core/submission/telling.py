"""A receipt in words, the same on paper and at a terminal: what happened, when, and what it means.

    faults_in_parts(claims)         what keeps a receipt from being told, each with its place
    story = story_of(claims)        its sentences
    grouped(digest)                 a digest that two people can compare aloud

Instants are told in Brussels time, with UTC beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hanse.core.values.words import day_in_words

BRUSSELS = ZoneInfo("Europe/Brussels")
YEARS = range(1970, 3000)
"""Years of which receipts may speak; others cannot be told in every zone."""
GROUP = 8

PARTS: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "call": {"reference": (str,), "edition": (str,), "number": (int,), "digest": (str,)},
    "coordinator": {"organisation": (str,), "name": (str,)},
    "code": {"version": (str,), "core": (str,)},
}
"""What the tables of claims hold at least."""
ROWS: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "reasons": {"about": (str,), "text": (str,)},
    "mandates": {"organisation": (str,), "name": (str,), "role": (str,), "given_on": (str, type(None))},
}
"""What each row of the lists of claims holds at least."""


@dataclass(frozen=True, slots=True)
class Story:
    """What a receipt says, in sentences.

    Attributes:
        headline: the outcome in a word or two.
        good: whether it is what the sender wanted.
        happened: what arrived, when, and how long before or after the deadline.
        means: what follows from it.
    """

    headline: str
    good: bool
    happened: str
    means: str


def faults_in_parts(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """What the parts of claims lack, each with its place. What `documents.faults_in_receipt` tells is passed over."""
    return tuple(_faults_in_parts(claims))


def _faults_in_parts(claims: Mapping[str, Any]) -> Iterator[str]:
    for part, wanted in PARTS.items():
        if isinstance(claims.get(part), Mapping):
            yield from _faults_in_table(f"claims.{part}", claims[part], wanted)
    for part, wanted in ROWS.items():
        for number, row in _rows(claims, part):
            if isinstance(row, Mapping):
                yield from _faults_in_table(f"claims.{part}, row {number}", row, wanted)
            else:
                yield f"claims.{part}, row {number}: is no table"
    for number, remark in _rows(claims, "remarks"):
        if not isinstance(remark, str):
            yield f"claims.remarks, row {number}: is no text"
    for key in ("received_at", "sealed_at", "closing"):
        instant = _instant(claims.get(key))
        if instant is not None and instant.year not in YEARS:
            yield f"claims.{key}: {claims[key]!r} is not of this age"


def _rows(claims: Mapping[str, Any], part: str) -> Iterator[tuple[int, Any]]:
    rows = claims.get(part)
    return iter(enumerate(rows if isinstance(rows, list) else [], start=1))


def _instant(written: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return None


def _faults_in_table(place: str, table: Mapping[str, Any], wanted: Mapping[str, tuple[type, ...]]) -> Iterator[str]:
    for key, kinds in wanted.items():
        if not isinstance(table.get(key, ...), kinds):
            yield f"{place}.{key} is missing, or is not what stands there"
        elif key == "given_on" and table[key] is not None and not _is_day(table[key]):
            yield f"{place}.{key}: {table[key]!r} is no day"


def _is_day(written: str) -> bool:
    try:
        return bool(date.fromisoformat(written))
    except ValueError:
        return False


def story_of(claims: Mapping[str, Any]) -> Story:
    """What happened, from claims in which no fault was found."""
    accepted = claims["outcome"] == "accepted"
    headline, happened, means = _STORIES[claims["act"], accepted]
    # Titles come from people: a title with braces is put in, never read.
    told = happened.format(what=what_of(claims), admits=claims["admits"] or "of this application")
    told = told[0].upper() + told[1:]
    when = f"on {instant_in_words(claims['received_at'])}"
    apart = "" if claims["act"] == "admission" else against_deadline(claims)
    return Story(headline, accepted, f"{told} {when}{f', {apart}' if apart else ''}.", means)


_STORIES = {
    ("submission", True): (
        "Received",
        "{what} was received",
        "It is submitted. It counts unless a later receipt of the same application takes its place or withdraws it.",
    ),
    ("submission", False): (
        "Not submitted",
        "An attempt to submit {what} was received",
        "The attempt was refused, so it submitted nothing. What was submitted before it, if anything, still counts.",
    ),
    ("withdrawal", True): (
        "Withdrawn",
        "The withdrawal of {what} was received",
        "The application is withdrawn and takes no part in the call, unless it is submitted again in time.",
    ),
    ("withdrawal", False): (
        "Not withdrawn",
        "An attempt to withdraw {what} was received",
        "The withdrawal was refused, so it changed nothing: what was submitted before it still counts.",
    ),
    ("admission", True): (
        "Admitted after the closing",
        "The decision of two officers to admit the late attempt {admits}, {what}, was made",
        "What that attempt submitted counts, unless a later receipt of the same application says otherwise.",
    ),
    ("admission", False): (
        "Not admitted",
        "The decision not to admit the late attempt {admits}, {what}, was made",
        "What that attempt submitted does not count.",
    ),
}


def what_of(claims: Mapping[str, Any]) -> str:
    """`the application “Clean seas” (clean-seas) of Lanterna and 2 others for strand A of TEST-2020`."""
    lead = claims["coordinator"]
    others = sum(1 for each in claims["mandates"] if not lead or each["organisation"] != lead["organisation"])
    also = f" and {others} other{'s' * (others != 1)}" if others else ""
    of = f" of {lead['name']}{also}" if lead else ""
    strand = f"strand {claims['strand']} of " if claims["strand"] else ""
    return f"the application “{claims['title']}” ({claims['proposal']}){of} for {strand}{claims['call']['reference']}"


def instant_in_words(written: str) -> str:
    """`2 December 2020 at 16:58:03.250 Brussels time (15:58:03.250 UTC)`.

    Thousandths stand only where there are any, cut and never rounded up; the day of UTC only where it is another.
    """
    instant = datetime.fromisoformat(written)
    local, universal = instant.astimezone(BRUSSELS), instant.astimezone(UTC)
    fine = f".{instant.microsecond // 1000:03d}" if instant.microsecond else ""
    day = "" if local.date() == universal.date() else f"{day_in_words(universal.date())}, "
    return f"{day_in_words(local.date())} at {local:%H:%M:%S}{fine} Brussels time ({day}{universal:%H:%M:%S}{fine} UTC)"


def against_deadline(claims: Mapping[str, Any]) -> str:
    """How long before or after the deadline it arrived; empty where the call states no hour."""
    if claims["closing"] is None:
        return ""
    closing, received = datetime.fromisoformat(claims["closing"]), datetime.fromisoformat(claims["received_at"])
    if received == closing:
        return "exactly at the deadline"
    return f"{_span(abs(closing - received))} {'before' if received < closing else 'after'} the deadline"


def _span(apart: timedelta) -> str:
    """Days to seconds, without what is zero; to the last digit where it is less than a minute."""
    seconds = apart.seconds
    if apart < timedelta(minutes=1):
        exact = f"{seconds}.{apart.microseconds:06d}".rstrip("0").rstrip(".")
        return f"{exact} second{'s' * (exact != '1')}"
    parts = ((apart.days, "day"), (seconds // 3600, "hour"), (seconds // 60 % 60, "minute"), (seconds % 60, "second"))
    shown = [f"{count} {unit}{'s' * (count != 1)}" for count, unit in parts if count]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def grouped(digest: str) -> str:
    """A digest in groups of eight digits."""
    return " ".join(digest[start : start + GROUP] for start in range(0, len(digest), GROUP))
