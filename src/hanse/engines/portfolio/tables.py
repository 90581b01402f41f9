"""A participants table in columns: one number a cell, the words kept apart.

Rows of one proposal stand together, in the order of the file; proposals stand in the order in which they first
appear. What is not stated has a number of its own in every column, so that it is never taken for a value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hanse.core.budget import Budget
from hanse.core.consortium import Consortium, Organisation, OrganisationKind, Participant, Registration, Role
from hanse.core.proposal import Dossier, role_assumption
from hanse.core.values.money import Money
from hanse.core.values.unknown import NOT_STATED, Maybe

Flags: TypeAlias = NDArray[np.bool_]
Codes: TypeAlias = NDArray[np.int32]
Cents: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.int64]
Small: TypeAlias = NDArray[np.int8]
Places: TypeAlias = NDArray[np.intp]

UNSTATED = -1
"""In a column of codes, of counts or of cents: not stated. As an index it names the last entry of a lookup."""

NEVER = np.int32(2**31 - 2)
UNSTATED_DAY = np.int32(2**31 - 1)
"""Days are counted from 1 January 1970. Both signs lie after every day, so one comparison finds who is in time."""

UNSTATED_INSTANT = np.int64(-(2**63))
"""Instants are microseconds of UTC from 1 January 1970."""

ROLES = tuple(Role)
ROLE_UNSTATED = len(ROLES)
"""A role that is not stated is read as beneficiary, and the dossier says so."""

KINDS_OF_ORGANISATION = tuple(OrganisationKind)

# What codes are read as; what is not stated stands last, where `UNSTATED` finds it.
_ROLES_READ = (*ROLES, Role.BENEFICIARY)
_KINDS_READ: tuple[Maybe[OrganisationKind], ...] = (*KINDS_OF_ORGANISATION, NOT_STATED)
_TRUTHS: tuple[Maybe[bool], ...] = (False, True, NOT_STATED)
EPOCH_DAY = date(1970, 1, 1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OWN_PERSONALITY = "own_legal_personality"


class Words(Protocol):
    """Texts by number."""

    def take(self, places: Sequence[int] | NDArray[np.integer]) -> list[str]:
        """The texts at these places."""
        ...


class _Kept:
    """Texts of some places, at hand without the library that read them."""

    def __init__(self, words: Words, places: NDArray[np.integer]):
        wanted = np.zeros(int(places.max(initial=-1)) + 1, bool)
        wanted[places] = True
        self._places = np.flatnonzero(wanted)
        self._texts = np.array(words.take(self._places), object)

    def take(self, places: Sequence[int] | NDArray[np.integer]) -> list[str]:
        texts: list[str] = self._texts[np.searchsorted(self._places, places)].tolist()
        return texts


@dataclass(frozen=True, eq=False)
class Table:
    """The participants of many proposals.

    Attributes:
        offsets: first row of each proposal, and after the last one the number of rows.
        organisation: number of each row's organisation in `identities`.
        legal_entity: number of its legal entity in `identities`: the two share one list, since a member whose
            legal entity is not stated is known across proposals by its own id.
        legal_name: number of its legal name in `legal_names`.
        role: place in `ROLES`, or `ROLE_UNSTATED`.
        country, kind: places in `countries` and `KINDS_OF_ORGANISATION`.
        own_legal_personality: 1 yes, 0 no.
        registered_on, registration_requested_on: days, `NEVER` or `UNSTATED_DAY`.
        properties: place in `property_sets`.
        strand: for each proposal, its place in `strands`.
        targets: for each proposal, the place of its list of targets among the different lists. The list at place n
            is `target_codes` from `target_offsets[n]` to `target_offsets[n + 1]`, places in `target_places`.
        total_cost, requested: for each proposal, cents.
        submitted_at: for each proposal, an instant or `UNSTATED_INSTANT`.
    """

    proposals: Words
    identities: Words
    legal_names: Words
    countries: tuple[str, ...]
    strands: tuple[str, ...]
    target_places: tuple[str, ...]
    property_sets: tuple[Mapping[str, bool], ...]
    offsets: Places
    organisation: Codes
    legal_entity: Codes
    role: Small
    country: NDArray[np.int16]
    kind: Small
    own_legal_personality: Small
    registered_on: Codes
    registration_requested_on: Codes
    properties: Codes
    strand: NDArray[np.int16]
    targets: Codes
    total_cost: Cents
    requested: Cents
    duration_months: Codes
    submitted_at: Numbers
    target_offsets: Places
    target_codes: Codes
    identity_count: int

    def __len__(self) -> int:
        """How many proposals there are."""
        return len(self.offsets) - 1

    @property
    def participants(self) -> int:
        """How many rows there are."""
        return len(self.organisation)

    @cached_property
    def sizes(self) -> Codes:
        """Number of participants of each proposal."""
        return np.diff(self.offsets).astype(np.int32)

    @cached_property
    def most_members(self) -> int:
        """Number of participants of the largest proposal."""
        return int(self.sizes.max(initial=0))

    @cached_property
    def proposal_of(self) -> Codes:
        """The proposal of each row."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.sizes)

    @cached_property
    def body(self) -> Codes:
        """What identifies each row's organisation across proposals, as `Submissions.body` finds it."""
        stated = self.legal_entity >= 0
        if stated.all():
            return self.legal_entity
        told = np.full(self.identity_count, UNSTATED, np.int32)
        organisation, entity = self.organisation[stated], self.legal_entity[stated]
        told[organisation] = entity
        told[organisation[told[organisation] != entity]] = UNSTATED  # other rows tell another one
        elsewhere = told[self.organisation]
        body: Codes = np.where(stated, self.legal_entity, np.where(elsewhere >= 0, elsewhere, self.organisation))
        return body

    @cached_property
    def shared(self) -> "Shared":
        """The rows of bodies that have several."""
        body = self.body
        several = np.bincount(body, minlength=self.identity_count) > 1
        pairs = np.flatnonzero(several[body])
        pairs |= body[pairs].astype(np.int64) << 32
        pairs.sort()
        rows = pairs & 0xFFFF_FFFF
        pairs >>= 32
        changes = np.not_equal(pairs[1:], pairs[:-1])
        number = np.zeros(len(pairs), np.int64)
        np.cumsum(changes, out=number[1:])
        return Shared(rows, number, self.proposal_of[rows], int(number[-1]) + 1 if len(number) else 0)

    def target_list(self, place: int) -> tuple[str, ...]:
        """The targets of one of the different lists."""
        codes = self.target_codes[self.target_offsets[place] : self.target_offsets[place + 1]]
        return tuple(self.target_places[code] for code in codes.tolist())

    def with_texts_of(self, proposals: Places) -> "Table":
        """The same table, of which only these proposals have texts, kept in memory. Ask for no others."""
        rows = self.rows_of(proposals)
        entity = self.legal_entity[rows]
        return replace(
            self,
            proposals=_Kept(self.proposals, proposals),
            identities=_Kept(self.identities, np.concatenate((self.organisation[rows], entity[entity >= 0]))),
            legal_names=_Kept(self.legal_names, rows),
        )

    def dossier(self, proposal: int) -> Dossier:
        """One proposal as the law reads it."""
        return self.dossiers((proposal,))[0]

    def dossiers(self, proposals: Iterable[int]) -> list[Dossier]:
        """Several proposals as the law reads them, in the order asked."""
        chosen = np.fromiter(proposals, np.intp)
        members = iter(self._participants(self.rows_of(chosen)))
        each = zip(chosen.tolist(), self.proposals.take(chosen), self.sizes[chosen].tolist(), strict=True)
        return [self._dossier(proposal, id, tuple(islice(members, size))) for proposal, id, size in each]

    def rows_of(self, proposals: Places) -> Places:
        """The rows of some proposals, one proposal after the other."""
        sizes = self.sizes[proposals]
        before = np.cumsum(sizes) - sizes
        rows: Places = np.arange(sizes.sum()) + np.repeat(self.offsets[proposals] - before, sizes)
        return rows

    def _dossier(self, proposal: int, id: str, members: tuple[Participant, ...]) -> Dossier:
        rows = slice(self.offsets[proposal], self.offsets[proposal + 1])
        without_role = int((self.role[rows] == ROLE_UNSTATED).sum())
        strand, targets = int(self.strand[proposal]), int(self.targets[proposal])
        return Dossier(
            proposal=id,
            strand=NOT_STATED if strand < 0 else self.strands[strand],
            consortium=Consortium(members),
            targets=NOT_STATED if targets < 0 else self.target_list(targets),
            duration_months=_count(int(self.duration_months[proposal])),
            budget=Budget(
                total_cost=_money(int(self.total_cost[proposal])), requested=_money(int(self.requested[proposal]))
            ),
            submitted_at=instant_at(int(self.submitted_at[proposal])),
            assumptions=(role_assumption(without_role),) if without_role else (),
        )

    def _participants(self, rows: Places) -> list[Participant]:
        entities = self.legal_entity[rows]
        named = iter(self.identities.take(entities[entities >= 0]))
        countries = (*self.countries, NOT_STATED)
        registered, requested = self.registered_on[rows], self.registration_requested_on[rows]
        days = {code: day_at(code) for code in {*registered.tolist(), *requested.tolist()}}
        cells = zip(
            self.identities.take(self.organisation[rows]),
            self.legal_names.take(rows),
            self.country[rows].tolist(),
            entities.tolist(),
            self.kind[rows].tolist(),
            self.own_legal_personality[rows].tolist(),
            registered.tolist(),
            requested.tolist(),
            self.properties[rows].tolist(),
            self.role[rows].tolist(),
            strict=True,
        )
        return [
            Participant(
                Organisation(
                    id=id,
                    legal_name=name,
                    country=countries[country],
                    legal_entity=NOT_STATED if entity < 0 else next(named),
                    kind=_KINDS_READ[kind],
                    own_legal_personality=_TRUTHS[own],
                    registered_on=days[registered_on],
                    registration_requested_on=days[requested_on],
                    properties=self.property_sets[properties],
                ),
                _ROLES_READ[role],
            )
            for id, name, country, entity, kind, own, registered_on, requested_on, properties, role in cells
        ]


