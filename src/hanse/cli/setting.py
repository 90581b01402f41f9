"""The surroundings of a check as the command line sets them: which call, asked on which day, with which words."""

import argparse
from datetime import date, datetime

from hanse.callbook.reference import geography, regions
from hanse.core.call import Call
from hanse.core.eligibility.context import Context, Submissions
from hanse.core.proposal import Vocabulary
from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.unknown import Unknown


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
    for day in (as_of, call.countries.asked_on, call.window.closes_on):
        if day is not None and not isinstance(day, Unknown):
            return Context(call, geography(), day, submissions)
    what = "states no deadline, so the day on which countries are asked is open; give --as-of, e.g. --as-of 2022-09-01"
    raise Faulty([Fault(call.reference, "", what)])


def standing_assumptions(call: Call, as_of: date | None) -> tuple[str, ...]:
    """What a check of this call assumes because the call is silent, as sentences."""
    said = list(call.assumptions)
    if isinstance(call.countries.asked_on, Unknown) and as_of is None:
        said.append("the day on which memberships count is not stated; the closing day is used")
    if isinstance(call.countries.basis, Unknown):
        said.append(
            "whether signature or entry into force of an agreement counts is not stated; entry into force is used"
        )
    return tuple(said)


def vocabulary() -> Vocabulary:
    """The codes of countries and regions that exist."""
    return Vocabulary(geography(), regions())


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
