"""Ordinary proposals of a call, made from its own figures and rules: where the search for boundaries begins."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hanse.core.budget import Budget, CostLine, Financing
from hanse.core.call import Call, Strand
from hanse.core.consortium import Consortium, Organisation, OrganisationKind, Participant, Registration, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import BoundRule, Examiner
from hanse.core.eligibility.findings import ProposalVerdict
from hanse.core.proposal import Dossier
from hanse.core.values.money import ZERO, Money, portion
from hanse.core.values.unknown import NOT_STATED

DAY = timedelta(days=1)
MOST_MEMBERS = 6
MOST_TARGETS = 8

FAMILIAR = ("US", "JP", "CA", "KR", "BR", "IN", "AU", "CL", "MX", "ZA")
"""Countries named first as targets, so that examples read naturally; others follow in alphabetical order."""


def ordinary_proposals(examiner: Examiner, strand: Strand, bound: BoundRule) -> list[Dossier]:
    """Ordinary proposals of a strand, at the edges of what it allows; those that are eligible come first.

    They differ in how many members and targets they have, how long they take, how and until when members are
    registered (days that the rule names included), and whether all members or one have the properties that
    rules name. All members are fictional.
    """
    context = examiner.context
    inside = _inside(context, strand.id)
    abroad = countries_abroad(context, strand.id)
    named = {parameters["property"] for parameters in _parameters(context.call) if "property" in parameters}
    properties = ("independent", *sorted(named))
    last_day = context.call.window.closes_on
    named_days = (getattr(bound.kind, field) for field in getattr(bound.kind, "__dataclass_fields__", ()))
    days = {day for day in (last_day, *named_days) if isinstance(day, date)} or {context.on}
    day = min(days)
    base = Dossier(
        proposal="example",
        call=context.call.reference,
        strand=strand.id,
        consortium=_consortium(inside[:3], properties, day),
        targets=abroad[:2],
        duration_months=_months(strand),
        budget=_budget(strand, context.call),
        submitted_at=datetime.combine(day, time(12), UTC) - DAY,
    )
    found = [base]
    found += [
        replace(base, consortium=_consortium(inside[:count], properties, day)) for count in range(1, MOST_MEMBERS + 1)
    ]
    found += [replace(base, targets=abroad[:count]) for count in range(1, MOST_TARGETS + 1)]
    if (most := strand.max_months.known) is not None:
        found.append(replace(base, duration_months=most))
    for later in sorted(days):
        found.append(replace(base, consortium=_consortium(inside[:3], properties, later, requested=True)))
    lead, *rest = base.consortium.participants
    plain = {"independent": True, **dict.fromkeys(named, False)}
    others = (replace(one, organisation=replace(one.organisation, properties=plain)) for one in rest)
    found.append(replace(base, consortium=Consortium((lead, *others))))
    return sorted(found, key=lambda dossier: examiner.check(dossier).verdict is not ProposalVerdict.ELIGIBLE)


def _consortium(countries: Sequence[str], properties: Sequence[str], day: date, requested: bool = False) -> Consortium:
    """Members in these countries with every property, registered (or registration requested) on a day."""
    members = []
    for number, country in enumerate(countries, 1):
        member = ordinary_member(number, country, Role.BENEFICIARY if number > 1 else Role.COORDINATOR, properties)
        registered: date | Registration = Registration.NEVER if requested else day
        asked: date | Registration = day if requested else Registration.NEVER
        organisation = replace(member.organisation, registered_on=registered, registration_requested_on=asked)
        members.append(replace(member, organisation=organisation))
    return Consortium(tuple(members))


def ordinary_member(number: int, country: str, role: Role, properties: Sequence[str] = ()) -> Participant:
    """A fictional cluster organisation with a legal entity of its own; an empty country is unknown."""
    organisation = Organisation(
        id=f"member-{number}",
        legal_name=f"Member {number}",
        country=country or NOT_STATED,
        legal_entity=f"body-{number}",
        kind=OrganisationKind.CLUSTER_ORGANISATION,
        own_legal_personality=True,
        properties=dict.fromkeys(properties, True),
    )
    return Participant(organisation, role)


def _months(strand: Strand) -> int:
    return strand.min_months.known or strand.max_months.known or 24  # a shortest of 0 is none


def _budget(strand: Strand, call: Call) -> Budget:
    """The largest request with the smallest costs that carry it, own funds making up the rest."""
    requested = strand.max_grant.known or Money(100_000_00)
    base = strand.max_rate.known
    rates = {
        c.category: rate
        for c in call.cost_rates
        if (rate := c.max_rate.known) and (not c.strands or strand.id in c.strands)
    }
    lines = []
    left = requested
    for number, (category, rate) in enumerate(sorted(rates.items()), 1):
        carried = left if number == len(rates) else Money(requested.cents // len(rates))
        amount = Money(-(-carried.cents * rate.denominator // rate.numerator))
        lines.append(CostLine("member-1", "WP1", category, amount))
        left -= portion(amount, rate)
    costs = sum((line.amount for line in lines), ZERO)
    if not lines:
        costs = Money(-(-requested.cents * base.denominator // base.numerator)) if base else requested
    return Budget(costs, requested, tuple(lines), (Financing("own funds", costs - requested),))


def _inside(context: Context, strand: str) -> list[str]:
    """Countries, those in most of the groups that rules name first."""
    countries = sorted(context.geography.names)
    return sorted(countries, key=lambda country: -_standings(country, context, strand).count(True))


def countries_abroad(context: Context, strand: str) -> tuple[str, ...]:
    """Countries that stand in none of the groups that rules name, familiar ones first."""
    return tuple(
        country
        for country in _by_familiarity(context)
        if all(standing is False for standing in _standings(country, context, strand))
    )


def _by_familiarity(context: Context) -> list[str]:
    names = context.geography.names
    return [*(code for code in FAMILIAR if code in names), *sorted(set(names) - set(FAMILIAR))]


def _standings(country: str, context: Context, strand: str) -> list[Any]:
    groups = sorted(
        {
            group
            for parameters in _parameters(context.call)
            for key in ("groups", "outside")
            for group in parameters.get(key, ())
        }
    )
    return [context.standing(country, (group,), strand) for group in groups]


def _parameters(call: Call) -> Iterator[Any]:
    return (rule.parameters for rule in call.rules)


def sample_countries(context: Context, strand: str = "") -> tuple[str, ...]:
    """One country of each standing in the groups that the call's rules name, familiar ones first."""
    seen: dict[str, str] = {}
    for country in _by_familiarity(context):
        seen.setdefault(repr(_standings(country, context, strand)), country)
    return tuple(seen.values())
