"""At least so many legal entities: different countries prove them, else they are counted."""

import numpy as np

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.minimum_entities import MinimumEntities
from hanse.engines.portfolio.portions import MET, NOT_MET, Portion, Screened, popcount, ranged
from hanse.engines.portfolio.tables import Small, Table


def screen(kind: MinimumEntities, table: Table, context: Context) -> Screened:  # noqa: ARG001 -- one protocol for all screens
    """Settle those with enough countries or too few members; count legal entities in the others."""

    def verdicts(portion: Portion) -> Small:
        # An entity sits in one country: there are no fewer entities than countries, and no more than members.
        found = np.where(portion.members(kind.roles) < kind.minimum, NOT_MET, MET)
        open_still = (found == MET) & (popcount(portion.countries(kind.roles)) < kind.minimum)
        if open_still.any():
            rest = portion.only(open_still)
            low, high = rest.entity_range(rest.in_roles(kind.roles))
            found[open_still] = ranged(low, high, kind.minimum)
        return found

    return verdicts
