"""Is the deadline a time that exists once, and after the opening."""

from collections.abc import Iterator
from datetime import timedelta

from hanse.callbook.lint.remarks import Remark, contradiction, warning
from hanse.core.call import Call
from hanse.core.values.unknown import Unknown
from hanse.core.values.window import clock_change_at, clock_changes_on
from hanse.core.values.words import day_in_words, hour_in_words

FILE = "call.toml"


def date_remarks(call: Call) -> Iterator[Remark]:
    """Contradictions and warnings about the window."""
    window = call.window
    opens, day, hour = window.opens_on, window.closes_on, window.closes_at
    if isinstance(day, Unknown):
        if not isinstance(hour, Unknown):
            yield contradiction(
                FILE,
                "window.closes_at",
                "the hour of the deadline is stated but not its day",
                "State closes_on, or take the hour out.",
            )
        return
    if not isinstance(opens, Unknown) and opens > day:
        what = f"the call opens on {day_in_words(opens)}, after it closes on {day_in_words(day)}"
        yield contradiction(FILE, "window.opens_on", what, "Correct one of the two days.")
    if isinstance(hour, Unknown):
        return
    shown = f"{hour_in_words(hour)} on {day_in_words(day)} in {window.zone}"
    change = clock_change_at(day, hour, window.zone)
    if change == "skipped":
        what = f"{shown} is a time that no clock shows: the clocks are put forward over it"
        yield contradiction(FILE, "window.closes_at", what, "Choose an hour outside the change, or another day.")
    elif change == "repeated":
        what = f"{shown} is shown twice: the clocks are put back over it"
        yield contradiction(FILE, "window.closes_at", what, "Choose an hour outside the change, or another day.")
    elif clock_changes_on(day, window.zone) or clock_changes_on(day - timedelta(days=1), window.zone):
        what = f"the clocks change in {window.zone} on or just before the closing day {day_in_words(day)}"
        yield warning(FILE, "window.closes_on", what, "Remind applicants of it, or close on another day.")
