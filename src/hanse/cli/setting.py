"""The surroundings of a check as the command line sets them: which call, asked on which day."""

import argparse
from datetime import date, datetime

from hanse.callbook.reference import geography
from hanse.callbook.setting import day_of_countries
from hanse.core.call import Call
from hanse.core.eligibility.context import Context, Submissions
from hanse.core.values.faults import Fault, Faulty


def as_of_argument(written: str) -> date:
    """Read `--as-of`: a day, or an instant with its zone, of which the day counts."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        pass
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is neither a day nor an instant; e.g. 2020-12-02") from None
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{written!r} has no zone; e.g. 2020-12-02T17:00:00+01:00")
    return instant.date()


def context_for(call: Call, as_of: date | None = None, submissions: Submissions | None = None) -> Context:
    """The context of a check.

    Memberships are asked on the day given, else on the day the call names, else on its closing day.

    Raises:
        Faulty: if none of the three is known.
    """
    day = day_of_countries(call, as_of)
    if day is not None:
        return Context(call, geography(), day, submissions)
    what = "states no deadline, so the day on which countries are asked is open; give --as-of, e.g. --as-of 2022-09-01"
    raise Faulty([Fault(call.reference, "", what)])


def add_call_options(parser: argparse.ArgumentParser, *, strand: bool = True) -> None:
    """Add the options by which commands choose a call and a day."""
    parser.add_argument(
        "--call", metavar="REF|FOLDER", help="a call that comes with Hanse, or the path of a call folder"
    )
    if strand:
        parser.add_argument("--strand", metavar="S", help="read every proposal as one of this strand")
    parser.add_argument(
        "--as-of", metavar="INSTANT", type=as_of_argument, help="day on which countries are asked (default: the call's)"
    )
    parser.add_argument("--assume", action="store_true", help="fill gaps of the call from its assumptions.toml, marked")
