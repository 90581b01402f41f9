"""The organisations of a pool, grouped by what the rules see of them.

Two candidates that every rule sees alike, in countries that every rule sees alike, are interchangeable. A pool of
100,000 organisations falls into a few dozen groups so, and everything else works on groups.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from hanse.core.call import Decider, Force, Scope
from hanse.core.consortium import Consortium, Organisation, Participant, Role
from hanse.core.eligibility.context import Context, Submissions
from hanse.core.eligibility.engine import BoundRule, Examiner
from hanse.core.eligibility.findings import Verdict
from hanse.core.eligibility.kinds import MemberKind
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import Unknown

Place: TypeAlias = str | None
"""A country code, or None for organisations whose country is not stated."""

Eye: TypeAlias = Callable[[Organisation, Context, str], Hashable]
"""What one rule looks at in an organisation: the `sees` of its kind."""

NOT_KNOWN = "?"
"""Stands for any unknown fact: rules ask whether a fact is known, never why it is not."""


MOST_FACTS = 5_000
"""A pool with more different combinations of facts is so varied that looking them up costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Law:
    """The required rules that a machine decides now, sorted by what a new member can change.

    Attributes:
        each: rules asked of each member on its own. A new member can break them and cannot mend them.
        together: rules asked of the members together. A new member can mend them.
        fixed: rules that a new member does not touch.
    """

    each: tuple[BoundRule, ...]
    together: tuple[BoundRule, ...]
    fixed: tuple[BoundRule, ...]

    @property
    def rules(self) -> tuple[BoundRule, ...]:
        """All of them."""
        return self.each + self.together + self.fixed


def law_for(dossier: Dossier, examiner: Examiner, role: Role) -> Law:
    """Sort the rules of the proposal's strand by what a new member in `role` can change.

    Rules of an officer, advised rules, and rules over all submissions where those are not at hand are left out, as
    they are from the verdict.
    """
    unstated = isinstance(dossier.strand, Unknown)
    each: list[BoundRule] = []
    together: list[BoundRule] = []
    fixed: list[BoundRule] = []
    for bound in examiner.rules if isinstance(dossier.strand, Unknown) else examiner.rules_for(dossier.strand):
        rule, kind = bound.rule, bound.kind
        over_all = bound.scope is Scope.CALL and examiner.context.submissions is None
        if rule.decider is Decider.OFFICER or rule.force is not Force.REQUIRED or over_all:
            continue
        if unstated and bound.only_strands:
            fixed.append(bound)
        elif isinstance(kind, MemberKind) and role in kind.roles:
            (each if kind.scope is Scope.PARTICIPANT else together).append(bound)
        elif kind.scope is Scope.CALL and examiner.context.submissions is not None:
            together.append(bound)
        else:
            fixed.append(bound)
    return Law(tuple(each), tuple(together), tuple(fixed))


class Key(NamedTuple):
    """What the rules see of a candidate.

    Attributes:
        fits: the verdict of each rule of `Law.each` on this candidate alone.
        seen: what each rule of `Law.together` looks at.
        stated: whether its legal entity is stated; counts of legal entities depend on it.
    """

    fits: tuple[Verdict, ...]
    seen: tuple[Hashable, ...]
    stated: bool


class Member(NamedTuple):
    """What the rules see of an organisation that stands in the consortium already."""

    id: str
    place: Place
    entity: str | None
    seen: tuple[Hashable, ...]


