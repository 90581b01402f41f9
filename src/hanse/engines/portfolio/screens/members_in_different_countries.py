"""So many legal entities of a group in so many of its countries: countries settle most, entities the rest."""

import numpy as np

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.members_in_different_countries import MembersInDifferentCountries
from hanse.engines.portfolio.portions import MET, NOT_MET, Portion, Screened, Standing, numbers_of, ranged
from hanse.engines.portfolio.tables import Small, Table


def screen(kind: MembersInDifferentCountries, table: Table, context: Context) -> Screened:
    """Judge the countries first; count legal entities only where there could be fewer than countries prove."""
    standing = Standing(table, kind.groups, context)

    def of_members(portion: Portion) -> Small:
        members = portion.in_roles(kind.roles)
        answers = standing.rows(portion)
        low, _ = portion.entity_range(members & (answers == MET))
        _, high = portion.entity_range(members & (answers != NOT_MET))
        return ranged(low, high, kind.members)

    def verdicts(portion: Portion) -> Small:
        countries = portion.countries(kind.roles)
        fewest = numbers_of(countries, standing.of(standing.inside, portion))
        doubtful = numbers_of(countries, standing.of(standing.doubtful, portion))
        found = ranged(fewest, fewest + doubtful + portion.unplaced(kind.roles), kind.countries)
        # Every country inside holds at least one legal entity, since an entity sits in one country.
        open_still = (fewest < kind.members) & (found != NOT_MET)
        if open_still.any():
            found[open_still] = np.maximum(found[open_still], of_members(portion.only(open_still)))
        return found

    return verdicts
