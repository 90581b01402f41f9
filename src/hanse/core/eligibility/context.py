"""What a rule may ask beside the dossier: the call, dated memberships, and the other submissions if at hand."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from hanse.core.call import Call, Treatment
from hanse.core.consortium import APPLICANTS, COORDINATOR, Consortium, Organisation, Role
from hanse.core.proposal import Dossier
from hanse.core.values.countries import Basis, Geography
from hanse.core.values.unknown import Maybe, Unknown


@dataclass(frozen=True, slots=True)
class Appearance:
    """A legal entity standing in a submission."""

    proposal: str
    strand: str
    submitted_at: Maybe[datetime]


@dataclass(frozen=True)
class Submissions:
    """An index over all submissions of a call, for the rules of scope CALL.

    Attributes:
        entity_of: legal entities of organisations, by id, for submissions that leave them out; an organisation of
            which two submissions state different ones is not among them.
    """

    by_entity: dict[str, list[Appearance]] = field(default_factory=lambda: defaultdict(list))
    by_members: dict[frozenset[str], list[Appearance]] = field(default_factory=lambda: defaultdict(list))
    by_coordinator: dict[str, list[Appearance]] = field(default_factory=lambda: defaultdict(list))

    entity_of: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, dossiers: Iterable[Dossier]) -> "Submissions":
        """Index the applicants (coordinator and beneficiaries) of every dossier."""
        every = list(dossiers)
        index = cls(entity_of=_entities_told(every))
        for dossier in every:
            strand = "" if isinstance(dossier.strand, Unknown) else dossier.strand
            appearance = Appearance(dossier.proposal, strand, dossier.submitted_at)
            members = index.bodies(dossier.consortium, APPLICANTS)
            for body in members:
                index.by_entity[body].append(appearance)
            index.by_members[members].append(appearance)
            for body in index.bodies(dossier.consortium, COORDINATOR):
                index.by_coordinator[body].append(appearance)
        return index

    def body(self, organisation: Organisation) -> str:
        """What identifies an organisation across the submissions: its legal entity, if any of them states it."""
        entity = organisation.legal_entity
        return self.entity_of.get(organisation.id, organisation.id) if isinstance(entity, Unknown) else entity

    def bodies(self, consortium: Consortium, roles: frozenset[Role]) -> frozenset[str]:
        """The bodies that take part in one of these roles."""
        own = consortium.bodies(roles)
        if self.entity_of.keys().isdisjoint(own):  # the usual case, told at once
            return own
        return frozenset([self.body(organisation) for organisation in consortium.in_roles(roles)])


def _entities_told(dossiers: Iterable[Dossier]) -> dict[str, str]:
    """Legal entities of organisations, by id, as far as the dossiers agree on them."""
    told: dict[str, str] = {}
    doubtful: set[str] = set()
    for dossier in dossiers:
        for participant in dossier.consortium.participants:
            organisation = participant.organisation
            entity = organisation.legal_entity
            if not isinstance(entity, Unknown) and told.setdefault(organisation.id, entity) != entity:
                doubtful.add(organisation.id)
    return {id: entity for id, entity in told.items() if id not in doubtful}


class Standings(dict[str, Maybe[bool]]):
    """The standing of countries in some groups; looked up when first asked for, and kept for the next member."""

    def __init__(self, context: "Context", groups: tuple[str, ...], strand: str):
        super().__init__()
        self._context, self._groups, self._strand = context, groups, strand

    def __missing__(self, country: str) -> Maybe[bool]:
        answer = self[country] = self._context.look_up(country, self._groups, self._strand)
        return answer


class Context:
    """The surroundings of a check.

    Args:
        call: the call edition in force.
        geography: names and dated memberships of countries.
        on: the day on which memberships are asked.
        submissions: the other submissions, or None if they are not at hand.

    Answers on memberships are kept, so that a country is looked up once a context and not once a member.
    """

    def __init__(self, call: Call, geography: Geography, on: date, submissions: Submissions | None = None):
        self.call, self.geography, self.on, self.submissions = call, geography, on, submissions
        self._name = cache(geography.name)
        self.group_name = cache(self._group_name)
        self.basis = Basis.IN_FORCE if isinstance(call.countries.basis, Unknown) else call.countries.basis
        self._standings: dict[tuple[tuple[str, ...], str], Standings] = {}

    def standings(self, groups: tuple[str, ...], strand: str) -> "Standings":
        """For every country, whether it belongs to at least one of the groups, as this call treats it in this strand.

        `strand` is empty where it is not stated; the answer is then unknown if the call's strands differ in it.
        """
        known = self._standings.get((groups, strand))
        if known is None:
            known = self._standings[groups, strand] = Standings(self, groups, strand)
        return known

    def standing(self, country: str, groups: tuple[str, ...], strand: str) -> Maybe[bool]:
        """The standing of one country; see `standings`."""
        return self.standings(groups, strand)[country]

    def look_up(self, country: str, groups: tuple[str, ...], strand: str) -> Maybe[bool]:
        """The standing of one country, from the call's treatments and the dated tables; `standings` keeps it."""
        if not strand and any(t.strands and t.country == country for t in self.call.countries.treatments):
            answers = {self.standing(country, groups, each.id) for each in self.call.strands}
            if len(answers) == 1:
                return answers.pop()
            return Unknown(f"the strand is not stated, on which the standing of {self.geography.name(country)} depends")
        doubt: Unknown | None = None
        for group in groups:
            treatment = self._treatment(country, group, strand)
            answer = treatment.counts if treatment else self.geography.is_member(group, country, self.on, self.basis)
            if isinstance(answer, Unknown):
                doubt = Unknown(treatment.reason) if treatment else answer
            elif answer:
                return True
        return doubt if doubt is not None else False

    def _treatment(self, country: str, group: str, strand: str) -> Treatment | None:
        for treatment in self.call.countries.treatments:
            applies = not treatment.strands or strand in treatment.strands
            if applies and (treatment.country, treatment.group) == (country, group):
                return treatment
        return None

    def _group_name(self, groups: tuple[str, ...]) -> str:
        """The groups in words, for a reason: `EU or COSME`."""
        return " or ".join(self.geography.group_names.get(group, group) for group in groups)

    def places(self, codes: Iterable[str]) -> str:
        """Countries in words, in alphabetical order of their codes."""
        return ", ".join(map(self._name, sorted(codes)))