class Roster:
    """A pool as the rules of a proposal see it.

    Args:
        pool: the candidates, each with an id of its own. Those whose id or legal entity stands in the consortium
            are left out.
        role: the role in which a candidate would join.

    Attributes:
        keys: the different keys; groups name them by position.
        places: candidates by place and key.
        bodies: for each place, the legal entities that several candidates share, as the keys of those candidates.
        already_in: how many candidates stand in the consortium already.

    Raises:
        ValueError: if two candidates have one id, or a legal entity stands in two places.
    """

    def __init__(self, dossier: Dossier, pool: Sequence[Organisation], examiner: Examiner, role: Role):
        self.dossier, self.context, self.role = dossier, examiner.context, role
        self.law = law_for(dossier, examiner, role)
        self.keys: list[Key] = []
        self.places: dict[Place, dict[int, list[Organisation]]] = {}
        self.bodies: dict[Place, list[tuple[int, ...]]] = {}
        self.already_in = 0
        self._strand = "" if isinstance(dossier.strand, Unknown) else dossier.strand
        self._numbers: dict[Key, int] = {}
        self._fits: dict[tuple[int, Hashable], Verdict] = {}
        self._pairs: dict[tuple[Hashable, ...], tuple[int, int]] = {}
        self._eyes = [self._eye(bound) for bound in self.law.each + self.law.together]
        self._by_name = any(not isinstance(bound.kind, MemberKind) for bound in self.law.together)
        self.members = [self._member(participant) for participant in dossier.consortium.participants]
        self._enrol(pool)

    def consortium(self, added: Sequence[Organisation], leaving: str = "") -> Dossier:
        """The proposal with these members more, and one fewer."""
        stays = self.dossier.consortium.without(leaving) if leaving else self.dossier.consortium
        return replace(self.dossier, consortium=stays.with_added(tuple(added), self.role))

    def _eye(self, bound: BoundRule) -> Eye:
        if isinstance(bound.kind, MemberKind):
            return bound.kind.sees
        # A rule over all submissions knows an organisation by name if it stands in another one; all others are alike.
        index = self.context.submissions or Submissions()
        return lambda organisation, *_: body if (body := index.body(organisation)) in index.by_entity else ""

    def _look(self, organisation: Organisation) -> tuple[Hashable, ...]:
        """What all rules that members can change look at."""
        context, strand = self.context, self._strand
        return tuple([sees(organisation, context, strand) for sees in self._eyes])

    def _member(self, participant: Participant) -> Member:
        organisation = participant.organisation
        seen = []
        for bound, looked in zip(self.law.together, self._look(organisation)[len(self.law.each) :], strict=True):
            counts = not isinstance(bound.kind, MemberKind) or participant.role in bound.kind.roles
            seen.append((_known(looked),) if counts else ())
        country, entity = organisation.country, organisation.legal_entity
        return Member(
            organisation.id,
            None if isinstance(country, Unknown) else country,
            None if isinstance(entity, Unknown) else entity,
            tuple(seen),
        )

    def _enrol(self, pool: Sequence[Organisation]) -> None:
        ids = {member.id for member in self.members}
        entities = {member.entity for member in self.members}
        known: dict[tuple[int, ...], tuple[int, int]] = {}
        first: dict[str, tuple[Place, int]] = {}
        shared: dict[str, list[int]] = {}
        groups: dict[tuple[Place, int], list[Organisation]] = {}
        names = [organisation.id for organisation in pool]
        if len(set(names)) < len(names):
            twice = next(name for name, times in Counter(names).items() if times > 1)
            raise ValueError(f"two organisations of the pool have the id {twice!r}")
        for organisation in pool:
            entity, country = organisation.legal_entity, organisation.country
            stated = not isinstance(entity, Unknown)
            if organisation.id in ids or (stated and entity in entities):
                self.already_in += 1
                continue
            if self._by_name or len(known) > MOST_FACTS:
                pair = self._pair(organisation)
            else:
                facts = _facts(organisation)
                if facts not in known:
                    known[facts] = self._pair(organisation)
                pair = known[facts]
            number = pair[stated]
            place = None if isinstance(country, Unknown) else country
            group = groups.get((place, number))
            if group is None:
                group = groups[place, number] = []
                self.places.setdefault(place, {})[number] = group
            group.append(organisation)
            if isinstance(entity, Unknown):
                continue
            seat = first.get(entity)
            if seat is None:
                first[entity] = (place, number)
                continue
            if seat[0] != place:
                raise ValueError(f"legal entity {entity!r} of the pool stands in two places, {seat[0]} and {place}")
            shared.setdefault(entity, [seat[1]]).append(number)
        for entity, numbers in shared.items():
            self.bodies.setdefault(first[entity][0], []).append(tuple(numbers))

    def _pair(self, organisation: Organisation) -> tuple[int, int]:
        """Numbers of the candidate's key, without and with a stated legal entity."""
        looked = self._look(organisation)
        pair = self._pairs.get(looked)
        if pair is None:
            width = len(self.law.each)
            fits = tuple(self._fit(number, seen, organisation) for number, seen in enumerate(looked[:width]))
            seen = tuple(map(_known, looked[width:]))
            pair = self._number(Key(fits, seen, False)), self._number(Key(fits, seen, True))
            self._pairs[looked] = pair
        return pair

    def _fit(self, number: int, seen: Hashable, organisation: Organisation) -> Verdict:
        """The verdict of a rule asked of each member, on this candidate alone."""
        verdict = self._fits.get((number, seen))
        if verdict is None:
            verdict = self._fits[number, seen] = self.verdict_alone(self.law.each[number], organisation)
        return verdict

    def verdict_alone(self, bound: BoundRule, organisation: Organisation) -> Verdict:
        """The verdict of a rule on a consortium of this organisation alone."""
        alone = Consortium((Participant(organisation, self.role),))
        return bound.kind.check(replace(self.dossier, consortium=alone), self.context).verdict

    def _number(self, key: Key) -> int:
        number = self._numbers.setdefault(key, len(self.keys))
        if number == len(self.keys):
            self.keys.append(key)
        return number


def _known(seen: Hashable) -> Hashable:
    return NOT_KNOWN if isinstance(seen, Unknown) else seen


def _facts(organisation: Organisation) -> tuple[int, ...]:
    """The identity of every value that a rule may look at, so that equal cells of a file are looked at once.

    Id, name and legal entity are left out: rules see no more of them than whether the entity is stated.
    """
    return (
        id(organisation.country),
        id(organisation.kind),
        id(organisation.own_legal_personality),
        id(organisation.registered_on),
        id(organisation.registration_requested_on),
        id(organisation.properties) if organisation.properties else 0,
        id(organisation.sectors),
        id(organisation.markets),
    )
