"""The question: which experts evaluate which proposals.

Two thousand proposals and fifteen hundred experts make three million pairs. They are kept as flat memory, row by row
(all experts of the first proposal, then of the second), never as one Python object a pair, so that an engine can
read them without a copy.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from hanse.core.values.faults import Fault, Faulty

DIGITS = 6
"""Decimal places that an affinity may have."""

UNITS: int = 10**DIGITS
"""Affinities are whole millionths: 0.731 is 731,000 units. Sums of them are exact."""

MOST_AFFINITY = 1000
"""Affinities lie between minus and plus this number, so that every sum of an engine stays within 64 bits."""


@dataclass(frozen=True, slots=True)
class AssignmentProblem:
    """Proposals, experts, and what an assignment has to respect.

    Attributes:
        proposals: identifiers, each once.
        experts: identifiers, each once.
        per_proposal: how many experts each proposal gets, at least one.
        max_load: for each expert, the most proposals that he or she takes.
        affinity: units for each pair, row by row; signed 64-bit integers (`array("q")` or memory of that format).
        conflicts: one byte for each pair, row by row; not zero means that the expert must not see the proposal.
        countries: for each expert, the country; needed for `no_two_of_one_country` only.
        practitioners: for each expert, one byte, not zero for a practitioner; for `at_least_one_practitioner` only.
        no_two_of_one_country: no proposal has two experts of one country.
        at_least_one_practitioner: every proposal has a practitioner among its experts.
        conflict_reasons: what the conflict is, by position of proposal and expert, where somebody stated it.
    """

    proposals: tuple[str, ...]
    experts: tuple[str, ...]
    per_proposal: int
    max_load: tuple[int, ...]
    affinity: "array[int] | memoryview"
    conflicts: bytes | bytearray | memoryview
    countries: tuple[str, ...] = ()
    practitioners: bytes = b""
    no_two_of_one_country: bool = False
    at_least_one_practitioner: bool = False
    conflict_reasons: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise Faulty(faults)

    def score(self, proposal: int, expert: int) -> int:
        """The affinity of a pair in units, by positions."""
        return int(self.affinity[proposal * len(self.experts) + expert])

    def row(self, proposal: int) -> Sequence[int]:
        """The affinities of one proposal with every expert."""
        width = len(self.experts)
        return self.affinity[proposal * width : (proposal + 1) * width]

    def barred(self, proposal: int) -> Sequence[int]:
        """For every expert, not zero if he or she has a conflict with this proposal."""
        width = len(self.experts)
        return self.conflicts[proposal * width : (proposal + 1) * width]

    def conflict(self, proposal: int, expert: int) -> bool:
        """Whether the expert must not see the proposal."""
        return bool(self.conflicts[proposal * len(self.experts) + expert])

    def allowed(self, proposal: int) -> list[int]:
        """Positions of the experts without a conflict."""
        return [expert for expert, bar in enumerate(self.barred(proposal)) if not bar]


def _faults(problem: AssignmentProblem) -> Iterator[Fault]:
    pairs = len(problem.proposals) * len(problem.experts)
    for noun, ids in (("proposals", problem.proposals), ("experts", problem.experts)):
        if not ids:
            yield Fault("assignment", noun, "there are none; expected at least one")
        if len(set(ids)) != len(ids):
            yield Fault("assignment", noun, "has an identifier twice; expected each once")
    if problem.per_proposal < 1:
        yield Fault("assignment", "per_proposal", f"is {problem.per_proposal}; expected 1 or more")
    if any(load < 0 for load in problem.max_load):
        yield Fault("assignment", "max_load", "has a negative number; expected 0 or more")
    needed = [
        ("max_load", len(problem.max_load), len(problem.experts)),
        ("affinity", len(problem.affinity), pairs),
        ("conflicts", len(problem.conflicts), pairs),
    ]
    if problem.no_two_of_one_country:
        needed.append(("countries", len(problem.countries), len(problem.experts)))
    if problem.at_least_one_practitioner:
        needed.append(("practitioners", len(problem.practitioners), len(problem.experts)))
    for key, length, expected in needed:
        if length != expected:
            yield Fault("assignment", key, f"has {length} entries; expected {expected}")


def to_units(written: str) -> int:
    """An affinity as written, in units.

    Raises:
        ValueError: if it is not a decimal number, has more than six decimal places, or is out of range.
    """
    whole, _, rest = written.partition(".")
    if len(whole) <= 3 and len(rest) <= DIGITS and (whole + rest).isdecimal() and written.isascii() and whole and rest:
        units = int(whole) * UNITS
        return units + int(rest.ljust(DIGITS, "0"))  # the usual way of writing, read fast
    try:
        number = Decimal(written.strip())
    except InvalidOperation:
        raise ValueError(f"{written!r} is not a number; expected for example 0.731") from None
    if not number.is_finite() or abs(number) > MOST_AFFINITY:
        raise ValueError(f"{written!r} is out of range; expected {-MOST_AFFINITY} to {MOST_AFFINITY}")
    exact = number * UNITS
    if exact != int(exact):
        raise ValueError(f"{written!r} has more than {DIGITS} decimal places; round it to {DIGITS} or fewer")
    return int(exact)


def in_decimals(units: int) -> str:
    """Units as a decimal number without needless zeros: 731000 is `0.731`."""
    whole, rest = divmod(abs(units), UNITS)
    decimals = f"{rest:0{DIGITS}d}".rstrip("0")
    return ("-" if units < 0 else "") + str(whole) + (f".{decimals}" if decimals else "")


def dense(proposals: int, experts: int, pairs: Iterable[tuple[int, int, int]]) -> "array[int]":
    """Flat memory of affinities from (proposal, expert, units); pairs not given are 0."""
    flat = array("q", bytes(8 * proposals * experts))
    for proposal, expert, units in pairs:
        flat[proposal * experts + expert] = units
    return flat
