"""At least so many members with a property."""

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.some_member_has_property import SomeMemberHasProperty
from hanse.engines.portfolio.portions import MET, NOT_MET, Portion, Screened, property_answers, ranged
from hanse.engines.portfolio.tables import Small, Table


def screen(kind: SomeMemberHasProperty, table: Table, context: Context) -> Screened:
    """Count members that have the property, and those of which it is not stated."""
    answers = property_answers(table, lambda organisation: kind.sees(organisation, context, ""))

    def verdicts(portion: Portion) -> Small:
        members = portion.in_roles(kind.roles)
        has = answers[table.properties[portion.rows]]
        return ranged(portion.number(members & (has == MET)), portion.number(members & (has != NOT_MET)), kind.minimum)

    return verdicts
