"""Where a rule turns: proposals that differ in one small step, one just inside the rule and one just outside.

`steps` lists the small changes an applicant might make to a proposal. `boundary_pairs` starts from ordinary
proposals that meet a rule, takes such steps breadth-first, and keeps the first ones that break it. Both are
deterministic: the same call and the same tables give the same examples.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import Any

from hanse.core.budget import CostLine
from hanse.core.call import Call, Rule, Scope
from hanse.core.consortium import Consortium, Organisation, OrganisationKind, Participant, Role
from hanse.core.eligibility.context import Context, Submissions
from hanse.core.eligibility.engine import BoundRule, Examiner
from hanse.core.eligibility.findings import Outcome, Verdict
from hanse.core.eligibility.ordinary import countries_abroad, ordinary_member, ordinary_proposals, sample_countries
from hanse.core.proposal import Dossier
from hanse.core.values.money import ZERO, Money
from hanse.core.values.unknown import NOT_STATED, Unknown

DAY = timedelta(days=1)
CENT = Money(1)

MOST_STEPS = 3
"""How far from an ordinary proposal a boundary is looked for."""
MOST_MET = 60
"""How many proposals that meet the rule are kept at each distance, those first of which the rule says something new."""


class Change(Enum):
    """What sort of small change a step is."""

    LEAVES = "a member leaves"
    JOINS = "an organisation joins"
    MOVES = "a member moves"
    ROLE = "a member takes another role"
    TYPE = "a member is of another type"
    PERSONALITY = "a member has no legal personality of its own"
    BODY = "two members are one legal entity"
    PROPERTY = "a property of a member is the other way round"
    REGISTRATION = "a registration comes later"
    TARGETS = "the targets change"
    LONGER = "the project is longer"
    SHORTER = "the project is shorter"
    REQUEST = "the request changes"
    COSTS = "the costs change"
    STRAND = "another strand"
    RIVAL = "another submission"
    FORGETS = "a fact is left out"


@dataclass(frozen=True, slots=True)
class Step:
    """One small change: its sort, what was done in a plain sentence, and the proposal after it.

    `others` are the other submissions it brings, for rules over the whole call.
    """

    change: Change
    sentence: str
    dossier: Dossier
    others: tuple[Dossier, ...] = ()


@dataclass(frozen=True, slots=True)
class Boundary:
    """Two neighbouring proposals of which one meets a rule and the other does not.

    Attributes:
        step: what was done to the first to make the second.
        just_in: the proposal that meets the rule, with `met`, what the rule says of it.
        just_out: the proposal after the step, with `broken`, what the rule says of it.
        others: the other submissions that stand beside `just_out`; empty unless the rule looks at the whole call.

    Where the call leaves open what follows from breaking the rule, no proposal is outside for certain; `broken`
    is then undecided.
    """

    rule: Rule
    change: Change
    step: str
    just_in: Dossier
    just_out: Dossier
    met: Outcome
    broken: Outcome
    others: tuple[Dossier, ...] = ()


def steps(
    dossier: Dossier,
    context: Context,
    organisations: Sequence[Organisation] = (),
    countries: Sequence[str] | None = None,
) -> Iterator[Step]:
    """Every small change of a proposal, in a fixed order.

    Args:
        organisations: who might join.
        countries: where members might move to and which targets might be added; left out, one country of each
            standing that the rules of the call tell apart.
    """
    places = sample_countries(context) if countries is None else tuple(countries)
    for participant in reversed(dossier.consortium.participants):  # the coordinator, who comes first, goes last
        yield from _member_steps(dossier, participant, context, places)
    present = {participant.organisation.id for participant in dossier.consortium.participants}
    for organisation in organisations:
        if organisation.id not in present:
            joined = replace(dossier, consortium=dossier.consortium.with_added((organisation,)))
            yield Step(Change.JOINS, f"{organisation.name} joins.", joined)
    yield from _project_steps(dossier, context, places)
    yield from _budget_steps(dossier)


def rivals(dossier: Dossier, call: Call) -> Iterator[Step]:
    """Another submission with a shared member, or by the same consortium, in each strand, a day earlier or later."""
    members = dossier.consortium.participants
    sent = dossier.submitted_at
    for strand in call.strands:
        for when, apart in (("a day earlier", -DAY), ("a day later", DAY)):
            other = replace(
                dossier,
                proposal=f"{dossier.proposal}-other",
                strand=strand.id,
                submitted_at=sent if isinstance(sent, Unknown) else sent + apart,
            )
            place = f"proposal {other.proposal} in strand {strand.id}, submitted {when}"
            for participant in members[-1:]:
                partners = tuple(ordinary_member(number, "", Role.BENEFICIARY) for number in (91, 92))
                shared = replace(other, consortium=Consortium((*partners, participant)))
                yield Step(Change.RIVAL, f"{participant.organisation.name} also stands in {place}.", dossier, (shared,))
            yield Step(Change.RIVAL, f"The same members also stand in {place}.", dossier, (other,))


def boundary_pairs(examiner: Examiner, rule: Rule) -> tuple[Boundary, ...]:
    """Boundary examples of one rule of a call, one for each sort of change that breaks it at the shortest distance.

    Returns:
        nothing for a rule that no ordinary proposal meets, such as a question to an officer.
    """
    bound = next(bound for bound in examiner.rules if bound.rule.id == rule.id)
    for strand in examiner.context.call.strands:
        if not rule.strands or strand.id in rule.strands:
            found = _search(bound, ordinary_proposals(examiner, strand, bound), examiner.context)
            if found:
                return found
    return ()


# --- the search ------------------------------------------------------------------------------------------------


def _search(bound: BoundRule, starts: Iterable[Dossier], context: Context) -> tuple[Boundary, ...]:
    over_all = type(bound.kind).scope is Scope.CALL
    met = [(start, outcome) for start in starts if (outcome := _ask(bound, start, (), context)).verdict is Verdict.MET]
    reasons = {outcome.reason for _, outcome in met}
    unsettled: dict[Change, Boundary] = {}
    for _ in range(MOST_STEPS):
        broken: dict[Change, Boundary] = {}
        changed: list[tuple[Dossier, Outcome]] = []
        alike: list[tuple[Dossier, Outcome]] = []
        for dossier, inside in met:
            places = _places(dossier, context)
            for step in rivals(dossier, context.call) if over_all else steps(dossier, context, (), places):
                outcome = _ask(bound, step.dossier, step.others, context)
                if outcome.verdict is Verdict.MET:
                    (alike if outcome.reason in reasons else changed).append((step.dossier, outcome))
                    reasons.add(outcome.reason)
                    continue
                found = broken if outcome.verdict is Verdict.NOT_MET else unsettled
                found.setdefault(
                    step.change,
                    Boundary(
                        bound.rule, step.change, step.sentence, dossier, step.dossier, inside, outcome, step.others
                    ),
                )
        if broken or over_all:
            return tuple(broken.values()) or tuple(unsettled.values())
        met = (changed + alike)[:MOST_MET]
    return ()


def _ask(bound: BoundRule, dossier: Dossier, others: tuple[Dossier, ...], context: Context) -> Outcome:
    if type(bound.kind).scope is Scope.CALL:
        context = Context(context.call, context.geography, context.on, Submissions.of((dossier, *others)))
    return bound.kind.check(dossier, context)


def _places(dossier: Dossier, context: Context) -> tuple[str, ...]:
    """A country of each standing, and one abroad that is not a target yet."""
    strand = "" if isinstance(dossier.strand, Unknown) else dossier.strand
    taken = () if isinstance(dossier.targets, Unknown) else dossier.targets
    spare = [country for country in countries_abroad(context, strand) if country not in taken]
    return (*spare[:1], *(country for country in sample_countries(context, strand) if country not in spare[:1]))


# --- one step --------------------------------------------------------------------------------------------------


def _member_steps(
    dossier: Dossier, participant: Participant, context: Context, countries: Sequence[str]
) -> Iterator[Step]:
    who = participant.organisation
    name = context.geography.name

    def step(change: Change, sentence: str, **changed: Any) -> Step:
        return Step(change, sentence, _with(dossier, participant, replace(who, **changed), participant.role))

    yield Step(Change.LEAVES, f"{who.name} leaves.", replace(dossier, consortium=dossier.consortium.without(who.id)))
    if participant.role is Role.BENEFICIARY:
        for role in (Role.AFFILIATED_ENTITY, Role.ASSOCIATED_PARTNER, Role.INTERNATIONAL_PARTNER):
            sentence = f"{who.name} takes part as {role.value.replace('_', ' ')}."
            yield Step(Change.ROLE, sentence, _with(dossier, participant, who, role))
    if not isinstance(who.country, Unknown):
        for country in countries:
            if country != who.country:
                sentence = f"{who.name} is established in {name(country)} instead of {name(who.country)}."
                yield step(Change.MOVES, sentence, country=country)
    for other in dossier.consortium.participants:
        body = other.organisation.legal_entity
        same_seat = other.organisation.country == who.country and other is not participant
        if same_seat and not isinstance(body, Unknown) and body != who.legal_entity:
            sentence = f"{who.name} is one legal entity with {other.organisation.name}."
            yield step(Change.BODY, sentence, legal_entity=body)
    for kind in OrganisationKind:
        if not isinstance(who.kind, Unknown) and kind is not who.kind:
            yield step(Change.TYPE, f"{who.name} is {_KINDS[kind]}.", kind=kind)
    if who.own_legal_personality is True:
        yield step(Change.PERSONALITY, f"{who.name} is no legal entity of its own.", own_legal_personality=False)
    for property, holds in who.properties.items():
        sentence = f"{who.name} is {'not ' if holds else ''}{property.replace('_', ' ')}."
        yield step(Change.PROPERTY, sentence, properties={**who.properties, property: not holds})
    for field, what in _REGISTRATIONS:
        before = getattr(who, field)
        if isinstance(before, date):
            sentence = f"{who.name} {what} a day later, on {before + DAY}."
            yield step(Change.REGISTRATION, sentence, **{field: before + DAY})
    for field, what in _FACTS:
        if not isinstance(getattr(who, field), Unknown):
            yield step(Change.FORGETS, f"The {what} of {who.name} is not stated.", **{field: NOT_STATED})
    for property in who.properties:
        rest = {key: holds for key, holds in who.properties.items() if key != property}
        sentence = f"Whether {who.name} is {property.replace('_', ' ')} is not stated."
        yield step(Change.FORGETS, sentence, properties=rest)


_KINDS = {
    OrganisationKind.CLUSTER_ORGANISATION: "a cluster organisation",
    OrganisationKind.BUSINESS_NETWORK: "a business network",
    OrganisationKind.OTHER: "neither a cluster organisation nor a business network",
}
_REGISTRATIONS = (
    ("registered_on", "is registered"),
    ("registration_requested_on", "requests registration"),
)
_FACTS = (
    ("country", "country"),
    ("legal_entity", "legal entity"),
    ("kind", "type"),
    ("own_legal_personality", "legal personality"),
    ("registered_on", "registration"),
    ("registration_requested_on", "registration request"),
)


def _with(dossier: Dossier, participant: Participant, organisation: Organisation, role: Role) -> Dossier:
    changed = Participant(organisation, role)
    members = tuple(changed if p is participant else p for p in dossier.consortium.participants)
    return replace(dossier, consortium=Consortium(members))


def _project_steps(dossier: Dossier, context: Context, countries: Sequence[str]) -> Iterator[Step]:
    name = context.geography.name
    if not isinstance(dossier.targets, Unknown):
        for target in dossier.targets:
            rest = tuple(other for other in dossier.targets if other != target)
            yield Step(Change.TARGETS, f"{name(target)} is no longer a target.", replace(dossier, targets=rest))
        for target in countries:
            if target not in dossier.targets:
                more = (*dossier.targets, target)
                yield Step(Change.TARGETS, f"{name(target)} becomes a target too.", replace(dossier, targets=more))
        yield Step(Change.FORGETS, "The targets are not stated.", replace(dossier, targets=NOT_STATED))
    months = dossier.duration_months
    if not isinstance(months, Unknown):
        longer = replace(dossier, duration_months=months + 1)
        yield Step(Change.LONGER, f"The project takes one month more, {months + 1}.", longer)
        if months:
            shorter = replace(dossier, duration_months=months - 1)
            yield Step(Change.SHORTER, f"The project takes one month less, {months - 1}.", shorter)
        yield Step(Change.FORGETS, "The duration is not stated.", replace(dossier, duration_months=NOT_STATED))
    if not isinstance(dossier.strand, Unknown):
        known = [strand.id for strand in context.call.strands]
        for strand in (*known, "X" * (1 + max(map(len, known)))):  # the last is longer than any id of the call
            if strand != dossier.strand:
                sentence = f"The proposal names strand {strand} instead of {dossier.strand}."
                yield Step(Change.STRAND, sentence, replace(dossier, strand=strand))
        yield Step(Change.FORGETS, "The strand is not stated.", replace(dossier, strand=NOT_STATED))


def _budget_steps(dossier: Dossier) -> Iterator[Step]:
    budget = dossier.budget
    requested, costs = budget.requested, budget.total_cost
    for more, word in ((True, "more"), (False, "less")):
        if not isinstance(requested, Unknown) and (more or requested > ZERO):
            amount = requested + CENT if more else requested - CENT
            changed = replace(budget, requested=amount)
            sentence = f"The request is one cent {word}, {amount} EUR."
            yield Step(Change.REQUEST, sentence, replace(dossier, budget=changed))
        if not isinstance(costs, Unknown) and (more or costs > ZERO):
            amount = costs + CENT if more else costs - CENT
            changed = replace(budget, total_cost=amount, lines=_adjusted(budget.lines, amount - costs))
            sentence = f"The eligible costs are one cent {word}, {amount} EUR."
            yield Step(Change.COSTS, sentence, replace(dossier, budget=changed))
    if not isinstance(requested, Unknown):
        silent = replace(budget, requested=NOT_STATED)
        yield Step(Change.FORGETS, "The contribution requested is not stated.", replace(dossier, budget=silent))


def _adjusted(lines: tuple[CostLine, ...], by: Money) -> tuple[CostLine, ...]:
    """The ledger with its largest line changed, so that it still adds up to the total."""
    if not lines:
        return lines
    largest = max(range(len(lines)), key=lambda place: lines[place].amount)
    return tuple(
        replace(line, amount=line.amount + by) if place == largest else line for place, line in enumerate(lines)
    )
