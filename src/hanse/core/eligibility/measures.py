"""Counts over members that several rule kinds share. Each count is a range: what is certain, and what is possible."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from hanse.core.consortium import APPLICANTS, Organisation, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, NOT_MET, UNDECIDED, Outcome, Verdict
from hanse.core.values.reading import Reader, as_day, as_names
from hanse.core.values.unknown import Maybe, Unknown


def parse_roles(parameters: Reader) -> frozenset[Role]:
    """The roles a rule counts; coordinator and beneficiaries unless the rule says otherwise."""
    return parameters.optional("roles", _as_roles, APPLICANTS)


def _as_roles(written: object) -> frozenset[Role]:
    try:
        return frozenset(Role(word) for word in as_names(written))
    except ValueError:
        raise ValueError(f"is {written!r}; expected a list of {', '.join(role.value for role in Role)}") from None


def as_groups(written: object) -> tuple[str, ...]:
    """A list of at least one group of countries."""
    groups = as_names(written)
    if not groups:
        raise ValueError('is empty; expected at least one group such as ["COSME"]')
    return groups


def names_of(organisations: Iterable[Organisation], at_most: int = 8) -> str:
    """Names of organisations in a sentence; a long list is cut and says so."""
    names = [organisation.name for organisation in organisations]
    more = len(names) - at_most
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:at_most])} and {more} more"


def ids_of(organisations: Iterable[Organisation]) -> list[str]:
    """Ids of organisations, for facts."""
    return [organisation.id for organisation in organisations]


def entity_range(organisations: Iterable[Organisation]) -> tuple[int, int]:
    """How many different legal entities there are for certain, and at most.

    Where a legal entity is not stated, two organisations in one country might be the same body; two in
    different countries cannot be, since a legal entity is established in one country.
    """
    organisations = tuple(organisations)
    entities = {organisation.legal_entity for organisation in organisations}
    if Unknown not in set(map(type, entities)):
        return len(entities), len(entities)
    return _entity_range_with_gaps(organisations)


def _entity_range_with_gaps(organisations: Iterable[Organisation]) -> tuple[int, int]:
    stated: dict[str, set[str]] = {}
    unplaced: set[str] = set()
    unstated = 0
    for organisation in organisations:
        country, entity = organisation.country, organisation.legal_entity
        if isinstance(entity, Unknown):
            unstated += 1
            if not isinstance(country, Unknown):
                stated.setdefault(country, set())
            else:
                unplaced.add("")
        elif isinstance(country, Unknown):
            unplaced.add(entity)
        else:
            stated.setdefault(country, set()).add(entity)
    named = unplaced - {""}
    placed = {entity for entities in stated.values() for entity in entities}
    certain = sum(max(len(entities), 1) for entities in stated.values())
    # A named entity without a country may be the unnamed body of a country; it adds only beyond those.
    unnamed_bodies = sum(not entities for entities in stated.values())
    extra = named - placed
    certain += max(0, len(extra) - unnamed_bodies)
    if not certain and unplaced:
        certain = 1
    return certain, len(placed | named) + unstated


@dataclass(slots=True)
class CountryTally:
    """Members sorted by whether their country belongs to a group."""

    inside: dict[str, list[Organisation]] = field(default_factory=dict)
    doubtful: dict[str, list[Organisation]] = field(default_factory=dict)
    outside: dict[str, list[Organisation]] = field(default_factory=dict)
    unplaced: list[Organisation] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def why_unsure(self) -> str:
        """The doubts in words: unknown memberships, and members whose country is not stated."""
        parts = list(dict.fromkeys(self.doubts))
        if self.unplaced:
            parts.append(f"the country of {names_of(self.unplaced)} is not stated")
        return "; ".join(parts)


def tally(
    organisations: Iterable[Organisation], groups: tuple[str, ...], context: Context, strand: str
) -> CountryTally:
    """Sort members by their country's standing in the groups."""
    result = CountryTally()
    standings = context.standings(groups, strand)
    for organisation in organisations:
        country = organisation.country
        if isinstance(country, Unknown):
            result.unplaced.append(organisation)
            continue
        standing = standings[country]
        if isinstance(standing, Unknown):
            result.doubts.append(standing.note)
            result.doubtful.setdefault(country, []).append(organisation)
        elif standing:
            result.inside.setdefault(country, []).append(organisation)
        else:
            result.outside.setdefault(country, []).append(organisation)
    return result


def by_range(low: int, high: int, minimum: int) -> Verdict:
    """The verdict on a minimum for a count known only as a range."""
    if low >= minimum:
        return MET
    return NOT_MET if high < minimum else UNDECIDED


@dataclass(frozen=True, slots=True)
class Wording:
    """What a rule that every member must meet says.

    Attributes:
        met: sentence when all do; `{count}` is filled in.
        broken: sentence when some do not; `{names}` is filled in.
        unsure: sentence when it is not known of some; `{names}` is filled in.
        repair: what to do about those that break the rule; `{names}` is filled in.
    """

    met: str
    broken: str
    unsure: str
    repair: str


def each_member(organisations: Sequence[Organisation], holds: Sequence[Maybe[bool]], wording: Wording) -> Outcome:
    """Judge a rule that every member must meet.

    Args:
        holds: whether it holds for each of the organisations; may be unknown.
        wording: what the rule says.
    """
    if holds.count(True) == len(organisations):
        return Outcome(MET, wording.met.replace("{count}", str(len(organisations))), {"members": ids_of(organisations)})
    breaking = [organisation for organisation, answer in zip(organisations, holds, strict=True) if answer is False]
    doubtful = [
        organisation for organisation, answer in zip(organisations, holds, strict=True) if isinstance(answer, Unknown)
    ]
    facts = {"breaking": ids_of(breaking), "not_known": ids_of(doubtful)}
    if breaking:
        names = names_of(breaking)
        reason, repair = wording.broken.replace("{names}", names), wording.repair.replace("{names}", names)
        return Outcome(NOT_MET, reason, facts, repair)
    return Outcome(UNDECIDED, wording.unsure.replace("{names}", names_of(doubtful)), facts)


def as_day_or_closing(written: object) -> date | None:
    """A day, or `"closing_date"` for the closing day of the call (None)."""
    if written == "closing_date":
        return None
    return as_day(written)
