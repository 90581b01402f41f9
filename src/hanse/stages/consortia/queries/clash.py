"""Whether an organisation stands in two consortia between which its call makes it choose.

Only those who act for the organisation learn of it. The question is asked for the organisations of whoever looks, and
for nothing else: a page of anybody else is made by the same work, whether there is a clash or not.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from hanse.core.call import Call
from hanse.core.eligibility.engine import bind
from hanse.core.eligibility.kinds.one_consortium_per_organisation import OneConsortiumPerOrganisation, Per
from hanse.core.values.faults import Fault
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.models import OPEN_SEATS, Consortium, Seat, SeatState
from hanse.stages.consortia.queries.members import own_organisations
from hanse.stages.registry.models import Fact, Organisation
from hanse.stages.registry.queries import published
from hanse.stages.registry.queries.facts import WHICH_ENTITY

WITHIN = {Per.STRAND: "strand", Per.PHASE: "phase", Per.CALL: "call"}


@dataclass(frozen=True, slots=True)
class Clash:
    """An organisation of somebody stands in two consortia of which its call admits it to one.

    Attributes:
        here: the seat on whose page this is told.
        there: the other one.
        known: whether the person acts for the organisation of the other seat too; if not, its consortium is not named.
        within: `strand`, `phase` or `call`.
        sure: whether both strands are chosen, so that it is certain.
        rule: id of the rule, in the call.
    """

    here: Seat
    there: Seat
    known: bool
    within: str
    sure: bool
    rule: str

    @property
    def text(self) -> str:
        """The warning, in words."""
        name, other = self.here.organisation.name, self.there.organisation.name
        where = f"in “{self.there.consortium.name}”" if self.known else "in another consortium"
        if other == name:
            who = f"{name} has a seat here and {where}"
        else:
            who = f"{name} has a seat here, and {other}, a profile on the same legal entity, {where}"
        states = (
            " (one of them is not accepted yet)" if SeatState.INVITED in (self.here.state, self.there.state) else ""
        )
        if not self.sure:
            return f"{who}{states}. Once both have chosen a strand, the call may admit it to one of them only."
        return f"{who}{states}. The call admits an organisation to one consortium of the same {self.within}."


def clashes_of(user: Any, at: datetime, consortium: Consortium | None = None) -> list[Clash]:
    """The clashes of the organisations for which a person acts: all, or those with a seat in one consortium.

    Another profile on the same legal entity counts only where an officer has seen that both stand on it: else whoever
    states a rival's legal entity as their own would learn where the rival stands.

    With a consortium, two queries and one for its call.
    """
    mine = {organisation.pk for organisation in own_organisations(user)}
    entities = _reviewed().filter(pk__in=mine).values("legal_entity")
    seats = Seat.objects.filter(
        Q(organisation__in=mine)
        | Q(organisation__legal_entity__in=entities, organisation__in=_reviewed().values("pk")),
        state__in=OPEN_SEATS,
        consortium__state=Consortium.State.FORMING,
    ).select_related("consortium", "organisation")
    if consortium is not None:
        seats = seats.filter(consortium__call=consortium.call)
    by_call: dict[str, list[Seat]] = defaultdict(list)
    for seat in seats.order_by("id"):
        by_call[seat.consortium.call].append(seat)
    found: list[Clash] = []
    for reference in sorted({consortium.call} if consortium is not None else by_call):
        call = call_of(reference, at)
        if call is not None:
            found += _clashes(call, by_call[reference], mine)
    return [clash for clash in found if consortium is None or clash.here.consortium_id == consortium.pk]


def _reviewed() -> QuerySet[Organisation]:
    """Profiles that an officer has registered, on the legal entity on which they stand now."""
    stands_on = Fact.objects.filter(
        organisation=OuterRef("pk"), name=WHICH_ENTITY, known_from__gt=OuterRef("published_at")
    )
    registered = published().filter(published_at__isnull=False, legal_entity__isnull=False)
    return registered.exclude(Exists(stands_on))


def _clashes(call: Call, seats: Iterable[Seat], mine: set[int]) -> list[Clash]:
    by_body: dict[tuple[str, int], list[Seat]] = defaultdict(list)
    for seat in seats:
        entity = seat.organisation.legal_entity_id
        by_body[("entity", entity) if entity else ("profile", seat.organisation_id)].append(seat)
    found: dict[tuple[int, int], Clash] = {}
    for rule_id, rule, strands in _rules(call):
        for standing in by_body.values():
            taking = [seat for seat in standing if seat.role in {role.value for role in rule.roles}]
            for here in taking:
                for there in taking:
                    if here.organisation_id not in mine or here.consortium_id == there.consortium_id:
                        continue
                    scopes = [_scope(rule.per, seat.consortium.strand, call, strands) for seat in (here, there)]
                    sure = None not in scopes
                    if sure and (scopes[0] != scopes[1] or scopes[0] == "apart"):
                        continue
                    known = there.organisation_id in mine
                    pair = (here.pk, there.pk)
                    found.setdefault(pair, Clash(here, there, known, WITHIN[rule.per], sure, rule_id))
    return list(found.values())


def _rules(call: Call) -> list[tuple[str, OneConsortiumPerOrganisation, frozenset[str]]]:
    faults: list[Fault] = []
    return [
        (bound.rule.id, bound.kind, bound.only_strands)
        for bound in bind(call, call.reference, faults)
        if isinstance(bound.kind, OneConsortiumPerOrganisation)
    ]


def _scope(per: Per, strand: str, call: Call, only: frozenset[str]) -> str | None:
    """Within what a seat in this strand stands once; None while not known, `apart` where the rule is not asked."""
    if not strand:
        return None if only or per is not Per.CALL else "call"
    if only and strand not in only:
        return "apart"
    if per is Per.CALL:
        return "call"
    known = call.strand(strand)
    if per is Per.PHASE and known is not None and known.phase:
        return f"phase {known.phase}"
    return f"strand {strand}"
