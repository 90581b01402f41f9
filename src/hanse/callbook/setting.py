"""What a check of a call stands on besides the call: the words for places, the day of countries, what is assumed."""

from datetime import date
from functools import cache

from hanse.callbook.reference import geography, regions
from hanse.core.call import Call
from hanse.core.proposal import Vocabulary
from hanse.core.values.unknown import Unknown


@cache
def vocabulary() -> Vocabulary:
    """The codes of countries and regions that exist."""
    return Vocabulary(geography(), regions())


def day_of_countries(call: Call, as_of: date | None = None) -> date | None:
    """The day on which memberships are asked: the day given, else the call's, else its closing day; or none."""
    days = (as_of, call.countries.asked_on, call.window.closes_on)
    return next((day for day in days if day is not None and not isinstance(day, Unknown)), None)


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
