"""At least so many legal entities that are stated to be independent."""

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.independent_entities import IndependentEntities
from hanse.engines.portfolio.portions import MET, NOT_MET, Portion, Screened, property_answers, ranged
from hanse.engines.portfolio.tables import Small, Table


def screen(kind: IndependentEntities, table: Table, context: Context) -> Screened:
    """Count the entities stated to be independent, and those that may be."""
    answers = property_answers(table, lambda organisation: kind.sees(organisation, context, ""))

    def verdicts(portion: Portion) -> Small:
        members = portion.in_roles(kind.roles)
        independent = answers[table.properties[portion.rows]]
        low, _ = portion.entity_range(members & (independent == MET))
        _, high = portion.entity_range(members & (independent != NOT_MET))
        return ranged(low, high, kind.minimum)

    return verdicts
