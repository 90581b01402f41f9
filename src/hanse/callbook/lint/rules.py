"""Do the rules ask for things that exist and can be had together."""

from collections.abc import Iterator
from datetime import date

from hanse.callbook.lint.remarks import Remark, contradiction, warning
from hanse.core.call import Call, Decider, Force
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import BoundRule, bind
from hanse.core.eligibility.kinds.maximum_targets import MaximumTargets
from hanse.core.eligibility.kinds.members_in_different_countries import MembersInDifferentCountries
from hanse.core.eligibility.kinds.minimum_countries import MinimumCountries
from hanse.core.eligibility.kinds.minimum_targets import MinimumTargets
from hanse.core.eligibility.kinds.organisation_type import OrganisationType
from hanse.core.values.countries import Geography
from hanse.core.values.faults import Fault

FILE = "rules.toml"


def rule_remarks(call: Call, places: Geography, day: date | None) -> Iterator[Remark]:
    """Contradictions that show in the parameters alone, without building a consortium.

    Args:
        day: the day on which countries are asked, if one is known.
    """
    faults: list[Fault] = []
    rules = bind(call, FILE, faults)
    for strand in call.strands:
        if not call.rules_for(strand.id):
            what = f"strand {strand.id} has no rule, so anything would be eligible"
            yield contradiction(FILE, "rule", what, f'Add rules, or name strand "{strand.id}" in existing ones.')
        yield from _targets(strand.id, [r for r in rules if not r.only_strands or strand.id in r.only_strands])
    for rule in rules:
        yield from _groups(rule, places)
        if isinstance(rule.kind, OrganisationType) and not rule.kind.allowed:
            key = f"rule.{rule.rule.id}.parameters.allowed"
            yield contradiction(FILE, key, "admits no kind of organisation", "Name at least one kind.")
        if rule.rule.decider is Decider.OFFICER and rule.rule.kind != "officer_decides":
            key = f"rule.{rule.rule.id}.decider"
            what = f"an officer decides, but the kind {rule.rule.kind} is one that the machine answers"
            yield warning(FILE, key, what, "Take the decider out, unless the officer is meant to decide.")
    yield from _treatments(call, rules, places)
    if day is not None:
        yield from _countries(call, rules, Context(call, places, day))


def _targets(strand: str, rules: list[BoundRule]) -> Iterator[Remark]:
    for least in rules:
        for most in rules:
            if (
                isinstance(least.kind, MinimumTargets)
                and isinstance(most.kind, MaximumTargets)
                and least.kind.minimum > most.kind.maximum
            ):
                advised = " advised" if most.rule.force is Force.ADVISED else ""
                what = (
                    f"asks for at least {least.kind.minimum} targets in strand {strand}, above the{advised} maximum of "
                    f"{most.kind.maximum} of rule {most.rule.id}"
                )
                key = f"rule.{least.rule.id}.parameters.minimum"
                yield contradiction(FILE, key, what, "Correct one of the two numbers.")


def _asked(rule: BoundRule) -> tuple[str, ...]:
    kind = rule.kind
    groups: tuple[str, ...] = getattr(kind, "groups", getattr(kind, "outside", ()))
    return groups


def _known_groups(places: Geography) -> set[str]:
    return {group for group, _ in places.memberships} | set(places.group_names)


def _groups(rule: BoundRule, places: Geography) -> Iterator[Remark]:
    known = _known_groups(places)
    for group in _asked(rule):
        if group not in known:
            what = f"asks for countries of {group!r}, a group without members; known are {', '.join(sorted(known))}"
            yield contradiction(FILE, f"rule.{rule.rule.id}.parameters", what, "Correct the name of the group.")


def _treatments(call: Call, rules: tuple[BoundRule, ...], places: Geography) -> Iterator[Remark]:
    asked = {group for rule in rules for group in _asked(rule)}
    for treatment in call.countries.treatments:
        key = f"countries.treatment.{treatment.country}"
        if treatment.country not in places.names:
            yield contradiction("call.toml", key, "there is no country with this code", "Correct the code.")
        if treatment.group not in asked:
            what = f"treats the country as to {treatment.group!r}, which no rule asks about"
            yield warning("call.toml", key, what, "Correct the group, or take the treatment out.")


def _countries(call: Call, rules: tuple[BoundRule, ...], context: Context) -> Iterator[Remark]:
    """Rules that ask for more countries of a group than can count on the day."""
    for rule in rules:
        kind = rule.kind
        if isinstance(kind, MinimumCountries):
            needed = kind.minimum
        elif isinstance(kind, MembersInDifferentCountries):
            needed = kind.countries
        else:
            continue
        for strand in rule.rule.strands or tuple(strand.id for strand in call.strands):
            standings = {code: context.standing(code, kind.groups, strand) for code in context.geography.names}
            possible = sum(standing is not False for standing in standings.values())
            if needed > possible:
                what = (
                    f"asks for {needed} countries of {context.group_name(kind.groups)} in strand {strand}; "
                    f"on {context.on} at most {possible} can count"
                )
                key = f"rule.{rule.rule.id}.parameters"
                yield contradiction(FILE, key, what, "Correct the number, the group or the day.")