@dataclass(frozen=True)
class Shared:
    """Rows of bodies that have several rows in a table, in the order of bodies, then of rows.

    A body is a legal entity, or where nobody states it the organisation itself (`Submissions.body`).
    No other row can clash with another proposal.

    Attributes:
        rows: places in the table.
        body: number of each row's body, counted without gaps.
        proposal: each row's proposal.
        bodies: how many there are.
    """

    rows: Places
    body: Numbers
    proposal: Codes
    bodies: int

    def appearances(self, flags: Flags) -> Places:
        """Of the flagged ones among these rows, the first of each body in each proposal."""
        chosen = np.flatnonzero(flags)
        body, proposal = self.body[chosen], self.proposal[chosen]
        first = np.ones(len(chosen), bool)
        first[1:] = (body[1:] != body[:-1]) | (proposal[1:] != proposal[:-1])
        return chosen[first]


def role_at(code: int) -> Role:
    """The role of a code; one that is not stated is read as beneficiary."""
    return _ROLES_READ[code]


def kind_at(code: int) -> Maybe[OrganisationKind]:
    """The kind of organisation of a code."""
    return _KINDS_READ[code]


def truth(code: int) -> Maybe[bool]:
    """Yes, no or not stated."""
    return _TRUTHS[code]


def day_at(code: int) -> Maybe[date | Registration]:
    """The day of a code."""
    if code == UNSTATED_DAY:
        return NOT_STATED
    return Registration.NEVER if code == NEVER else EPOCH_DAY + timedelta(days=code)


def code_of_day(day: date) -> int:
    """The code of a day."""
    return (day - EPOCH_DAY).days


def code_of_instant(instant: datetime) -> int:
    """The code of an instant, whatever zone it is written in."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def _count(code: int) -> Maybe[int]:
    return NOT_STATED if code < 0 else code


def _money(cents: int) -> Maybe[Money]:
    return NOT_STATED if cents < 0 else Money(cents)


def instant_at(code: int) -> Maybe[datetime]:
    """The instant of a code, in UTC."""
    return NOT_STATED if code == UNSTATED_INSTANT else EPOCH + timedelta(microseconds=code)
